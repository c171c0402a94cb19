"""Renderers of a report: HTML, Markdown and plain text."""

from collections.abc import Iterator, Sequence

from trainer.output import visible
from trainer.report.blocks import (
    AudioRow,
    Block,
    Bullets,
    Code,
    Details,
    Drawing,
    Facts,
    Paragraph,
    Report,
    Table,
)
from trainer.report.figures import Inline, plain
from trainer.resources import resources

TEMPLATE = "report.html.j2"


def as_html(report: Report, template: str = TEMPLATE, **more: object) -> str:
    """A self-contained HTML page."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources() / "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,  # a missing value is an error, not an empty cell
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(report=report, plain=plain, **more)


def as_markdown(report: Report) -> str:
    """Markdown without charts and audio."""
    parts = [f"# {_escaped(plain(report.name))}: {report.title}"]
    for block in report.lead:
        parts += _markdown(block)
    for section in report.sections:
        parts.append(f"## {section.title}")
        for block in section.blocks:
            parts += _markdown(block)
    return "\n\n".join(part for part in parts if part) + "\n"


def as_text(report: Report) -> str:
    """Plain text for a terminal."""
    return as_markdown(report).replace("\\", "")


def _markdown(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield _inline(block.content)
        case Facts():
            yield "\n".join(f"- {term}: {_inline(content)}" for term, content in block.rows)
        case Table():
            if block.rows:
                yield _table(block)
        case Bullets():
            marks = [f"{at}." if block.ranked else "-" for at in range(1, len(block.points) + 1)]
            yield "\n".join(
                f"{mark} {_inline(content)}"
                for mark, content in zip(marks, block.points, strict=True)
            )
        case Drawing():
            yield f"({_inline(block.caption)}: see the HTML report.)"
        case AudioRow():
            notes = [f"  - {player.label}: {_inline(player.note)}" for player in block.players]
            yield "\n".join(
                [f"- {_inline(block.title)}", *(note for note in notes if note[-2:] != ": ")]
            )
        case Code():
            yield f"```toml\n{block.text.rstrip()}\n```"
        case Details():
            yield f"### {_inline(block.summary)}"
            for inner in block.blocks:
                yield from _markdown(inner)


def _table(table: Table) -> str:
    rows: list[Sequence[Inline]] = [table.head, *table.rows]
    lines = ["| " + " | ".join(_inline(cell) for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(table.head))
    return "\n".join(lines)


def _inline(content: Inline) -> str:
    return _escaped(plain(content))


def _escaped(text: str) -> str:
    """The text with Markdown and HTML characters escaped."""
    one_line = visible(" ".join(text.split()))
    for character in ("\\", "|", "<", "*", "[", "]", "`"):
        one_line = one_line.replace(character, "\\" + character)
    return one_line
