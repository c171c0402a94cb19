"""Bundles made of synthetic speech-like sound, as curator would export them."""

import hashlib
import json
from pathlib import Path

import numpy as np
import soundfile

RATE = 22050
SENTENCES = (
    "Good evening and welcome to the show.",
    "Which river flows through four capitals?",
    "That is absolutely right!",
    "I am sorry, that was not it.",
    "Take your time, there is no hurry.",
    "The next question is worth double.",
    "Let us see who is in the lead.",
    "Ten seconds on the clock.",
    "And with that we say good night.",
    "Is that your final answer?",
)
EMOTIONS = ("greeting", "question", "praise", "regret", "tension")


def voice(seconds: float, seed: int, *, pitch: float = 120.0, rate: int = RATE) -> np.ndarray:
    """Speech-like sound: harmonics of a wandering pitch, syllables, some noise. float32, (n,)."""
    draw = np.random.default_rng(seed)
    n = int(seconds * rate)
    time = np.arange(n) / rate
    wander = np.interp(time, np.linspace(0, seconds, 12), draw.normal(0, 0.15, 12))
    phase = 2 * np.pi * np.cumsum(pitch * 2**wander) / rate
    gains = np.interp(
        time,
        np.linspace(0, seconds, max(4, int(seconds * 6))),
        draw.uniform(0, 1, max(4, int(seconds * 6))),
    )
    sound = np.zeros(n)
    for harmonic in range(1, 25):
        formant = np.interp(time, np.linspace(0, seconds, 10), draw.uniform(0.1, 1.0, 10))
        sound += formant / harmonic * np.sin(harmonic * phase)
    sound = gains * (sound + 0.1 * draw.normal(size=n))
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


def a_clip(folder: Path, number: int, *, seconds: float = 2.0, **changes: object) -> dict:
    """A manifest line with its sound written; ``changes`` go over its fields."""
    wave = changes.pop("wave", None)
    rate = int(changes.get("rate", RATE))
    if wave is None:
        wave = voice(seconds, number)
    name = f"clip-{number:04d}"
    (folder / "wavs").mkdir(parents=True, exist_ok=True)
    path = folder / "wavs" / f"{name}.wav"
    soundfile.write(path, wave, rate, subtype="PCM_16")
    line = {
        "id": name,
        "audio": f"wavs/{name}.wav",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "rate": rate,
        "samples": len(wave),
        "duration_s": round(len(wave) / rate, 6),
        "text": SENTENCES[number % len(SENTENCES)],
        "language": "en",
        "speaker": "host",
        "emotion": EMOTIONS[number % len(EMOTIONS)],
        "split": "eval" if number % 8 == 7 else "train",
        "weight": 1.0,
        "group": f"g{number}",
        "source": {"recording": "show.wav", "sha256": "0" * 64, "start_s": 0.0, "stop_s": 1.0},
        "scores": {},
        "recipe": None,
    }
    return {**line, **changes}


def write_bundle(folder: Path, lines: list[dict]) -> Path:
    """manifest.jsonl and bundle.json around the lines."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "manifest.jsonl").write_bytes(text.encode())
    digest = hashlib.sha256(text.encode()).hexdigest()
    header = {"format": 1, "target": "xtts_v2", "manifest_sha256": digest}
    (folder / "bundle.json").write_text(json.dumps(header), encoding="utf-8")
    return folder


def a_bundle(folder: Path, clips: int = 16, *, least_s: float = 1.0, most_s: float = 4.0) -> Path:
    """A bundle of so many clips of different lengths."""
    folder.mkdir(parents=True, exist_ok=True)
    lengths = np.random.default_rng(7).uniform(least_s, most_s, clips)
    return write_bundle(
        folder, [a_clip(folder, at, seconds=float(lengths[at])) for at in range(clips)]
    )
