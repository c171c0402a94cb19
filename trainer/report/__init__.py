"""A run folder as one self-contained ``report.html`` and ``report.md``.

Every number is worked out from ``events.jsonl`` or another file of the run by an address that
stands beside it in the HTML; see `figures`.
"""

from pathlib import Path

from trainer.report.blocks import Report
from trainer.report.run_files import RunFiles, read_run
from trainer.report.writer import Writer
from trainer.runs.files import write_atomically


def write_report(
    folder: Path, out: Path, *, bundle: Path | None = None, price: float | None = None
) -> None:
    """The report of the run in ``folder`` as HTML, and beside it the same as Markdown.

    bundle: where it is now, if it has moved. price: of an hour of training, in any money.
    """
    from trainer.report.page import as_html, as_markdown

    asked = {} if price is None else {"price": price}
    report = contents(read_run(folder, bundle, asked))
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, as_html(report).encode())
    write_atomically(out.with_suffix(".md"), as_markdown(report).encode())


def contents(run: RunFiles) -> Report:
    """What the report says, section by section."""
    from trainer.report import (
        advice,
        appendix,
        balance,
        bundle_findings,
        losses,
        next_run,
        overview,
        quality,
        speech,
        stability,
    )

    write = Writer(run)
    if run.as_shipped:
        sections = [quality.section(write), bundle_findings.section(write)]
        lead = overview.lead_as_shipped(write)
        return Report("a model as shipped", (write.run_name(),), lead, sections)
    return Report(
        "training report",
        (write.run_name(),),
        overview.lead(write),
        [
            advice.section(write),
            overview.section(write),
            losses.curves(write),
            losses.meaning(write),
            stability.section(write),
            *speech.sections(write),
            quality.section(write),
            balance.section(write),
            bundle_findings.section(write),
            next_run.section(write),
            appendix.section(write),
        ],
    )
