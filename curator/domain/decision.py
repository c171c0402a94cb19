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

    SPAN holds ``[start, stop]``. PRESENCE holds whether a clip is there: PERSON for one that a
    person made or brought back, None for one that this took away. RECIPE holds the hash of the
    recipe a clip is cleaned by, RECORDING_RECIPE the same by recording, for clips that have none of
    their own. RATING holds what a heard sample is worth, as JSON, by the sample's number. The
    others are of the whole project: VOICE its clips, CATEGORIES the TOML of the category set,
    WEIGHTS how often categories shall be heard, as JSON.
    """

    STATE = "state"
    TEXT = "text"
    EMOTION = "emotion"
    SPAN = "span"
    PRESENCE = "presence"
    RECIPE = "recipe"
    RECORDING_RECIPE = "recording_recipe"
    RATING = "rating"
    VOICE = "voice"
    CATEGORIES = "categories"
    WEIGHTS = "weights"


OF_PROJECT = frozenset({Field.VOICE, Field.CATEGORIES, Field.WEIGHTS})
"""Decisions about the whole project."""

NOT_OF_CLIPS = OF_PROJECT | {Field.RECORDING_RECIPE, Field.RATING}
"""Decisions whose ids are not those of clips."""

PROJECT = 0
"""The id under which decisions about the whole project are kept."""

PERSON = "person"
"""The origin of a clip that a person made."""

JOINED_WITHIN_S = 1.0
"""A nudge follows the one before it within this time: the two are one edit."""

Value = str | tuple[int, int] | None
"""A decision's value: text for most fields, (start, stop) for SPAN, None for "not decided"."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A clip that comes into being, by splitting or merging or from another set.

    text, emotion, state, recipe: what is decided about it from the start, None where nothing.
    recording_id, pause_group: where it lies, if it is not made of the clips that go.
    """

    span: Span
    text: str | None
    emotion: str | None
    state: str | None = None
    recipe: str | None = None
    recording_id: int | None = None
    pause_group: int = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """One act of a person, undone and redone as a whole.

    label: a sentence for the history, e.g. "Give emotion: tension (12 clips)".
    after: clip id (or PROJECT, or what the field says) -> the new value; None takes it back.
    come: the clips that come into being, for PRESENCE.
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

    clips: for PRESENCE, those that went as well as those that came, the new ones last and in their
    order; the ids of the field where it is not about clips. parts: the changes of each edit where
    an act was several; clips are then those of all parts that are about clips, or where none is,
    the first part's, and field is the first part's.
    """

    clips: tuple[int, ...]
    field: Field
    label: str
    parts: tuple["Changes", ...] = ()

    def of(self, field: Field) -> tuple[int, ...]:
        """What was touched in this field, whether it was one edit or several."""
        if not self.parts:
            return self.clips if self.field is field else ()
        return tuple(dict.fromkeys(one for part in self.parts for one in part.of(field)))

    @property
    def about_clips(self) -> tuple[int, ...]:
        """The clips that were touched, none where all was about something else."""
        of_clips = [field for field in self.fields if field not in NOT_OF_CLIPS]
        return self.clips if of_clips else ()

    @property
    def fields(self) -> frozenset[Field]:
        """All fields that were touched."""
        return frozenset(part.field for part in self.parts) or frozenset({self.field})

    @classmethod
    def together(cls, label: str, parts: Sequence["Changes"]) -> "Changes":
        """The changes of an act; those of its only edit where it was one."""
        if len(parts) == 1:
            return cls(parts[0].clips, parts[0].field, label)
        clips = dict.fromkeys(
            clip for part in parts if part.field not in NOT_OF_CLIPS for clip in part.clips
        )
        return cls(tuple(clips) or parts[0].clips, parts[0].field, label, tuple(parts))


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
    """Decision: the target speaker, given by one or more of their clips."""
    value = ",".join(str(clip) for clip in clips)
    return Edit(f"Choose voice: {described}", Field.VOICE, {PROJECT: value})
