"""Small waveform of a whole recording: one vertical line per pixel."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QRectF

from curator.audio.waveform import FULL_SCALE_16

if TYPE_CHECKING:
    from curator.audio.peaks import Pairs


def wave_lines(pairs: "Pairs", box: QRectF) -> list[QLineF]:
    """One vertical line per pixel of a box, from the lowest to the highest sample there."""
    count = min(len(pairs), max(1, int(box.width())))
    starts = np.arange(count) * len(pairs) // count
    low = np.minimum.reduceat(pairs[:, 0], starts) / FULL_SCALE_16
    high = np.maximum.reduceat(pairs[:, 1], starts) / FULL_SCALE_16
    middle, half = box.center().y(), box.height() / 2
    step = box.width() / count
    return [
        QLineF(
            box.left() + x * step, middle - top * half, box.left() + x * step, middle - end * half
        )
        for x, (top, end) in enumerate(zip(high.tolist(), low.tolist(), strict=True))
    ]
