"""Merge of another set into this one: new clips, matches and conflicts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from curator.domain.decision import Field, Value
from curator.domain.emotion import Emotion
from curator.domain.errors import CuratorError
from curator.domain.recording import Recording
from curator.domain.span import Span


class Rule(StrEnum):
    """Rule for resolving conflicting decisions."""

    MINE = "mine"
    THEIRS = "theirs"
    NEWER = "newer"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Labelled:
    """Clip with its decisions, in this set or the other one.

    id: in its set. values: decided STATE, TEXT, EMOTION and RECIPE. moved: whether a person moved
    its edges. seen: displayed text. made_at: ISO time (UTC) of each decided field and of SPAN.
    language: code stated by a list, or "".
    """

    id: int
    recording: int
    span: Span
    values: Mapping[Field, str]
    moved: bool = False
    seen: str = ""
    pause_group: int = 0
    made_at: Mapping[Field, str] = field(default_factory=dict)
    language: str = ""

    @property
    def is_decided(self) -> bool:
        """Whether anything is decided."""
        return bool(self.values) or self.moved


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """Rejected row of a list. line: from 1; index in a JSON array."""

    file: str
    line: int
    reason: str

    @property
    def sentence(self) -> str:
        """File, line and reason."""
        end = "" if self.reason.endswith("?") else "."
        return f"{self.file}, line {self.line}: {self.reason}{end}"


@dataclass(frozen=True, slots=True)
class OtherSet:
    """A set to merge, from another project or a list.

    recordings: with their ids there. recipes: (hash, name, steps). project: its path, or None.
    rows: of a list, each a clip or rejected. notes: further sentences.
    """

    name: str
    recordings: tuple[Recording, ...]
    clips: tuple[Labelled, ...]
    emotions: tuple[Emotion, ...]
    recipes: tuple[tuple[str, str, str], ...] = ()
    project: Path | None = None
    notes: tuple[str, ...] = ()
    rows: int = 0
    refused: tuple[RejectedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class SameSound:
    """Section of a recording of the other set that occurs in one of this set.

    start_s, stop_s: section in the other recording. shift_s: offset to the time in this one.
    is_exact: whether the files are identical.
    """

    theirs: int
    mine: int
    start_s: float
    stop_s: float
    shift_s: float
    is_exact: bool

    def placed(self, span: Span, rate: int, my_rate: int, my_samples: int) -> Span:
        """Span in this set's recording of a span in theirs."""
        if self.is_exact:
            return span
        start = max(0, round((span.start_s(rate) + self.shift_s) * my_rate))
        stop = max(start, round((span.stop_s(rate) + self.shift_s) * my_rate))
        return Span(start, stop).within(my_samples)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Conflicting decisions about the same clip. number: from 1, for choices.

    mine, theirs: the clips; several if they are cut differently (field PRESENCE), with their new
    positions in places.
    """

    number: int
    field: Field
    mine: tuple[Labelled, ...]
    theirs: tuple[Labelled, ...]
    my_value: Value
    their_value: Value
    my_time: str
    their_time: str
    places: "tuple[Placed, ...]" = ()

    @property
    def newer(self) -> Rule:
        """Side of the later decision; mine where the times are unknown."""
        return Rule.THEIRS if self.their_time > self.my_time else Rule.MINE

    @property
    def sentence(self) -> str:
        """Sentence on what the two sides disagree on."""
        numbers = ", ".join(str(clip.id) for clip in self.mine)
        clips = f"clip {numbers}" if len(self.mine) == 1 else f"clips {numbers}"
        if self.field is Field.PRESENCE:
            pieces = "one clip" if len(self.theirs) == 1 else f"{len(self.theirs)} clips"
            return f"{clips}: cut as {pieces} there, with decisions on both sides."
        if self.field is Field.SPAN:
            return f"{clips}: other edges there ({self.their_value}) than here ({self.my_value})."
        return (
            f"{clips}: {self.field.value} is {self.my_value!r} here and {self.their_value!r} there."
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """A clip of the other set and its span here. recording: mine, None for a new one.

    span: at the rate of that recording. is_exact: whether its facts are valid here.
    """

    clip: Labelled
    recording: int | None
    span: Span
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class MergePlan:
    """Plan of a merge.

    takes: their decisions about undecided clips of this set. come: new clips. go: undecided clips
    of this set that are replaced. pairs: (theirs, mine) of the same clip. left_out: number of their
    undecided clips that are cut differently. made_for: hash of all decisions at planning time, ""
    if irrelevant. copies: number of their new clips with the audio of another new one, which
    takes their labels where it has none.
    """

    other: OtherSet
    same: tuple[SameSound, ...]
    takes: Mapping[Field, Mapping[int, Value]]
    come: tuple[Placed, ...]
    go: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]
    left_out: int
    conflicts: tuple[Conflict, ...]
    made_for: str = ""
    copies: int = 0

    def decided(self, rule: Rule, choices: Mapping[int, Rule] | None = None) -> "MergePlan":
        """Plan with conflicts resolved. choices: exceptions from the rule, by number.

        Raises CuratorError if a conflict remains to be asked about.
        """
        takes = {field: dict(values) for field, values in self.takes.items()}
        come, go = list(self.come), list(self.go)
        for conflict in self.conflicts:
            choice = (choices or {}).get(conflict.number, rule)
            choice = conflict.newer if choice is Rule.NEWER else choice
            if choice is Rule.ASK:
                raise CuratorError(
                    f"{len(self.conflicts)} conflicts have to be decided: {conflict.sentence}",
                    "Choose a rule for all: mine, theirs or newer; or decide one by one.",
                )
            if choice is Rule.THEIRS and conflict.field is Field.PRESENCE:
                go += [clip.id for clip in conflict.mine]
                come += conflict.places
            elif choice is Rule.THEIRS:
                (clip,) = conflict.mine
                takes.setdefault(conflict.field, {})[clip.id] = conflict.their_value
        return replace(
            self, takes=takes, come=tuple(come), go=tuple(go), conflicts=(), left_out=self.left_out
        )

    @property
    def taken(self) -> int:
        """Number of decisions taken over without a conflict."""
        return sum(len(values) for values in self.takes.values())

    @property
    def sentences(self) -> list[str]:
        """Sentences on what the merge will do."""
        copies = sum(not same.is_exact for same in self.same)
        lines = [
            f"{len(self.come)} of {_counted(len(self.other.clips), 'clip')} are new; "
            f"{len(self.pairs)} are here already, "
            f"{_counted(self.taken, 'decision')} about them taken over.",
        ]
        if copies:
            lines.append(f"Here already, encoded otherwise: {_counted(copies, 'stretch', 'es')}.")
        if self.left_out:
            lines.append(
                f"Left out, since cut otherwise there and not decided: "
                f"{_counted(self.left_out, 'clip')}."
            )
        if self.copies:
            lines.append(
                f"Joined with another clip there that has the same audio: "
                f"{_counted(self.copies, 'clip')}."
            )
        if self.conflicts:
            lines.append(f"They differ in {_counted(len(self.conflicts), 'decision')}.")
        if self.other.rows:
            taken = self.other.rows - len(self.other.refused)
            lines.insert(
                0,
                f"{self.other.name}: {_counted(self.other.rows, 'row')}, {taken} taken, "
                f"{len(self.other.refused)} refused.",
            )
        return lines + list(self.other.notes)


def _counted(count: int, noun: str, plural: str = "s") -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}{plural}"
