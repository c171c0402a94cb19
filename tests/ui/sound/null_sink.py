"""Virtual audio device: PulseAudio with a null sink, and a recorder of its monitor."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import soundfile

from curator.audio.waveform import Samples

RATE = 22_050
STARTED_S = 60.0
"""Time that server and recorder may take to start."""

NEEDED = ("pulseaudio", "parec", "pactl")


def missing() -> str:
    """Reason why no null sink can be created here, or ""."""
    absent = [program for program in NEEDED if shutil.which(program) is None]
    return f"{', '.join(absent)} not installed" if absent else ""


class NullSink:
    """A private sound server, mono at 22,050 Hz so that samples compare one by one.

    folder: its own XDG_RUNTIME_DIR, mode 700.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        self.environment = {"XDG_RUNTIME_DIR": str(folder), "HOME": str(folder), "LC_ALL": "C"}
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Create the null sink."""
        self._server = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--log-level=error",
             "--load=module-native-protocol-unix",
             f"--load=module-null-sink sink_name=test rate={RATE} channels=1"],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        ends = time.monotonic() + STARTED_S
        while self._asked("info").returncode and time.monotonic() < ends:
            time.sleep(0.05)

    def kill(self) -> None:
        """Remove the null sink."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None
        for left in self._folder.glob("pulse/*"):
            with suppress(OSError):
                left.unlink()

    @contextmanager
    def recorded(self) -> Iterator[Callable[[], Samples]]:
        """Records while the block runs; afterwards the function given returns what came out."""
        file = self._folder / "heard.wav"
        recorder = subprocess.Popen(
            ["parec", "-d", "test.monitor", f"--rate={RATE}", "--channels=1",
             "--latency-msec=20", "--file-format=wav", file],
            env={**os.environ, **self.environment}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            ends = time.monotonic() + STARTED_S
            while not (file.exists() and file.stat().st_size > 44) and time.monotonic() < ends:
                time.sleep(0.02)
            yield lambda: soundfile.read(file, dtype="float32")[0]
        finally:
            recorder.terminate()
            recorder.wait()

    def _asked(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["pactl", *words], env={**os.environ, **self.environment}, capture_output=True
        )


def aligned(heard: Samples, sound: Samples) -> Samples:
    """The part of ``heard`` where ``sound`` is, as long as it."""
    size = 1 << (heard.size + sound.size).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sound, size)), size)
    at = int(np.argmax(likeness[: max(1, heard.size - sound.size)]))
    return heard[at : at + sound.size]
