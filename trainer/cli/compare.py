"""Command compare."""

import argparse

from trainer.cli.commands import print_json
from trainer.output import print_line


def compare(arguments: argparse.Namespace) -> int:
    """Compare runs, as text, JSON or HTML."""
    from trainer.compare import read_runs
    from trainer.compare.document import as_document, as_object
    from trainer.report.page import as_html, as_text
    from trainer.runs.files import write_atomically

    compared = read_runs(arguments.runs)
    if arguments.json:
        print_json(as_object(compared))
        return 0
    document = as_document(compared)
    if arguments.html is None:
        print_line(as_text(document))
        return 0
    arguments.html.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(arguments.html, as_html(document).encode())
    print_line(f"Comparison: {arguments.html}")
    return 0
