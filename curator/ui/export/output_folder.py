"""Proposed output folders that do not exist yet."""

import os
import re
from pathlib import Path

NUMBER = re.compile(r"(?<!\d)\d{1,3}$")
"""Trailing number that counts; longer ones are rather years or sizes."""

DATE = re.compile(r"\d{4}([-_.]\d{2}){1,2}$")
"""Trailing year-month or year-month-day; it does not count."""


def free_folder(wanted: Path) -> Path:
    """Wanted folder, or the next in its numbering that does not exist.

    "show-v1" is followed by "show-v2", "show" by "show-2", "take-09" by "take-10".
    """
    folder = wanted
    while os.path.lexists(folder):
        folder = folder.with_name(_next_name(folder.name))
    return folder


def is_writable(folder: Path) -> bool:
    """Whether folders can be created in an existing folder."""
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _next_name(name: str) -> str:
    number = None if DATE.search(name) else NUMBER.search(name)
    if number is None:
        return f"{name}-2"
    digits = number.group()
    return name[: number.start()] + str(int(digits) + 1).zfill(len(digits))
