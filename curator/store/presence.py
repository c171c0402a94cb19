"""Clips that people make, take away and bring back.

A clip that is taken away stays in its table, with its facts and decisions, so that undo brings back
exactly what was there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from curator.domain.decision import CUT, PERSON, Edit, Field, Piece, Value
from curator.domain.errors import CuratorError
from curator.domain.span import Span
from curator.store.connection import listed
from curator.store.database import Database

_DECIDED: Mapping[Field, Callable[[Piece], Value]] = {
    Field.STATE: lambda piece: piece.state,
    Field.TEXT: lambda piece: piece.text,
    Field.EMOTION: lambda piece: piece.emotion,
    Field.RECIPE: lambda piece: piece.recipe,
}


def check(database: Database, edit: Edit, voice: Sequence[int]) -> None:
    """CuratorError when clips cannot go or come as the edit wants.

    voice: the clips that say whose voice the set is.
    """
    gone = {clip for clip, value in edit.after.items() if value is None}
    now = origins(database, edit.after)
    for clip, value in edit.after.items():
        if clip not in now or (value is None and now[clip] is None):
            raise CuratorError(f"There is no clip {clip} in the project.")
        if value not in (None, PERSON, CUT) or (value and now[clip]):
            raise CuratorError(f"Clip {clip} is there already.")
    _check_made(database, gone, [piece for piece in edit.come if piece.recording_id is None])
    _check_placed(database, [piece for piece in edit.come if piece.recording_id is not None])
    if voice and not set(voice) - gone:
        raise CuratorError(
            "This is the clip that says whose voice the set is.",
            "Choose another clip for the voice first.",
        )


def _check_made(database: Database, gone: Iterable[int], pieces: Sequence[Piece]) -> None:
    """Of clips that are made of those that go."""
    if not pieces:
        return
    rows = database.read(
        "SELECT recording_id, start, stop FROM clip WHERE id IN (SELECT value FROM json_each(?))",
        (listed(gone),),
    ).fetchall()
    if len({recording for recording, _, _ in rows}) != 1:
        raise CuratorError("Only clips of one recording can be split or merged.")
    whole = Span(min(start for _, start, _ in rows), max(stop for _, _, stop in rows))
    if not all(
        piece.span.samples > 0 and piece.span.overlap(whole) == piece.span.samples
        for piece in pieces
    ):
        raise CuratorError("A clip is split into clips that lie inside it.")


def _check_placed(database: Database, pieces: Sequence[Piece]) -> None:
    """Of clips that come from elsewhere."""
    if not pieces:
        return
    lengths = dict(database.read("SELECT id, samples FROM recording").fetchall())
    for piece in pieces:
        if piece.recording_id not in lengths:
            raise CuratorError(f"There is no recording {piece.recording_id} in the project.")
        if not 0 < piece.span.samples <= piece.span.stop <= lengths[piece.recording_id]:
            raise CuratorError("A clip lies inside its recording.")


def prepare(database: Database, edit: Edit) -> dict[int, Piece]:
    """The clips that come into being, by their new ids; they are not there yet."""
    made_of = database.read(
        "SELECT recording_id, pause_group FROM clip WHERE id = ?", (min(edit.after, default=0),)
    ).fetchone()
    pieces = {}
    for piece in edit.come:
        is_placed = piece.recording_id is not None
        place = (piece.recording_id, piece.pause_group) if is_placed else made_of
        span = (piece.span.start, piece.span.stop)
        ((clip,),) = database.write(
            """
            INSERT INTO clip(recording_id, cut_start, cut_stop, start, stop, pause_group)
            VALUES (?, ?, ?, ?, ?, ?)
            RETURNING id
            """,
            (place[0], *span, *span, place[1]),
        ).fetchall()
        pieces[clip] = piece
    return pieces


def decided(pieces: Mapping[int, Piece]) -> dict[Field, dict[int, Value]]:
    """What is decided from the start about clips that come into being."""
    return {
        field: {clip: value for clip, piece in pieces.items() if (value := of(piece)) is not None}
        for field, of in _DECIDED.items()
    }


def origins(database: Database, clips: Iterable[int]) -> dict[int, Value]:
    """The origin of each clip whether or not it is there now; None for those that are not."""
    rows = database.read(
        "SELECT id, origin FROM clip WHERE id IN (SELECT value FROM json_each(?))", (listed(clips),)
    )
    return dict(rows.fetchall())


def write(database: Database, values: Mapping[int, Value]) -> None:
    """Make clips be there or not."""
    rows = [(value, clip) for clip, value in values.items()]
    database.write_many("UPDATE clip SET origin = ? WHERE id = ?", rows)


def can_turn(database: Database, values: Mapping[int, Value]) -> bool:
    """Whether every one of the clips exists and is there just when it is to go."""
    now = origins(database, values)
    return now.keys() == values.keys() and all(
        (now[clip] is None) != (value is None) for clip, value in values.items()
    )
