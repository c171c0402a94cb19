"""``trainer listen``."""

import argparse

from trainer.cli.commands import say
from trainer.errors import WrongUsage


def listen(arguments: argparse.Namespace) -> int:
    """A page to hear one run by, or two against each other."""
    from trainer.listening import as_page, voices_of
    from trainer.runs.files import write_atomically

    if len(arguments.runs) > 2:
        raise WrongUsage("Two runs can be heard against each other, not more.")
    voices = voices_of(arguments.runs, arguments.checkpoint)
    out = arguments.out or arguments.runs[0] / "listen.html"
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, as_page(voices, arguments.seed).encode())
    say(f"The page is {out}.")
    return 0
