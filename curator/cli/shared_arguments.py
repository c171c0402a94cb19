"""What can be typed after several commands, and numbers that have limits."""

import argparse
import pkgutil
from collections.abc import Callable
from pathlib import Path

Make = Callable[[str, str, str], argparse.ArgumentParser]
"""Makes a command: its name, what runs it, what it does."""


def add_project(command: argparse.ArgumentParser) -> None:
    """The project it is about."""
    command.add_argument("project", metavar="PROJECT", type=Path, help="a folder NAME.curator")


def add_json(command: argparse.ArgumentParser) -> None:
    """Whether it speaks to a program."""
    command.add_argument("--json", action="store_true", help="one JSON object a line on stdout")


def add_whisper(command: argparse.ArgumentParser) -> None:
    """Which transcriber runs, and with which model; the help lists the transcribers."""
    # The package itself imports numpy, which would make --help slow.
    folder = Path(__file__).parents[1] / "stages" / "transcription" / "transcribers"
    keys = sorted(module.name for module in pkgutil.iter_modules([str(folder)]))
    command.add_argument(
        "--whisper",
        metavar="NAME|FOLDER|KEY[:MODEL]",
        default="tiny.en",
        help=f"a Whisper model, or a transcriber ({', '.join(keys)}) and its model",
    )


def positive(text: str) -> int:
    """A number from 1 on."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
