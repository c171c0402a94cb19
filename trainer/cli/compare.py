"""``trainer compare``."""

import argparse

from trainer.cli.commands import say, tell


def compare(arguments: argparse.Namespace) -> int:
    """What differs between runs, as text, as JSON or as one HTML file."""
    from trainer.compare import read_runs
    from trainer.compare.document import as_document, as_object
    from trainer.report.page import as_html, as_text
    from trainer.runs.files import write_atomically

    compared = read_runs(arguments.runs)
    if arguments.json:
        tell(as_object(compared))
        return 0
    document = as_document(compared)
    if arguments.html is None:
        say(as_text(document))
        return 0
    arguments.html.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(arguments.html, as_html(document).encode())
    say(f"The comparison is {arguments.html}.")
    return 0
