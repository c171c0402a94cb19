"""Arguments shared by several commands, and number types with limits."""

import argparse
import pkgutil
from collections.abc import Callable
from pathlib import Path

from curator.domain.project_file import project_folder

Make = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command, given its name, "module:function" and help text."""


def add_project(command: argparse.ArgumentParser) -> None:
    """Add the PROJECT argument."""
    command.add_argument(
        "project",
        metavar="PROJECT",
        type=lambda text: project_folder(Path(text)),
        help="project folder NAME.curator",
    )


def add_json(command: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    command.add_argument("--json", action="store_true", help="print JSON, one object per line")


def add_whisper(command: argparse.ArgumentParser) -> None:
    """Add ``--whisper``: transcriber and model; the help lists the transcribers."""
    transcribers = plugin_keys("stages", "transcription", "transcribers")
    command.add_argument(
        "--whisper",
        metavar="NAME|FOLDER|KEY[:MODEL]",
        default="auto",
        help=f"a Whisper model, or a transcriber ({transcribers}) and its model; "
        "default: by the project's language",
    )


def plugin_keys(*folder: str) -> str:
    """Keys of the plug-ins in a folder of ``curator``, for help texts.

    Read from file names: importing the plug-ins would make ``--help`` slow.
    """
    path = Path(__file__).parents[1].joinpath(*folder)
    return ", ".join(sorted(module.name for module in pkgutil.iter_modules([str(path)])))


def positive(text: str) -> int:
    """Integer of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
