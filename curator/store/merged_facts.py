"""Copying of facts from another project for the same samples in this one."""

from collections.abc import Mapping

from curator.domain.fact import FACT_NAMES, SET_FACTS, Producer
from curator.store.connection import listed
from curator.store.database import Database
from curator.store.fact_tables import COLUMNS, RECORDING_COLUMNS, names
from curator.store.producers import producer_id

_CLIP_TABLES = {
    **{FACT_NAMES[kind]: names(its) for kind, its in COLUMNS.items() if kind not in SET_FACTS},
    "cleaning": "recipe, key, before, after",
}
"""Tables about the samples of one clip. Map positions, suggestions and findings are relative to the
whole set, which changes by the merge."""

_SET_PRODUCERS = ("voice",)
"""Producers of scores that compare a clip with others of its set."""


def copy_recording_facts(
    other: Database, database: Database, recordings: Mapping[int, int]
) -> None:
    """Copy transcripts and finished stages of newly merged recordings.

    recordings: the id in the other project -> the id here. Inside ``writing``.
    """
    numbers = _producers(other, database)
    transcript_columns = names(RECORDING_COLUMNS)
    for table, columns in (("recording_done", "key"), ("recording_transcript", transcript_columns)):
        marks = ", ".join("?" for _ in columns.split(", "))
        rows = other.read(
            f"""
            SELECT recording_id, producer_id, {columns} FROM {table}
            WHERE recording_id IN (SELECT value FROM json_each(?))
            """,
            (listed(recordings),),
        )
        database.write_many(
            f"INSERT OR IGNORE INTO {table}(recording_id, producer_id, {columns})"
            f" VALUES (?, ?, {marks})",
            [(recordings[there], numbers[maker], *values) for there, maker, *values in rows],
        )


def copy_clip_facts(other: Database, database: Database, clips: Mapping[int, int]) -> None:
    """Copy facts about clips at the same samples of the same file; existing facts stay.

    clips: the id in the other project -> the id here. Inside ``writing``.
    """
    numbers = _producers(other, database)
    for table, columns in _CLIP_TABLES.items():
        marks = ", ".join("?" for _ in columns.split(", "))
        rows = other.read(
            f"""
            SELECT clip_id, start, stop, producer_id, {columns} FROM {table}
            WHERE clip_id IN (SELECT value FROM json_each(?))
            """,
            (listed(clips),),
        )
        database.write_many(
            f"""
            INSERT OR IGNORE INTO {table}(clip_id, start, stop, producer_id, {columns})
            VALUES (?, ?, ?, ?, {marks})
            """,
            [
                (clips[there], start, stop, numbers[maker], *values)
                for there, start, stop, maker, *values in rows.fetchall()
                if maker in numbers
            ],
        )


def _producers(other: Database, database: Database) -> dict[int, int]:
    """Producer ids in the other project -> here, without producers relative to the set."""
    rows = other.read("SELECT id, key, version, options FROM producer").fetchall()
    return {
        number: producer_id(database, Producer(key, version, options))
        for number, key, version, options in rows
        if key not in _SET_PRODUCERS
    }
