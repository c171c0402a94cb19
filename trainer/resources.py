"""Location of ``resources/``, beside the package in a checkout or an installation."""

from pathlib import Path


def resources() -> Path:
    """Path of the folder ``resources/``."""
    for top in Path(__file__).resolve().parents[1:3]:
        for name in ("resources", "voice_curator_resources"):
            if (top / name / "targets").is_dir():
                return top / name
    raise FileNotFoundError("The folder resources/ is missing from this installation.")
