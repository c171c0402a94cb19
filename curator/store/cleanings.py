"""Cleaning recipes of the project, their clips and measures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from curator.domain.cleaning import BeforeAfter, ClipCleaned
from curator.domain.recipe import Recipe, to_toml
from curator.store.connection import listed
from curator.store.database import Database
from curator.store.producers import producer_id


@dataclass(frozen=True, slots=True)
class StoredRecipe:
    """Stored recipe. text: TOML with the versions of its cleaners."""

    hash: str
    name: str
    text: str


class Cleanings:
    """Stored recipes and measures. The recipe of a clip is a decision; see Field.RECIPE."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_recipe(self, recipe: Recipe) -> str:
        """Store a recipe for use in decisions; returns its hash."""
        with self._database.writing():
            self._database.write(
                "INSERT OR IGNORE INTO recipe(hash, name, steps) VALUES (?, ?, ?)",
                (recipe.hash, recipe.name, to_toml(recipe)),
            )
        return recipe.hash

    def recipes(self) -> dict[str, StoredRecipe]:
        """All recipes used so far, by hash."""
        rows = self._database.read("SELECT hash, name, steps FROM recipe ORDER BY name, hash")
        return {hash_: StoredRecipe(hash_, name, text) for hash_, name, text in rows}

    def of_clips(self) -> dict[int, str]:
        """Recipe hash by clip id: the clip's, else that of its recording."""
        rows = self._database.read(
            """
            SELECT clip.id, COALESCE(decision.recipe, recording_decision.recipe) AS its
            FROM present_clip AS clip
            LEFT JOIN decision ON decision.clip_id = clip.id
            LEFT JOIN recording_decision ON recording_decision.recording_id = clip.recording_id
            WHERE its IS NOT NULL
            """
        )
        return dict(rows.fetchall())

    def add(self, cleaned: Iterable[ClipCleaned]) -> None:
        """Store measures, replacing those of the same clip and recipe."""
        rows = list(cleaned)
        with self._database.writing(bulk=True):
            makers = {
                maker: producer_id(self._database, maker) for maker in {row.made_by for row in rows}
            }
            self._database.write_many(
                """
                INSERT OR REPLACE INTO
                  cleaning(start, stop, recipe, key, producer_id, before, after, clip_id)
                SELECT ?, ?, ?, ?, ?, ?, ?, id FROM clip WHERE id = ?
                """,
                (
                    (row.span.start, row.span.stop, row.recipe, key, makers[row.made_by],
                     each.before, each.after, row.clip_id)
                    for row in rows
                    for key, each in row.measures.items()
                ),
            )  # fmt: skip

    def measured(
        self, recipe: str, clips: Iterable[int] | None = None
    ) -> dict[int, Mapping[str, BeforeAfter]]:
        """Measures of a recipe by clip id, at the clips' present spans."""
        among = "" if clips is None else "AND clip.id IN (SELECT value FROM json_each(?))"
        rows = self._database.read(
            f"""
            SELECT clip.id, fact.key, fact.before, fact.after
            FROM present_clip AS clip
            JOIN cleaning AS fact
              ON fact.clip_id = clip.id AND fact.start = clip.start AND fact.stop = clip.stop
            WHERE fact.recipe = ? {among}
            ORDER BY clip.id, fact.key
            """,
            (recipe,) if clips is None else (recipe, listed(clips)),
        )
        measures: dict[int, dict[str, BeforeAfter]] = {}
        for clip, key, before, after in rows:
            measures.setdefault(clip, {})[key] = BeforeAfter(before, after)
        return dict(measures)

    def forget(self, recipe: str) -> None:
        """Delete the measures of a recipe."""
        with self._database.writing(bulk=True):
            self._database.write("DELETE FROM cleaning WHERE recipe = ?", (recipe,))
