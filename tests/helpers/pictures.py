"""Pictures of widgets beside pictures that somebody has looked at."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

NEAR = 1
"""Steps of a colour by which a pixel may differ."""

ALIKE_SHARE = 0.995
"""Of the pixels that have to be as near as that."""


def picture_of(widget: QWidget) -> np.ndarray:
    """(height, width, 3) of bytes."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return lines[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels that are alike; 0 for pictures of different sizes."""
    if one.shape != other.shape:
        return 0.0
    apart = np.abs(one.astype(np.int16) - other).max(axis=2)
    return float(np.mean(apart <= NEAR))


def compare(found: np.ndarray, expected: Path, differences: Path, *, update: bool) -> None:
    """Fail, with pictures of what was found and where it differs, unless both are alike.

    update: what was found becomes what is expected. Pictures are kept in 256 colours of their own,
    into which what is found is put before they are compared.
    """
    if update:
        _keep(found, expected)
        return
    if not expected.is_file():
        pytest.fail(f"there is no {expected.name} yet: look at it with --update-snapshots")
    found, wanted = _in_colours_of(expected, found)
    share = alike(found, wanted)
    if share >= ALIKE_SHARE:
        return
    differences.mkdir(parents=True, exist_ok=True)
    Image.fromarray(found).save(differences / f"{expected.stem}.found.png")
    if found.shape == wanted.shape:
        apart = np.abs(found.astype(np.int16) - wanted).max(axis=2) > NEAR
        shown = np.where(apart[..., None], np.array([255, 0, 80], np.uint8), found // 3 + 160)
        Image.fromarray(shown.astype(np.uint8)).save(differences / f"{expected.stem}.apart.png")
    pytest.fail(
        f"{expected.name}: {100 * share:.2f} % of the pixels are as expected; see {differences}"
    )


def _keep(found: np.ndarray, expected: Path) -> None:
    if expected.is_file():
        now, before = _in_colours_of(expected, found)
        if alike(now, before) >= ALIKE_SHARE:
            return
    expected.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(found)
    colours = picture.quantize(256, dither=Image.Dither.NONE)
    picture.quantize(palette=colours, dither=Image.Dither.NONE).save(expected, optimize=True)


def _in_colours_of(expected: Path, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is found and what is expected, both in the colours of the latter."""
    with Image.open(expected) as kept:
        mapped = Image.fromarray(found).quantize(palette=kept, dither=Image.Dither.NONE)
        return np.asarray(mapped.convert("RGB")), np.asarray(kept.convert("RGB"))
