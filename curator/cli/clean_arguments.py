"""What can be typed after ``curator models`` and ``curator clean``."""

import argparse
from collections.abc import Callable
from pathlib import Path

from curator.cli.shared_arguments import add_whisper, plugin_keys

Make = Callable[[str, str, str], argparse.ArgumentParser]
"""Makes a command: its name, what runs it, what it does."""


def add_models_command(make: Make) -> None:
    """``curator models list|get|import|verify``."""
    models = make("models", "models:list_", "Networks the program can load: list and get them.")
    parts = models.add_subparsers(metavar="list|get|import|verify", required=True)

    def part(name: str, runs: str, text: str) -> argparse.ArgumentParser:
        added = parts.add_parser(name, help=text, description=text)
        added.set_defaults(runs=f"models:{runs}")
        added.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
        return added

    part("list", "list_", "Say what each is for, its licence, and whether it is here.")
    getting = part("get", "get_", "Download; what was interrupted goes on from there.")
    getting.add_argument("names", metavar="NAME", nargs="+")
    importing = part("import", "import_", "Copy from a folder, for machines without a network.")
    importing.add_argument("folder", metavar="FOLDER", type=Path)
    importing.add_argument("names", metavar="NAME", nargs="*", help="left out: all that it holds")
    verifying = part("verify", "verify", "Read every file and compare its hash.")
    verifying.add_argument("names", metavar="NAME", nargs="*")


def add_clean_command(make: Make, cores: int) -> None:
    """``curator clean PROJECT``."""
    clean = make("clean", "clean:clean", "Clean recordings where the voice stays whole.")
    clean.add_argument("project", metavar="PROJECT", type=Path, help="a folder NAME.curator")
    clean.add_argument(
        "--recipe",
        metavar="NAME|FILE",
        action="append",
        default=[],
        dest="recipes",
        help="a recipe's name or file.toml; left out: make again what was deleted",
    )
    clean.epilog = f"Cleaners for recipe files: {plugin_keys('cleaning', 'cleaners')}."
    clean.add_argument("--query", metavar="Q", help="only these clips; left out: all recordings")
    clean.add_argument("--compare", action="store_true", help="which recipe is best, or none")
    clean.add_argument("--list", action="store_true", help="the recipes there are")
    add_whisper(clean)
    clean.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    clean.add_argument("--jobs", type=int, default=cores, help="worker processes")
    clean.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
