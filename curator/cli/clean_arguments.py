"""Arguments of ``curator models``, ``curator setup`` and ``curator clean``."""

import argparse
from collections.abc import Callable
from pathlib import Path

from curator.cli.shared_arguments import add_json, add_on, add_whisper, plugin_keys
from curator.environment.accelerator import ACCELERATORS
from curator.environment.parts import PARTS

Make = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command, given its name, "module:function" and help text."""


def add_setup_command(make: Make) -> None:
    """Add ``curator setup``."""
    setup = make(
        "setup",
        "setup:setup",
        "Install what training and neural cleaning need, into an environment of its own; resumes "
        "an interrupted installation. Without a part, list the parts with their sizes.",
    )
    setup.add_argument("part", nargs="?", choices=tuple(PARTS))
    setup.add_argument("--yes", action="store_true", help="install without asking")
    setup.add_argument(
        "--accelerator",
        choices=tuple(ACCELERATORS),
        default="",
        help="build of torch; default: detected",
    )
    add_json(setup)


def add_models_command(make: Make) -> None:
    """Add ``curator models list|get|import|verify``."""
    models = make("models", "models:list_", "List, download, import and verify models.")
    parts = models.add_subparsers(metavar="list|get|import|verify", required=True)

    def part(name: str, runs: str, text: str) -> argparse.ArgumentParser:
        added = parts.add_parser(name, help=text, description=text)
        added.set_defaults(runs=f"models:{runs}")
        added.add_argument("--json", action="store_true", help="print JSON, one object per line")
        return added

    part("list", "list_", "List models with purpose, licence and state.")
    getting = part("get", "get_", "Download models; resumes interrupted downloads.")
    getting.add_argument("names", metavar="NAME", nargs="+")
    getting.add_argument(
        "--accept-licence", action="store_true", help="accept the terms of these models, once"
    )
    importing = part(
        "import", "import_", "Copy models from a folder, for machines without a network."
    )
    importing.add_argument("folder", metavar="FOLDER", type=Path)
    importing.add_argument(
        "names", metavar="NAME", nargs="*", help="default: all models in the folder"
    )
    verifying = part("verify", "verify", "Compare the hash of every file.")
    verifying.add_argument("names", metavar="NAME", nargs="*")


def add_clean_command(make: Make, cores: int) -> None:
    """Add ``curator clean PROJECT``."""
    clean = make(
        "clean",
        "clean:clean",
        "Clean recordings; clips whose voice or words would change stay as recorded.",
    )
    clean.add_argument("project", metavar="PROJECT", type=Path, help="project folder NAME.curator")
    clean.add_argument(
        "--recipe",
        metavar="NAME|FILE",
        action="append",
        default=[],
        dest="recipes",
        help="recipe name or TOML file; default: rebuild deleted cleaned audio",
    )
    clean.epilog = f"Cleaners for recipe files: {plugin_keys('stages', 'cleaning', 'cleaners')}."
    clean.add_argument("--query", metavar="Q", help="only these clips; default: all recordings")
    clean.add_argument("--compare", action="store_true", help="compare recipes on sample clips")
    clean.add_argument("--list", action="store_true", help="list recipes")
    add_whisper(clean)
    clean.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    clean.add_argument("--jobs", type=int, default=cores, help="worker processes")
    add_on(clean)
    clean.add_argument("--json", action="store_true", help="print JSON, one object per line")
