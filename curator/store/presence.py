"""Clips that people make and take away by splitting and merging.

A clip that is taken away stays in its table, with its facts and decisions, so that undo brings back
exactly what was there.
"""

from collections.abc import Iterable, Mapping, Sequence

from curator.domain.decision import Edit, Piece, Value
from curator.domain.errors import CuratorError
from curator.domain.span import Span
from curator.store.connection import listed
from curator.store.database import Database


def check(database: Database, edit: Edit, voice: Sequence[int]) -> None:
    """CuratorError when the clips cannot be taken away or their pieces cannot come.

    The clips are known to be there. voice: the clips that say whose voice the set is.
    """
    rows = database.read(
        "SELECT recording_id, start, stop FROM clip WHERE id IN (SELECT value FROM json_each(?))",
        (listed(edit.after),),
    ).fetchall()
    if len({recording for recording, _, _ in rows}) != 1:
        raise CuratorError("Only clips of one recording can be split or merged.")
    whole = Span(min(start for _, start, _ in rows), max(stop for _, _, stop in rows))
    inside = all(
        piece.span.samples > 0 and piece.span.overlap(whole) == piece.span.samples
        for piece in edit.come
    )
    if not edit.come or not inside or any(value is not None for value in edit.after.values()):
        raise CuratorError("A clip is split into clips that lie inside it.")
    if voice and not set(voice) - edit.after.keys():
        raise CuratorError(
            "This is the clip that says whose voice the set is.",
            "Choose another clip for the voice first.",
        )


def prepare(database: Database, edit: Edit) -> dict[int, Piece]:
    """The clips that come, by their new ids; they are not there yet."""
    recording, group = database.read(
        "SELECT recording_id, pause_group FROM clip WHERE id = ?", (min(edit.after),)
    ).fetchone()
    pieces = {}
    for piece in edit.come:
        ((clip,),) = database.write(
            """
            INSERT INTO clip(recording_id, cut_start, cut_stop, start, stop, pause_group)
            VALUES (?1, ?2, ?3, ?2, ?3, ?4)
            RETURNING id
            """,
            (recording, piece.span.start, piece.span.stop, group),
        ).fetchall()
        pieces[clip] = piece
    return pieces


def origins(database: Database, clips: Iterable[int]) -> dict[int, Value]:
    """The origin of each clip whether or not it is there now; None for those that are not."""
    rows = database.read(
        "SELECT id, origin FROM clip WHERE id IN (SELECT value FROM json_each(?))", (listed(clips),)
    )
    return dict(rows.fetchall())


def write(database: Database, values: Mapping[int, Value]) -> None:
    """Make clips be there or not."""
    database.write_many("UPDATE clip SET origin = ?2 WHERE id = ?1", list(values.items()))


def can_turn(database: Database, values: Mapping[int, Value]) -> bool:
    """Whether every one of the clips exists and is there just when it is to go."""
    now = origins(database, values)
    return now.keys() == values.keys() and all(
        (now[clip] is None) != (value is None) for clip, value in values.items()
    )
