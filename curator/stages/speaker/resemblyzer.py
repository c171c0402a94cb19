"""Resemblyzer's speaker encoder with its own weights, many clips in one batch.

The published program sends each clip's partials (stretches of 1.6 s) through the network by
themselves. Here the partials of many clips share one spectrogram and one batch; the vectors are the
same to seven digits and cost a fifth of the processor time.
"""

import functools
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import CACHE_RATE, Samples
from curator.domain.errors import MissingModel
from curator.stages.speaker.mel import mel_filters

if TYPE_CHECKING:
    import torch

SpeakerArray = NDArray[np.float32]  # (256,)
SpeakerArrays = NDArray[np.float32]  # (clips, 256)

WEIGHTS_SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"

# The shape the weights were trained in (Resemblyzer 0.1.4).
WINDOW = 400  # samples, 25 ms
HOP = 160  # samples, 10 ms
BANDS = 40
HIDDEN = 256
LAYERS = 3
PARTIAL = 160  # frames, 1.6 s
PARTIAL_STEP = 77  # frames: 1.3 partials a second
COVERAGE = 0.75  # of the last partial must be sound, or it is left out
SIZE = 256
TINY = 1e-12  # keeps a vector of zeros from becoming one of NaN
LOUDNESS_DBFS = -30.0  # quieter clips are raised to this before the network hears them

# One clip must not hear its neighbour in the shared spectrogram: half a window of zeros, in hops.
GAP = (WINDOW // 2 + HOP - 1) // HOP


@dataclass(frozen=True, slots=True)
class _FrameRange:
    """Where a clip lies in the shared spectrogram: first frame and number of partials."""

    frame: int
    partials: int


class SpeakerEncoder:
    """The network, loaded once; several threads may call it at the same time."""

    def __init__(self) -> None:
        import torch

        self._lstm = torch.nn.LSTM(BANDS, HIDDEN, LAYERS, batch_first=True)
        self._linear = torch.nn.Linear(HIDDEN, SIZE)
        weights = torch.load(_weights(), map_location="cpu", weights_only=True)["model_state"]
        for name, module in (("lstm.", self._lstm), ("linear.", self._linear)):
            module_weights = {key.removeprefix(name): value for key, value in weights.items()}
            module.load_state_dict({key: module_weights[key] for key in module.state_dict()})
            module.requires_grad_(requires_grad=False).eval()
        self._window = torch.hann_window(WINDOW)
        self._filters = torch.from_numpy(mel_filters(CACHE_RATE, WINDOW, BANDS))

    def vectors(self, waves: Sequence[Samples]) -> SpeakerArrays:
        """How the voice sounds in each wave, as directions.

        waves: 16 kHz mono, any length (below 1.6 s it is filled up with zeros), loud enough.
        Returns float32 of shape (waves, 256), each of length 1, all components >= 0.
        """
        import torch

        if not waves:
            return np.zeros((0, SIZE), dtype=np.float32)
        signal, places = _side_by_side(waves)
        with torch.inference_mode():
            mels = self._mels(torch.from_numpy(signal))  # (frames, bands)
            starts = [p.frame + i * PARTIAL_STEP for p in places for i in range(p.partials)]
            batch = torch.stack([mels[start : start + PARTIAL] for start in starts])
            _, (hidden, _) = self._lstm(batch)
            raw = torch.relu(self._linear(hidden[-1]))  # (partials, 256)
            directions = (raw / raw.norm(dim=1, keepdim=True).clamp_min(TINY)).numpy()
        firsts = np.cumsum([0] + [p.partials for p in places[:-1]])
        sums = np.add.reduceat(directions, firsts, axis=0)  # (waves, 256)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        vectors: SpeakerArrays = sums / np.maximum(lengths, TINY)
        return vectors

    def states(self, waves: Sequence[Samples]) -> SpeakerArrays:
        """Final LSTM hidden state per waveform, shape (waves, 256), float32.

        waves: 16 kHz mono, equally long. Returns float32 of shape (waves, 256), values -1..1.
        """
        import torch

        frames = math.ceil(waves[0].size / HOP)
        signal = np.stack([np.pad(wave, (0, WINDOW)) for wave in waves])
        with torch.inference_mode():
            # The windows over the end of a wave hear the silence after it.
            mels = torch.stack([self._mels(row)[:frames] for row in torch.from_numpy(signal)])
            _, (hidden, _) = self._lstm(mels)
            states: SpeakerArrays = hidden[-1].numpy()
        return states

    def directions(self, states: SpeakerArrays) -> SpeakerArrays:
        """The voice in each state, as ``vectors`` gives it. states: of shape (waves, 256)."""
        import torch

        with torch.inference_mode():
            raw = torch.relu(self._linear(torch.from_numpy(states)))
            directions: SpeakerArrays = (
                raw / raw.norm(dim=1, keepdim=True).clamp_min(TINY)
            ).numpy()
        return directions

    def _mels(self, signal: "torch.Tensor") -> "torch.Tensor":
        import torch

        spectrum = torch.stft(
            signal,
            n_fft=WINDOW,
            hop_length=HOP,
            window=self._window,
            center=True,
            pad_mode="constant",
            return_complex=True,
        )  # (bins, frames)
        power = spectrum.real.square() + spectrum.imag.square()
        return (self._filters @ power).T.contiguous()


def partial_count(samples: int) -> int:
    """Number of 1.6 s windows of a waveform of ``samples`` samples, at least 1."""
    frames = math.ceil((samples + 1) / HOP)
    count = len(range(0, max(1, frames - PARTIAL + PARTIAL_STEP + 1), PARTIAL_STEP))
    last_start = (count - 1) * PARTIAL_STEP * HOP
    too_little = (samples - last_start) / (PARTIAL * HOP) < COVERAGE
    return count - 1 if too_little and count > 1 else count


def loud_enough(samples: Samples) -> Samples:
    """The same sound, raised to -30 dBFS if it is quieter. Silence stays silence."""
    power = float(np.mean(np.square(samples, dtype=np.float64))) if samples.size else 0.0
    if power <= 0.0:
        return samples
    gain_db = LOUDNESS_DBFS - 10.0 * math.log10(power)
    return samples if gain_db <= 0.0 else samples * np.float32(10.0 ** (gain_db / 20.0))


def _side_by_side(waves: Sequence[Samples]) -> tuple[Samples, list[_FrameRange]]:
    """All waves in one signal, on the grid of frames, with zeros between."""
    places: list[_FrameRange] = []
    frame = GAP
    for wave in waves:
        count = partial_count(wave.size)
        places.append(_FrameRange(frame, count))
        covered = (count - 1) * PARTIAL_STEP + PARTIAL
        frame += max(covered, math.ceil(wave.size / HOP)) + GAP
    signal = np.zeros(frame * HOP, dtype=np.float32)
    for wave, place in zip(waves, places, strict=True):
        start = place.frame * HOP
        signal[start : start + wave.size] = wave
    return signal, places


@functools.cache
def the_encoder() -> SpeakerEncoder:
    """Encoder of this process, loaded once."""
    return SpeakerEncoder()


def _weights() -> Path:
    """The file of weights inside the installed package, if it is the one expected."""
    package = find_spec("resemblyzer")
    if package is None or not package.submodule_search_locations:
        raise MissingModel("Resemblyzer is not installed.", "Install the project's requirements.")
    path = Path(package.submodule_search_locations[0]) / "pretrained.pt"
    if not path.is_file():
        raise MissingModel(f"Resemblyzer's weights are missing: {path}.", "Install it again.")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != WEIGHTS_SHA256:
            raise MissingModel(
                f"Resemblyzer's weights are not the expected ones: {path}.",
                "Install Resemblyzer 0.1.4 again.",
            )
    return path
