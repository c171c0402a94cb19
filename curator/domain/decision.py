"""What people decide, and the edits that carry it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from curator.domain.span import Span


class State(StrEnum):
    """Whether a clip goes into the set."""

    KEPT = "kept"
    DROPPED = "dropped"
    UNDECIDED = "undecided"


class Field(StrEnum):
    """What a decision is about.

    SPAN holds ``[start, stop]``. PRESENCE holds whether a clip is there: PERSON for one that was
    made by splitting or merging, None for one that this took away. VOICE is of the whole project.
    """

    STATE = "state"
    TEXT = "text"
    EMOTION = "emotion"
    SPAN = "span"
    PRESENCE = "presence"
    VOICE = "voice"


PROJECT = 0
"""The id under which decisions about the whole project (the voice) are kept."""

PERSON = "person"
"""The origin of a clip that a person made."""

JOINED_WITHIN_S = 1.0
"""A nudge follows the one before it within this time: the two are one edit."""

Value = str | tuple[int, int] | None
"""A decision's value: text for most fields, (start, stop) for SPAN, None for "not decided"."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A clip that comes into being by splitting or merging, undecided.

    text, emotion: what people had decided about the clips it is made of, None where nothing.
    """

    span: Span
    text: str | None
    emotion: str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """One act of a person, undone and redone as a whole.

    label: a sentence for the history, e.g. "Give emotion: tension (12 clips)".
    after: clip id (or PROJECT) -> the new value; None takes the decision back.
    come: the clips made of those that ``after`` takes away, for PRESENCE.
    joins: whether it is one with the edit just before if that was a nudge of the same clip.
    """

    label: str
    field: Field
    after: Mapping[int, Value]
    come: tuple[Piece, ...] = ()
    joins: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What a write touched: which clips, which field, and under which label.

    For PRESENCE, those that went as well as those that came.
    """

    clips: tuple[int, ...]
    field: Field
    label: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An edit in the journal. state: done, undone or abandoned (undone, then edited past)."""

    id: int
    made_at: str
    label: str
    field: Field
    clips: int
    state: str


def _counted(clips: Sequence[int]) -> str:
    return "1 clip" if len(clips) == 1 else f"{len(clips)} clips"


def keep(clips: Sequence[int]) -> Edit:
    """Put clips into the set."""
    return Edit(f"Keep ({_counted(clips)})", Field.STATE, dict.fromkeys(clips, State.KEPT))


def drop(clips: Sequence[int]) -> Edit:
    """Leave clips out of the set."""
    return Edit(f"Drop ({_counted(clips)})", Field.STATE, dict.fromkeys(clips, State.DROPPED))


def undecide(clips: Sequence[int]) -> Edit:
    """Take back whether clips are kept or dropped."""
    return Edit(f"Undecide ({_counted(clips)})", Field.STATE, dict.fromkeys(clips, None))


def give_emotion(clips: Sequence[int], emotion: str | None) -> Edit:
    """Put clips into a category; None takes the category back."""
    label = f"Give emotion: {emotion}" if emotion else "Take emotion back"
    return Edit(f"{label} ({_counted(clips)})", Field.EMOTION, dict.fromkeys(clips, emotion))


def correct_text(clips: Iterable[int], text: str | None) -> Edit:
    """Say what is really said; None goes back to the machine's transcript."""
    ids = list(clips)
    return Edit(f"Correct text ({_counted(ids)})", Field.TEXT, dict.fromkeys(ids, text))


def recut(clip: int, span: Span | None) -> Edit:
    """Move a clip's edges; None goes back to where segmentation cut."""
    after: dict[int, Value] = {clip: (span.start, span.stop) if span else None}
    return Edit("Move edges (1 clip)", Field.SPAN, after)


def nudge(clip: int, span: Span) -> Edit:
    """Move a clip's edges a little; several nudges in a row are one edit."""
    return replace(recut(clip, span), joins=True)


def choose_voice(clips: Sequence[int], described: str) -> Edit:
    """Say whose voice the set is, by one or more clips of it."""
    value = ",".join(str(clip) for clip in clips)
    return Edit(f"Choose voice: {described}", Field.VOICE, {PROJECT: value})
