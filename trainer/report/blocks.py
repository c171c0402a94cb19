"""What a report is made of, before it is HTML or Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from trainer.report.figures import Inline


@dataclass(frozen=True, slots=True)
class Paragraph:
    """role: "", "quiet", "verdict" or a state of the guard after it, such as "verdict flat"."""

    content: Inline
    role: str = ""
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms and what there is to say of each."""

    rows: Sequence[tuple[str, Inline]]
    kind: str = "facts"


@dataclass(frozen=True, slots=True)
class Table:
    """Cells in rows under a head; the first column is text, the others are numbers."""

    head: Sequence[Inline]
    rows: Sequence[Sequence[Inline]]
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Bullets:
    """Points of a list. ranked: whether their order means something."""

    points: Sequence[Inline]
    ranked: bool = False
    kind: str = "bullets"


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG and what it shows."""

    svg: str
    caption: Inline
    kind: str = "drawing"


@dataclass(frozen=True, slots=True)
class Player:
    """A sound to hear. uri: data:..., "" where the sound is missing, of which note says why."""

    label: str
    uri: str
    note: Inline


@dataclass(frozen=True, slots=True)
class AudioRow:
    """Sounds to compare side by side."""

    title: Inline
    players: Sequence[Player]
    kind: str = "audio"


@dataclass(frozen=True, slots=True)
class Code:
    """A text from a file as it is there."""

    text: str
    source: str
    kind: str = "code"


@dataclass(frozen=True, slots=True)
class Details:
    """What is folded away until a person wants it."""

    summary: Inline
    blocks: Sequence["Block"]
    kind: str = "details"


Block = Paragraph | Facts | Table | Bullets | Drawing | AudioRow | Code | Details


@dataclass(slots=True)
class Section:
    """A part of a report under a heading. key: its anchor."""

    key: str
    title: str
    blocks: list[Block] = field(default_factory=list)

    def add(self, *blocks: Block) -> None:
        """Put blocks at the end."""
        self.blocks.extend(blocks)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole document. lead: what comes before the first section."""

    title: str
    name: Inline
    lead: Sequence[Block]
    sections: Sequence[Section]


def quote(text: str) -> Inline:
    """A text that is only itself."""
    return (text,)
