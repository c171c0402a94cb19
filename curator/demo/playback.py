"""Playback of the demo's speech on the audio output, where there is one."""

from collections.abc import Sequence
from pathlib import Path


def play(files: Sequence[Path]) -> str:
    """Play the files one after another; returns the reason why they were not, or ""."""
    import soundfile

    try:
        import sounddevice
    except OSError as error:  # PortAudio is missing
        return str(error)
    for file in files:
        samples, rate = soundfile.read(file, dtype="float32")
        try:
            sounddevice.play(samples, rate, blocking=True)
        except sounddevice.PortAudioError as error:
            return str(error)
    return ""
