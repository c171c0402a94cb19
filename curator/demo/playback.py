"""Playback of the demo's speech on the audio output, where there is one."""

from collections.abc import Sequence
from pathlib import Path

from curator.audio.waveform import Waveform


def play(files: Sequence[Path]) -> str:
    """Play the files one after another; returns the reason why they were not, or ""."""
    import soundfile

    try:
        import sounddevice
    except OSError as error:  # PortAudio is missing
        return str(error)
    for file in files:
        samples, rate = soundfile.read(file, dtype="float32")
        wave = Waveform(samples, int(rate))
        try:
            sounddevice.play(wave.samples, wave.rate, blocking=True)
        except sounddevice.PortAudioError as error:
            return str(error)
    return ""
