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


def add_on(command: argparse.ArgumentParser) -> None:
    """Add the options of a cluster: where to run, how sound gets there, how much nodes keep."""
    command.add_argument(
        "--on",
        metavar="ray://HOST:10001|ray:local|auto",
        default="",
        help="run on the nodes of a Ray cluster; auto: the one this machine belongs to; "
        "default: processes of this machine",
    )
    command.add_argument(
        "--sound",
        metavar="auto|send|URL",
        default="auto",
        help="with --on: how sound reaches the nodes: over a shared disk where they have it, "
        "always sent, or recordings through an object store (s3://, gcs://, sftp://); "
        "default: %(default)s",
    )
    command.add_argument(
        "--node-cache",
        metavar="GB",
        type=positive_number,
        default=20.0,
        help="with --on: limit of the sound kept by each node; default: %(default)s",
    )


def positive_number(text: str) -> float:
    """Number above 0."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be above 0")
    return number


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
