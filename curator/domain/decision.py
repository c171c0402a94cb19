"""Decisions of a person and the edits that make them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from curator.domain.span import Span


class State(StrEnum):
    """Whether a clip belongs to the training set."""

    KEPT = "kept"
    DROPPED = "dropped"
    UNDECIDED = "undecided"


class Field(StrEnum):
    """Subject of a decision.

    SPAN: ``[start, stop]``. PRESENCE: PERSON for a clip created or restored by a person, CUT for a
    restored one of the segmentation, None for a removed one. RECIPE: hash of the cleaning recipe of
    a clip. By recording id: RECORDING_RECIPE, for clips without one, LICENCE and CONSENT. RATING:
    rating of a sample as JSON, by sample id. For the whole project: VOICE: clips of the target
    speaker, CATEGORIES: TOML of the category set, WEIGHTS: sampling weights of the categories as
    JSON, REMOVED: removed recordings as JSON, origins of their clips by clip id by recording id.
    """

    STATE = "state"
    TEXT = "text"
    EMOTION = "emotion"
    SPAN = "span"
    PRESENCE = "presence"
    RECIPE = "recipe"
    RECORDING_RECIPE = "recording_recipe"
    LICENCE = "licence"
    CONSENT = "consent"
    RATING = "rating"
    VOICE = "voice"
    CATEGORIES = "categories"
    WEIGHTS = "weights"
    REMOVED = "removed"


OF_PROJECT = frozenset({Field.VOICE, Field.CATEGORIES, Field.WEIGHTS, Field.REMOVED})
"""Decisions about the whole project."""

OF_RECORDINGS = frozenset({Field.RECORDING_RECIPE, Field.LICENCE, Field.CONSENT})
"""Decisions by recording id."""

NOT_OF_CLIPS = OF_PROJECT | OF_RECORDINGS | {Field.RATING}
"""Decisions with ids other than clip ids."""

PROJECT = 0
"""Id of decisions about the whole project."""

PERSON = "person"
"""Origin of a clip created by a person."""

CUT = "cut"
"""Origin of a clip created by segmentation."""

JOINED_WITHIN_S = 1.0
"""Nudges within this time are joined to one edit."""

Value = str | tuple[int, int] | None
"""Value of a decision: text for most fields, (start, stop) for SPAN, None for "not decided"."""


@dataclass(frozen=True, slots=True)
class Piece:
    """New clip from a split, a merge or another set.

    text, emotion, state, recipe: initial decisions, None for undecided. recording_id, pause_group:
    of a clip that does not replace others.
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
    """Change by a person, undone and redone as a whole.

    label: for the history, e.g. "Set category: tension (12 clips)".
    after: clip id (or PROJECT, or the id of the field) -> new value; None resets it.
    come: new clips, for PRESENCE.
    joins: whether to join the edit to a preceding nudge of the same clip.
    """

    label: str
    field: Field
    after: Mapping[int, Value]
    come: tuple[Piece, ...] = ()
    joins: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """Clips and field changed by a write, with its label.

    clips: for PRESENCE, the removed and then the new clips in order; ids of the field where it is
    not about clips. parts: changes of each edit of an act with several; clips are then those of all
    parts about clips, or else of the first part, and field is that of the first part.
    """

    clips: tuple[int, ...]
    field: Field
    label: str
    parts: tuple["Changes", ...] = ()

    def of(self, field: Field) -> tuple[int, ...]:
        """Ids changed in this field, in all parts."""
        if not self.parts:
            return self.clips if self.field is field else ()
        return tuple(dict.fromkeys(one for part in self.parts for one in part.of(field)))

    @property
    def about_clips(self) -> tuple[int, ...]:
        """Changed clips; empty if only other things changed."""
        of_clips = [field for field in self.fields if field not in NOT_OF_CLIPS]
        return self.clips if of_clips else ()

    @property
    def fields(self) -> frozenset[Field]:
        """All changed fields."""
        return frozenset(part.field for part in self.parts) or frozenset({self.field})

    @classmethod
    def together(cls, label: str, parts: Sequence["Changes"]) -> "Changes":
        """Changes of an act with one or more edits."""
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
    return f"clip {clips[0]}" if len(clips) == 1 else f"{len(clips)} clips"


def keep(clips: Sequence[int]) -> Edit:
    """Keep clips in the set."""
    return Edit(f"Keep ({_counted(clips)})", Field.STATE, dict.fromkeys(clips, State.KEPT))


def drop(clips: Sequence[int]) -> Edit:
    """Drop clips from the set."""
    return Edit(f"Drop ({_counted(clips)})", Field.STATE, dict.fromkeys(clips, State.DROPPED))


def undecide(clips: Sequence[int]) -> Edit:
    """Reset clips to undecided."""
    return Edit(f"Reset to undecided ({_counted(clips)})", Field.STATE, dict.fromkeys(clips, None))


def give_emotion(clips: Sequence[int], emotion: str | None) -> Edit:
    """Set the category of clips; None removes it."""
    label = f"Set category: {emotion}" if emotion else "Clear category"
    return Edit(f"{label} ({_counted(clips)})", Field.EMOTION, dict.fromkeys(clips, emotion))


def correct_text(clips: Iterable[int], text: str | None) -> Edit:
    """Correct the text of clips; None resets it to the transcript."""
    ids = list(clips)
    return Edit(f"Correct text ({_counted(ids)})", Field.TEXT, dict.fromkeys(ids, text))


def recut(clip: int, span: Span | None) -> Edit:
    """Move a clip's edges; None resets them to the segmentation."""
    after: dict[int, Value] = {clip: (span.start, span.stop) if span else None}
    return Edit(f"Move edges (clip {clip})", Field.SPAN, after)


def nudge(clip: int, span: Span) -> Edit:
    """Move a clip's edges; consecutive nudges become one edit."""
    return replace(recut(clip, span), joins=True)


def choose_voice(clips: Sequence[int], described: str) -> Edit:
    """Decision: the target speaker, given by one or more of their clips."""
    value = ",".join(str(clip) for clip in clips)
    return Edit(f"Set reference voice: {described}", Field.VOICE, {PROJECT: value})
