"""Database rows for lists of 100,000 clips, without Clip objects."""

import contextlib
import gc
from collections.abc import Iterable, Iterator, Mapping

from curator.store.connection import Row, listed
from curator.store.database import Database

_NOW = """
    JOIN present_clip AS clip
      ON clip.id = fact.clip_id AND clip.start = fact.start AND clip.stop = fact.stop"""

_ROWS: Mapping[str, str] = {
    "place": """
        SELECT clip.id, clip.recording_id, clip.start, clip.stop, decision.state, decision.emotion,
          decision.text IS NOT NULL
        FROM present_clip AS clip
        LEFT JOIN decision ON decision.clip_id = clip.id""",
    "text": """
        SELECT clip.id, COALESCE(decision.text_key, fact.text_key, '')
        FROM present_clip AS clip
        LEFT JOIN decision ON decision.clip_id = clip.id
        LEFT JOIN transcript AS fact
          ON fact.clip_id = clip.id AND fact.start = clip.start AND fact.stop = clip.stop""",
    "shown": """
        SELECT clip.id, COALESCE(decision.text, fact.text, '')
        FROM present_clip AS clip
        LEFT JOIN decision ON decision.clip_id = clip.id
        LEFT JOIN transcript AS fact
          ON fact.clip_id = clip.id AND fact.start = clip.start AND fact.stop = clip.stop""",
    "transcript": f"SELECT clip.id, fact.language, fact.confidence FROM transcript AS fact {_NOW}",
    "words": f"""
        SELECT clip.id FROM transcript AS fact {_NOW} AND fact.words != '[]'""",
    "edges": f"SELECT clip.id FROM edges AS fact {_NOW}",
    "map": f"SELECT clip.id, fact.cluster FROM map_point AS fact {_NOW}",
    "findings": f"""
        SELECT clip.id, fact.key, fact.severity = 'error' FROM finding AS fact {_NOW}""",
    "score": f"SELECT clip.id, fact.value FROM score AS fact {_NOW} AND fact.key = ?",
}
"""place: recording, edges and decisions of every clip. text: case-folded. shown: as displayed. The
others: one row per fact at the present span of its clip."""


def read(
    database: Database,
    what: str,
    clips: Iterable[int] | None = None,
    score: str = "",
    first: int | None = None,
) -> list[Row]:
    """Rows starting with a clip id. what: key of a query above.

    clips: ids; None for all. score: key of the score, for "score". "place" is ordered by recording
    and time, the others are unordered. first: upper bound of rows.
    """
    sql, values = _ROWS[what], [score] if what == "score" else []
    if clips is not None:
        sql += " WHERE clip.id IN (SELECT value FROM json_each(?))"
        values.append(listed(clips))
    if what == "place":
        sql += " ORDER BY clip.recording_id, clip.start, clip.stop, clip.id"
    if first is not None:
        sql += f" LIMIT {first:d}"
    with few_collections():
        return database.read(sql, values).fetchall()


@contextlib.contextmanager
def few_collections() -> Iterator[None]:
    """Disable garbage collection, which would scan millions of new values repeatedly.

    They hold no reference cycles; with it, 100,000 clips take 1.5 times as long.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
