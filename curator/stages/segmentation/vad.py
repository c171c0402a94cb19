"""Voice activity detection by Silero VAD 6; the network is in ``resources/voice_activity/``.

One probability per frame of 512 samples (32 ms at 16 kHz). The network runs over thousands of
frames at once; its state and the 64 samples of context are carried from chunk to chunk, so the
probabilities are those of one run over everything while memory stays bounded by the chunk.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curator.audio.cache import release_pages
from curator.audio.waveform import CACHE_RATE, FULL_SCALE_16, Samples16
from curator.domain.span import Span
from curator.weights.shipped import shipped_network

if TYPE_CHECKING:
    import onnxruntime

Probabilities = NDArray[np.float32]  # (frames,), 0..1

FILE = "voice_activity/network.onnx"
FILE_SHA256 = "e0ec1c810ae109f3b10c6b867af9148503d2677ffdbfbdff4991f10508a0f280"

FRAME = 512
"""Samples a probability is about; Silero at 16 kHz takes no other size."""

FRAME_S = FRAME / CACHE_RATE

WINDOW = 256  # samples of a spectrum
WINDOWS = 4  # of a frame
STATE = 128  # width of the recurrent state

_HOP = 128  # samples from window to window
_CONTEXT = 64  # samples of the frame before, which the network also sees
_CHUNK = 2048  # frames a call (65 s): about 30 MB of work space, as fast as any larger


def speech_probabilities(samples16: Samples16) -> Probabilities:
    """Speech probability per frame.

    samples16: 16 kHz mono. Returns ceil(samples / 512) values; the last frame is filled up with
    silence. One thread. Raises MissingModel.
    """
    network = _network()
    state = [np.zeros((1, 1, STATE), np.float32) for _ in ("hidden", "cell")]
    probabilities: list[Probabilities] = []
    for windows in _windows(samples16):
        output, *state = network.run(
            ["probabilities", "last_hidden", "last_cell"],
            {"windows": windows, "hidden": state[0], "cell": state[1]},
        )
        probabilities.append(np.asarray(output, np.float32).reshape(-1))
    return np.concatenate(probabilities) if probabilities else np.zeros(0, np.float32)


@functools.cache
def _network() -> "onnxruntime.InferenceSession":
    """The network, loaded once in a process."""
    return shipped_network(FILE, FILE_SHA256, "network of voice activity detection")


def _windows(samples16: Samples16) -> Iterator[NDArray[np.float32]]:
    """Windows of the spectra, float32 (frames, 4, 256), chunk after chunk."""
    context = np.zeros(_CONTEXT, np.float32)
    for start in range(0, len(samples16), _CHUNK * FRAME):
        piece = samples16[start : start + _CHUNK * FRAME]
        count = -(-len(piece) // FRAME)
        sound = np.zeros(count * FRAME, np.float32)
        np.multiply(piece, np.float32(1 / FULL_SCALE_16), out=sound[: len(piece)])
        frames = sound.reshape(count, FRAME)
        rows = np.empty((count, _CONTEXT + FRAME + _CONTEXT), np.float32)
        rows[0, :_CONTEXT] = context
        rows[1:, :_CONTEXT] = frames[:-1, -_CONTEXT:]
        rows[:, _CONTEXT:-_CONTEXT] = frames
        rows[:, -_CONTEXT:] = frames[:, -2 : -2 - _CONTEXT : -1]  # the end, mirrored
        context = frames[-1, -_CONTEXT:].copy()
        yield np.ascontiguousarray(
            np.lib.stride_tricks.sliding_window_view(rows, WINDOW, axis=1)[:, ::_HOP]
        )
        release_pages(samples16)


@dataclass(frozen=True, slots=True)
class SpeechOptions:
    """How probabilities become spans; the defaults are Silero's own.

    threshold: speech begins at or above it. quiet_threshold: speech may end below it.
    min_speech_ms: shorter speech is none. min_silence_ms: shorter silence is part of the speech.
    pad_ms: added at both ends, or half the silence where there is less.
    """

    threshold: float = 0.5
    quiet_threshold: float = 0.35
    min_speech_ms: int = 250
    min_silence_ms: int = 100
    pad_ms: int = 30


def speech_spans(
    probabilities: Probabilities, samples: int, options: SpeechOptions | None = None
) -> list[Span]:
    """Speech spans in samples at 16 kHz, ordered and disjoint.

    samples: length of the recording. The same hysteresis as Silero's ``get_speech_timestamps``,
    but it steps from event to event, not from frame to frame.
    """
    chosen = options or SpeechOptions()
    spans = [
        (start, min(stop, samples))
        for start, stop in _raw_spans(probabilities, chosen)
        if min(stop, samples) - start > chosen.min_speech_ms * CACHE_RATE / 1000
    ]
    return _padded(spans, chosen.pad_ms * CACHE_RATE // 1000, samples)


def _raw_spans(probabilities: Probabilities, options: SpeechOptions) -> Iterator[tuple[int, int]]:
    """(start, stop) in samples, on the frame grid; the last may run to the end of the frames."""
    loud = np.flatnonzero(probabilities >= options.threshold)
    quiet = np.flatnonzero(probabilities < options.quiet_threshold)
    wait = options.min_silence_ms * CACHE_RATE / 1000
    at = 0
    while True:
        first = np.searchsorted(loud, at)
        if first == len(loud):
            return
        start = int(loud[first])
        at = start
        while True:  # from dip to dip, until one lasts
            dip_index = np.searchsorted(quiet, at)
            if dip_index == len(quiet):
                yield start * FRAME, len(probabilities) * FRAME
                return
            dip = int(quiet[dip_index])
            again_index = np.searchsorted(loud, dip)
            again = int(loud[again_index]) if again_index < len(loud) else len(probabilities)
            # Silence is noticed at a frame below quiet_threshold that lies far enough behind.
            late = int(np.searchsorted(quiet, dip + int(np.ceil(wait / FRAME))))
            if late < len(quiet) and quiet[late] < again:
                yield start * FRAME, dip * FRAME
                at = int(quiet[late])
                break
            if again == len(probabilities):
                yield start * FRAME, len(probabilities) * FRAME
                return
            at = again


def _padded(spans: list[tuple[int, int]], pad: int, samples: int) -> list[Span]:
    padded: list[Span] = []
    for index, (start, stop) in enumerate(spans):
        before = start - spans[index - 1][1] if index else None
        after = spans[index + 1][0] - stop if index + 1 < len(spans) else None
        left = pad if before is None or before >= 2 * pad else before // 2
        right = pad if after is None or after >= 2 * pad else after // 2
        padded.append(Span(max(0, start - left), min(samples, stop + right)))
    return padded
