"""Bundle of synthesised speech: training texts spoken by voices of flite.

    python -m tests.base.speech FOLDER --texts 400

writes the first texts that the small base was trained on, with all of its held-out clips.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from tests.base.sentences import training_texts
from tests.trainer.bundles import RATE, a_clip, write_bundle

LONGEST_S = 6.0
PHRASES = 0.35  # share of short phrases, as in the training of the base
SHORTEST_S = 0.55  # XTTS takes clips of 0.5 s and more
PAD_S = 0.04  # kept around the speech
QUIET = 0.01  # of full scale
PEAK = 0.5
EVAL_EVERY = 8
EVAL_CLIPS = 48


@dataclass(frozen=True, slots=True)
class FliteVoice:
    """A voice of flite. stretch: factor on its durations, so that voices have a similar pace."""

    name: str
    stretch: float


VOICES = (FliteVoice("rms", 0.78), FliteVoice("slt", 0.9), FliteVoice("awb", 0.88))


def speak(voice: FliteVoice, text: str) -> NDArray[np.float32]:
    """Speech without silence around it, float32 (samples,), 22.05 kHz."""
    with tempfile.TemporaryDirectory(prefix="base-speech-") as folder:
        path = Path(folder) / "speech.wav"
        command = ["flite", "-voice", voice.name, "--setf", f"duration_stretch={voice.stretch}"]
        subprocess.run([*command, "-t", text, "-o", str(path)], check=True, capture_output=True)
        wave, rate = soundfile.read(path, dtype="float32")
    resampled = soxr.resample(wave, rate, RATE)
    loud = np.flatnonzero(np.abs(resampled) > QUIET)
    pad = int(PAD_S * RATE)
    cut = resampled[max(0, loud[0] - pad) : loud[-1] + pad]
    scaled: NDArray[np.float32] = (cut * (PEAK / np.abs(cut).max())).astype(np.float32)
    return scaled


def write_speech(folder: Path, texts: Sequence[str], voices: Sequence[FliteVoice]) -> None:
    """Write a bundle in which text ``n`` is spoken by voice ``n`` modulo the number of voices."""
    folder.mkdir(parents=True, exist_ok=True)
    write_bundle(folder, list(_lines(folder, texts, voices)))


def _lines(
    folder: Path, texts: Sequence[str], voices: Sequence[FliteVoice]
) -> Iterator[dict[str, object]]:
    held_out = 0
    for number, text in enumerate(texts):
        voice = voices[number % len(voices)]
        wave = speak(voice, text)
        if not SHORTEST_S < len(wave) / RATE < LONGEST_S:
            continue
        is_eval = number % EVAL_EVERY == EVAL_EVERY - 1 and held_out < EVAL_CLIPS
        held_out += is_eval
        yield a_clip(
            folder,
            number,
            wave=wave,
            text=text,
            speaker=voice.name,
            emotion="neutral",
            split="eval" if is_eval else "train",
        )


def write_subset(folder: Path, bundle: Path, training: int, held_out: int) -> None:
    """Write a bundle of the first clips of another one for training, and for evaluation."""
    lines = [json.loads(line) for line in (bundle / "manifest.jsonl").read_text().splitlines()]
    kept = [
        line
        for split, count in (("train", training), ("eval", held_out))
        for line in [line for line in lines if line["split"] == split][:count]
    ]
    (folder / "wavs").mkdir(parents=True)
    for line in kept:
        shutil.copyfile(bundle / line["audio"], folder / line["audio"])
    write_bundle(folder, kept)


def main() -> None:
    """Write the bundle."""
    parser = argparse.ArgumentParser(description="Speech of the small base's voice.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=int, default=400)
    given = parser.parse_args()
    write_speech(given.folder, training_texts(given.texts, PHRASES, seed=0), VOICES[:1])


if __name__ == "__main__":
    main()
