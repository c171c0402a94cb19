"""Where the files of ``resources/`` are: in the checkout, or among the installed packages."""

from pathlib import Path


def resources() -> Path:
    """The folder ``resources/``."""
    top = Path(__file__).resolve().parents[2]
    in_checkout = top / "resources"
    return in_checkout if in_checkout.is_dir() else top / "voice_curator_resources"
