"""What machines found out in another project, for the same sound in this one."""

from collections.abc import Mapping

from curator.domain.fact import Producer
from curator.store.connection import listed
from curator.store.database import Database
from curator.store.producers import producer_id

_ABOUT_CLIPS = {
    "transcript": "text, text_key, language, confidence, no_speech, compression, words",
    "score": "key, value",
    "speaker_vector": "vector",
    "edges": "starts_in_word, ends_in_word, start_pause, stop_pause",
    "delivery_vector": "vector",
    "cleaning": "recipe, key, before, after",
}
"""What is about one clip's very samples. Places on maps, suggestions and findings are about the
whole set, which is another one now."""

_OF_THE_SET = ("voice",)
"""Producers of scores that compare a clip with others of its set."""


def copy_recording_facts(
    other: Database, database: Database, recordings: Mapping[int, int]
) -> None:
    """The words of recordings that have just come, and which stages are done with them.

    recordings: their numbers there and here. Inside ``writing``.
    """
    numbers = _producers(other, database)
    columns = "text, language, confidence, no_speech, compression, words"
    for table, rest in (("recording_done", "key"), ("recording_transcript", columns)):
        marks = ", ".join("?" for _ in rest.split(", "))
        rows = other.read(
            f"""
            SELECT recording_id, producer_id, {rest} FROM {table}
            WHERE recording_id IN (SELECT value FROM json_each(?))
            """,
            (listed(recordings),),
        )
        database.write_many(
            f"INSERT OR IGNORE INTO {table}(recording_id, producer_id, {rest})"
            f" VALUES (?, ?, {marks})",
            [(recordings[there], numbers[maker], *values) for there, maker, *values in rows],
        )


def copy_clip_facts(other: Database, database: Database, clips: Mapping[int, int]) -> None:
    """Facts about clips that lie at the same samples of the same file; those here win.

    clips: their numbers there and here. Inside ``writing``.
    """
    numbers = _producers(other, database)
    for table, columns in _ABOUT_CLIPS.items():
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
    """Their numbers for producers and mine, but for those that look at the whole set."""
    rows = other.read("SELECT id, key, version, options FROM producer").fetchall()
    return {
        number: producer_id(database, Producer(key, version, options))
        for number, key, version, options in rows
        if key not in _OF_THE_SET
    }
