"""Validation and storage format of decisions."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec

from curator.domain.decision import PROJECT, Edit, Field, State, Value
from curator.domain.emotion import EmotionSet
from curator.domain.errors import CuratorError
from curator.store import presence
from curator.store.connection import listed
from curator.store.database import Database


def existing(database: Database, clips: Iterable[int]) -> set[int]:
    """Subset of the ids that exist in the project."""
    rows = database.read(
        "SELECT id FROM present_clip WHERE id IN (SELECT value FROM json_each(?))",
        (listed(clips),),
    )
    return {clip for (clip,) in rows}


def categories(database: Database) -> str:
    """Present category set as TOML: decided, or the project's initial one."""
    (text,) = database.read(
        """
        SELECT COALESCE(
          (SELECT value FROM project_decision WHERE field = 'categories'),
          (SELECT value FROM setting WHERE key = 'categories'))
        """
    ).fetchone()
    return str(text)


@lru_cache(maxsize=8)
def parsed(text: str) -> EmotionSet:
    """Parse a category set. Raises CuratorError for invalid text."""
    return EmotionSet.from_text(text)


class DecisionRules:
    """Validation rules of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def checked(self, edit: Edit, voice: Sequence[int]) -> dict[int, Value]:
        """Values of an edit as stored. Raises CuratorError for the first invalid one.

        voice: clips of the target speaker.
        """
        if edit.field is Field.VOICE:
            return {PROJECT: self._checked_voice(edit.after)}
        if edit.field is Field.CATEGORIES:
            return {PROJECT: self._checked_categories(edit.after[PROJECT])}
        if edit.field in (Field.WEIGHTS, Field.REMOVED):
            return {PROJECT: self._checked_json(edit.after[PROJECT])}
        if edit.field is Field.RECORDING_RECIPE:
            self._check_ids("recording", edit.after, "There is no recording {} in the project.")
            return {one: self._checked_recipe(value) for one, value in edit.after.items()}
        if edit.field in (Field.LICENCE, Field.CONSENT):
            self._check_ids("recording", edit.after, "There is no recording {} in the project.")
            return {one: self._checked_text(value or "") for one, value in edit.after.items()}
        if edit.field is Field.RATING:
            self._check_ids("rated_sample", edit.after, "There is no sample {} to rate.")
            return {one: self._checked_json(value) for one, value in edit.after.items()}
        if edit.field is Field.PRESENCE:
            return self._checked_presence(edit, voice)
        missing = edit.after.keys() - existing(self._database, edit.after)
        if missing:
            raise CuratorError(f"There is no clip {min(missing)} in the project.")
        if edit.field is Field.SPAN:
            return self._checked_spans(edit.after)
        check = {
            Field.STATE: self._checked_state,
            Field.EMOTION: self._checked_emotion,
            Field.TEXT: self._checked_text,
            Field.RECIPE: self._checked_recipe,
        }[edit.field]
        checked = {value: check(value) for value in set(edit.after.values())}
        return {clip: checked[value] for clip, value in edit.after.items()}

    def _checked_presence(self, edit: Edit, voice: Sequence[int]) -> dict[int, Value]:
        presence.check(self._database, edit, voice)
        for piece in edit.come:
            self._checked_text(piece.text)
        for emotion in {piece.emotion for piece in edit.come}:
            self._checked_emotion(emotion)
        for state in {piece.state for piece in edit.come}:
            self._checked_state(state)
        for recipe in {piece.recipe for piece in edit.come}:
            self._checked_recipe(recipe)
        return dict(edit.after)

    def _checked_state(self, value: Value) -> Value:
        if value is None or value == State.UNDECIDED:
            return None
        if value not in (State.KEPT, State.DROPPED):
            raise CuratorError(f"A clip is kept, dropped or undecided, not {value!r}.")
        return str(value)

    def _checked_emotion(self, value: Value) -> Value:
        emotions = parsed(categories(self._database))
        if value is None or value in emotions.keys:
            return value
        raise CuratorError(
            f"The project has no category {value!r}.",
            f"Choose one of: {', '.join(emotions.keys)}.",
        )

    def check_labels(self) -> None:
        """Raise CuratorError if a clip has a category that is not in the set."""
        known = parsed(categories(self._database)).keys
        rows = self._database.read(
            """
            SELECT emotion, COUNT(*) FROM decision
            WHERE emotion NOT NULL AND clip_id IN (SELECT id FROM present_clip)
            GROUP BY emotion ORDER BY emotion
            """
        )
        for emotion, count in rows.fetchall():
            if emotion not in known:
                clips = "1 clip is" if count == 1 else f"{count} clips are"
                raise CuratorError(
                    f"{clips} in the category {emotion!r}.",
                    "Put them into another category first, or merge the two.",
                )

    def _checked_categories(self, value: Value) -> Value:
        if value is not None:
            parsed(str(value))
        return value

    def _checked_recipe(self, value: Value) -> Value:
        if value is not None:
            row = self._database.read("SELECT 1 FROM recipe WHERE hash = ?", (value,)).fetchone()
            if row is None:
                raise CuratorError(f"The project has no recipe {value!r}.")
        return value

    def _checked_json(self, value: Value) -> Value:
        if value is None:
            return None
        try:
            ratings = msgspec.json.decode(str(value))
        except msgspec.DecodeError as error:
            raise CuratorError(f"This cannot be kept: {error}.") from error
        return msgspec.json.encode(ratings, order="sorted").decode()

    def _check_ids(self, table: str, ids: Iterable[int], sentence: str) -> None:
        assert table in ("recording", "rated_sample")
        there = self._database.read(
            f"SELECT id FROM {table} WHERE id IN (SELECT value FROM json_each(?))", (listed(ids),)
        )
        missing = set(ids) - {one for (one,) in there}
        if missing:
            raise CuratorError(sentence.format(min(missing)))

    def _checked_text(self, value: Value) -> Value:
        if value is None:
            return None
        if not isinstance(value, str):
            raise CuratorError("A clip's text must be text.")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise CuratorError(
                "The text holds half a character, which cannot be stored."
            ) from error
        if "\x00" in value:
            raise CuratorError("The text holds a zero character, which no trainer can read.")
        return value

    def _checked_spans(self, after: Mapping[int, Value]) -> dict[int, Value]:
        lengths = dict(
            self._database.read(
                """
                SELECT clip.id, recording.samples
                FROM clip JOIN recording ON recording.id = clip.recording_id
                WHERE clip.id IN (SELECT value FROM json_each(?))
                """,
                (listed(after),),
            )
        )
        checked: dict[int, Value] = {}
        for clip, value in after.items():
            if value is not None:
                if not isinstance(value, tuple) or not 0 <= value[0] < value[1] <= lengths[clip]:
                    raise CuratorError(
                        f"Clip {clip} must start before it stops, both inside its recording of "
                        f"{lengths[clip]} samples; {value} does not."
                    )
                value = (int(value[0]), int(value[1]))
            checked[clip] = value
        return checked

    def _checked_voice(self, after: Mapping[int, Value]) -> Value:
        value = after.get(PROJECT)
        if value is None or value == "":
            return None
        clips = str(value).split(",")
        if not all(clip.isascii() and clip.isdigit() for clip in clips):
            raise CuratorError("A voice is chosen by the numbers of its clips.")
        numbers = [int(clip) for clip in clips]
        missing = set(numbers) - existing(self._database, numbers)
        if missing:
            raise CuratorError(f"There is no clip {min(missing)} in the project.")
        return ",".join(map(str, dict.fromkeys(numbers)))
