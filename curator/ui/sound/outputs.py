"""Outputs of the mixer: an audio device, or a clock without sound."""

import time
from types import ModuleType
from typing import Protocol

import numpy as np

from curator.audio.waveform import Samples
from curator.ui.sound.mixer import LONGEST_BLOCK, Mixer

LATENCY_S = 0.03
"""Requested latency in seconds: not noticed after a key press, above Python's scheduling delays."""

STALE_S = 2.0
"""A device that requested no block for this time is lost, even if its stream is active.

Under four-fold CPU overload, requests were measured 0.7 s apart.
"""

MAX_CATCH_UP_S = 0.25
"""Time that a clock catches up after the window was busy; more is lost, as with a device."""


class AudioOutput(Protocol):
    """Consumer of a mixer's blocks. latency_s: from rendering a block to its playback."""

    latency_s: float
    underflows: int

    def tick(self) -> None:
        """Advance; called by the window's thread about 60 times per second."""

    def lost(self) -> bool:
        """Whether the output stopped requesting blocks."""
        ...

    def close(self) -> None:
        """Release the output."""


class ClockOutput:
    """Consumes blocks in real time, so that positions advance without a device."""

    latency_s = 0.0
    underflows = 0

    def __init__(self, mixer: Mixer) -> None:
        self._mixer = mixer
        self._block: Samples = np.zeros(LONGEST_BLOCK, np.float32)
        self._until = time.perf_counter()

    def tick(self) -> None:
        """Consume the samples due since the last call."""
        now = time.perf_counter()
        if self._mixer.silent:
            self._until = now
            return
        self._until = max(self._until, now - MAX_CATCH_UP_S)
        due = int((now - self._until) * self._mixer.rate)
        self._until += due / self._mixer.rate
        while due > 0:
            count = min(due, LONGEST_BLOCK)
            self._mixer.fill(self._block[:count])
            due -= count

    def lost(self) -> bool:
        """Return False: a clock does not stop."""
        return False

    def close(self) -> None:
        """Release nothing."""


class NoDevice(Exception):
    """No audio device; the text is the reason. fixable: whether a retry may help."""

    def __init__(self, reason: str, *, fixable: bool = True) -> None:
        super().__init__(reason)
        self.fixable = fixable


class _StreamStatus(Protocol):
    """Callback flags of sounddevice. output_underflow: the previous block came too late."""

    output_underflow: bool


class DeviceOutput:
    """Output stream of sounddevice, open while the device exists.

    The callback only copies into buffers allocated in advance.
    """

    def __init__(self, mixer: Mixer, *, device: str | int | None, channels: int | None) -> None:
        sounddevice = _portaudio()
        self._mixer = mixer
        self._block: Samples = np.zeros(LONGEST_BLOCK, np.float32)
        self._column = self._block[:, None]
        self._closed = False
        self.underflows = 0
        self.last_asked = time.perf_counter()
        try:
            info = sounddevice.query_devices(device, "output")
            self.name = str(info["name"])
            self._stream = sounddevice.OutputStream(
                samplerate=mixer.rate,
                device=device,
                channels=channels or min(2, int(info["max_output_channels"])),
                dtype="float32",
                latency=LATENCY_S,
                callback=self._take,
            )
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise NoDevice(str(error)) from None
        self.latency_s = float(self._stream.latency)

    def tick(self) -> None:
        """Do nothing: the device requests blocks by itself."""

    def lost(self) -> bool:
        """Whether the stream ended or requests no blocks."""
        if time.perf_counter() - self.last_asked > STALE_S:
            return True
        return not self._stream.active

    def close(self) -> None:
        """Close the stream. May block if the device is gone: not for the window's thread."""
        self._closed = True
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)

    def forget(self) -> None:
        """Stop reading from the mixer without waiting for the device."""
        self._closed = True

    def _take(self, out: Samples, frames: int, _when: object, status: _StreamStatus) -> None:
        """Callback of the audio thread: fill ``frames`` samples of each channel of ``out``."""
        self.last_asked = time.perf_counter()
        if status.output_underflow:
            self.underflows += 1
        if self._closed:
            out.fill(0.0)
            return
        for first in range(0, frames, LONGEST_BLOCK):
            count = min(LONGEST_BLOCK, frames - first)
            self._mixer.fill(self._block[:count])
            out[first : first + count] = self._column[:count]


def rescan_devices() -> None:
    """Restart PortAudio, which lists devices only at its start. No stream may be open."""
    sounddevice = _portaudio()
    sounddevice._terminate()
    sounddevice._initialize()


def _portaudio() -> ModuleType:
    try:
        import sounddevice
    except OSError as error:  # PortAudio itself is not installed
        raise NoDevice(str(error), fixable=False) from None
    module: ModuleType = sounddevice
    return module
