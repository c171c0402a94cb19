"""Where the mixed sound goes: a device, or nowhere at the speed of the clock."""

import time
from types import ModuleType
from typing import Protocol

import numpy as np

from curator.audio.waveform import Samples
from curator.ui.sound.mixer import LONGEST_BLOCK, Mixer

LATENCY_S = 0.03
"""Asked of the device: below what a key press to an ear notices, above what Python may sleep."""

STALE_S = 2.0
"""A device that has not asked for a block for so long is gone, even if its stream has not ended.

On a machine with four times the work it can do, blocks were seen to be asked for 0.7 s apart.
"""

MOST_AT_ONCE_S = 0.25
"""What a clock makes up for after the window was busy; beyond it, time is lost as with a device."""


class Outlet(Protocol):
    """Takes blocks from a mixer. latency_s: from a block's mixing to its being heard."""

    latency_s: float
    underflows: int

    def tick(self) -> None:
        """Called by the window's thread, some sixty times a second."""

    def lost(self) -> bool:
        """Whether it has stopped taking blocks."""
        ...

    def close(self) -> None:
        """Take no more."""


class ClockOutlet:
    """Takes blocks as fast as they would play, so that positions advance without a device."""

    latency_s = 0.0
    underflows = 0

    def __init__(self, mixer: Mixer) -> None:
        self._mixer = mixer
        self._block: Samples = np.zeros(LONGEST_BLOCK, np.float32)
        self._until = time.perf_counter()

    def tick(self) -> None:
        """Take what has become due since the last time."""
        now = time.perf_counter()
        if self._mixer.silent:
            self._until = now
            return
        self._until = max(self._until, now - MOST_AT_ONCE_S)
        due = int((now - self._until) * self._mixer.rate)
        self._until += due / self._mixer.rate
        while due > 0:
            count = min(due, LONGEST_BLOCK)
            self._mixer.fill(self._block[:count])
            due -= count

    def lost(self) -> bool:
        """Clocks do not stop."""
        return False

    def close(self) -> None:
        """Nothing to let go of."""


class NoDevice(Exception):
    """No sound can be played; the text says why. fixable: whether trying again may help."""

    def __init__(self, why: str, *, fixable: bool = True) -> None:
        super().__init__(why)
        self.fixable = fixable


class _Status(Protocol):
    """What sounddevice says about a block. output_underflow: the last one came too late."""

    output_underflow: bool


class DeviceOutlet:
    """One stream of sounddevice, open as long as the device lives.

    The callback only copies: its blocks and fades were allocated when it was opened.
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
            found = sounddevice.query_devices(device, "output")
            self.name = str(found["name"])
            self._stream = sounddevice.OutputStream(
                samplerate=mixer.rate,
                device=device,
                channels=channels or min(2, int(found["max_output_channels"])),
                dtype="float32",
                latency=LATENCY_S,
                callback=self._take,
            )
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise NoDevice(str(error)) from None
        self.latency_s = float(self._stream.latency)

    def tick(self) -> None:
        """The device asks by itself."""

    def lost(self) -> bool:
        """Whether the stream ended or the device fell silent."""
        if time.perf_counter() - self.last_asked > STALE_S:
            return True
        return not self._stream.active

    def close(self) -> None:
        """Let go of the device. May take long when it is gone: not for the window's thread."""
        self._closed = True
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)

    def forget(self) -> None:
        """Take no more from the mixer, without waiting for the device."""
        self._closed = True

    def _take(self, out: Samples, frames: int, _when: object, status: _Status) -> None:
        """The device's thread wants ``frames`` samples in each channel of ``out``."""
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


def look_again() -> None:
    """Have PortAudio list the devices anew, as it only does when it starts.

    No stream may be open.
    """
    sounddevice = _portaudio()
    sounddevice._terminate()
    sounddevice._initialize()


def _portaudio() -> ModuleType:
    try:
        import sounddevice
    except OSError as error:  # the package is there, the library it calls is not
        raise NoDevice(str(error), fixable=False) from None
    found: ModuleType = sounddevice
    return found
