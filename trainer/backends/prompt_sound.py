"""Voice prompts for stock classes that take a single audio file."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.foreign_files import read_mono
from trainer.runs.files import private_folder


def read_resampled(path: Path, rate: int) -> NDArray[np.float32]:
    """Read a mono audio file resampled to ``rate`` Hz: float32 (samples,)."""
    import soxr

    samples, file_rate = read_mono(path)
    if file_rate == rate:
        return np.asarray(samples, dtype=np.float32)
    return np.asarray(soxr.resample(samples, file_rate, rate), dtype=np.float32)


@contextlib.contextmanager
def concatenated(prompts: Sequence[Path], rate: int) -> Iterator[Path]:
    """Concatenate prompts into a temporary file at ``rate`` Hz; a single prompt is unchanged."""
    import soundfile

    if len(prompts) == 1:
        yield prompts[0]
        return
    waves = [read_resampled(path, rate) for path in prompts]
    with private_folder("voice") as folder:
        path = Path(folder) / "voice.wav"
        soundfile.write(path, np.concatenate(waves), rate, subtype="PCM_16")
        yield path
