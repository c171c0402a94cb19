"""Command listen."""

import argparse

from trainer.errors import WrongUsage
from trainer.output import print_line


def listen(arguments: argparse.Namespace) -> int:
    """Write the listening page of one run or two."""
    from trainer.listening import as_page, voices_of
    from trainer.runs.files import write_atomically

    if len(arguments.runs) > 2:
        raise WrongUsage("At most two runs can be compared.", "Name one or two runs.")
    voices = voices_of(arguments.runs, arguments.checkpoint)
    out = arguments.out or arguments.runs[0] / "listen.html"
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, as_page(voices, arguments.seed).encode())
    print_line(f"Page: {out}")
    return 0
