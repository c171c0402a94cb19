"""Verification of the project file."""

from curator.store.database import Database
from curator.store.journal_check import journal_faults

_QUESTIONS = (
    (
        "SELECT COUNT(*) FROM clip JOIN recording ON recording.id = clip.recording_id "
        "WHERE clip.stop > recording.samples",
        "{} reach beyond the end of their recording.",
    ),
    (
        "SELECT COUNT(*) FROM clip LEFT JOIN decision ON decision.clip_id = clip.id "
        "WHERE clip.start != COALESCE(decision.start, clip.cut_start) "
        "OR clip.stop != COALESCE(decision.stop, clip.cut_stop)",
        "{} are not where they were cut or moved to.",
    ),
)


def faults(database: Database) -> list[str]:
    """Faults as sentences; empty if the file is intact."""
    integrity = [text for (text,) in database.read("PRAGMA integrity_check(20)")]
    if integrity != ["ok"]:
        return [f"The project file is damaged: {text}." for text in integrity]
    faults = [
        f"Row {row} of table {table} refers to something that is gone."
        for table, row, _, _ in database.read("PRAGMA foreign_key_check")
    ]
    for question, sentence in _QUESTIONS:
        (count,) = database.read(question).fetchone()
        if count:
            faults.append(sentence.format("1 clip" if count == 1 else f"{count} clips"))
    return faults + journal_faults(database)
