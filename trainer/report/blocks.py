"""Blocks of a report, rendered as HTML or Markdown by `page`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from trainer.report.figures import Inline


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. role: CSS classes: "", "quiet", "note" or "verdict" with a state."""

    content: Inline
    role: str = ""
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Facts:
    """Definition list of terms."""

    rows: Sequence[tuple[str, Inline]]
    kind: str = "facts"


@dataclass(frozen=True, slots=True)
class Table:
    """Table with a header row; the first column is text, the others are numbers."""

    head: Sequence[Inline]
    rows: Sequence[Sequence[Inline]]
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Bullets:
    """List. ranked: numbered."""

    points: Sequence[Inline]
    ranked: bool = False
    kind: str = "bullets"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Inline SVG with a caption."""

    svg: str
    caption: Inline
    kind: str = "drawing"


@dataclass(frozen=True, slots=True)
class Player:
    """Audio player. uri: data:..., or "" with the reason in note."""

    label: str
    uri: str
    note: Inline


@dataclass(frozen=True, slots=True)
class AudioRow:
    """Audio players side by side."""

    title: Inline
    players: Sequence[Player]
    kind: str = "audio"


@dataclass(frozen=True, slots=True)
class Code:
    """Verbatim text of a file."""

    text: str
    source: str
    kind: str = "code"


@dataclass(frozen=True, slots=True)
class Details:
    """Collapsed blocks under a summary."""

    summary: Inline
    blocks: Sequence["Block"]
    kind: str = "details"


Block = Paragraph | Facts | Table | Bullets | Drawing | AudioRow | Code | Details


@dataclass(slots=True)
class Section:
    """Section of a report. key: its anchor."""

    key: str
    title: str
    blocks: list[Block] = field(default_factory=list)

    def add(self, *blocks: Block) -> None:
        """Append blocks."""
        self.blocks.extend(blocks)


@dataclass(frozen=True, slots=True)
class Report:
    """A document. lead: blocks before the first section."""

    title: str
    name: Inline
    lead: Sequence[Block]
    sections: Sequence[Section]


def quote(text: str) -> Inline:
    """Plain text without figures."""
    return (text,)
