"""Several voice prompts as one file, for stock classes that listen to one."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def read(path: Path, rate: int) -> NDArray[np.float32]:
    """A mono sound file at another rate: float32 (samples,)."""
    import soundfile
    import soxr

    samples, own = soundfile.read(path, dtype="float32")
    if own == rate:
        return np.asarray(samples, dtype=np.float32)
    return np.asarray(soxr.resample(samples, own, rate), dtype=np.float32)


@contextlib.contextmanager
def joined(prompts: Sequence[Path], rate: int) -> Iterator[Path]:
    """One file with all prompts behind one another, at this rate; one alone is given as it is."""
    import soundfile

    if len(prompts) == 1:
        yield prompts[0]
        return
    waves = [read(path, rate) for path in prompts]
    with tempfile.TemporaryDirectory(prefix="voice-") as folder:
        path = Path(folder) / "voice.wav"
        soundfile.write(path, np.concatenate(waves), rate, subtype="PCM_16")
        yield path
