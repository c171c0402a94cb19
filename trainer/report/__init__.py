"""Report of a run: one self-contained ``report.html`` and a ``report.md``.

Every number is computed from a file of the run; the HTML holds its address (see `figures`).
"""

from pathlib import Path

from trainer.report.blocks import Report
from trainer.report.run_figures import RunFigures
from trainer.report.run_files import RunFiles, read_run
from trainer.runs.files import write_atomically


def write_report(
    folder: Path, out: Path, *, bundle: Path | None = None, price: float | None = None
) -> None:
    """Write the report of the run in ``folder`` as HTML and, beside it, as Markdown.

    bundle: its folder, if it has moved. price: per hour of training, in any currency.
    """
    from trainer.report.page import as_html, as_markdown

    asked = {} if price is None else {"price": price}
    report = contents(read_run(folder, bundle, asked))
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, as_html(report).encode())
    write_atomically(out.with_suffix(".md"), as_markdown(report).encode())


def contents(run: RunFiles) -> Report:
    """The report's sections."""
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
        targets,
    )

    figures = RunFigures(run)
    if run.as_shipped:
        sections = [quality.section(figures), bundle_findings.section(figures)]
        lead = overview.lead_as_shipped(figures)
        return Report("released model", (figures.run_name(),), lead, sections)
    return Report(
        "training report",
        (figures.run_name(),),
        overview.lead(figures),
        [
            advice.section(figures),
            *filter(None, [targets.section(figures)]),
            overview.section(figures),
            losses.curves_section(figures),
            losses.metrics_section(figures),
            stability.section(figures),
            *speech.sections(figures),
            quality.section(figures),
            balance.section(figures),
            bundle_findings.section(figures),
            next_run.section(figures),
            appendix.section(figures),
        ],
    )
