"""Similarity of two voices to the clips of a bundle by both speaker encoders.

    python -m tests.base.speakers BEFORE AFTER BUNDLE SENTENCES

BEFORE, AFTER: bases or exports. SENTENCES: a TOML file of test sentences. Prints a line of JSON for
each encoder: mean cosines to the clips' mean vector, and the 95 % interval of the difference.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soxr

from curator.audio.waveform import Samples
from curator.domain.speaker_encoder import CAMPPLUS, ENCODERS
from curator.stages.speaker import campplus, resemblyzer
from trainer.backends.xtts.speaker import XttsSpeaker
from trainer.bundle.manifest import read_bundle
from trainer.evaluate.plan import voices_of
from trainer.evaluate.sentences import read_script
from trainer.output import print_line
from trainer.report.statistics import mean_interval
from trainer.speech.sound import Sound, read_sound

RATE = 16_000


def at_16k(sound: Sound) -> Samples:
    """Samples at the rate of the encoders."""
    resampled: Samples = soxr.resample(sound.samples, sound.rate, RATE)
    return resampled


def unit_vectors(encoder: str, waves: Sequence[Samples]) -> np.ndarray:
    """Speaker vectors of length 1 without the constant that the project adds to CAM++'s."""
    if encoder == CAMPPLUS:
        vectors = campplus.the_network().vectors(waves)[:, : campplus.DIMENSIONS]
    else:
        vectors = resemblyzer.the_encoder().vectors(waves)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description="Similarity to a bundle's voice.")
    for name in ("before", "after", "bundle", "sentences"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    bundle = read_bundle(given.bundle)
    sentences = read_script(bundle, [given.sentences]).sentences
    clips = sorted(bundle.part("eval"), key=lambda clip: clip.id)
    prompts = [bundle.audio(voices_of(sentence, clips)[0]) for sentence in sentences]
    spoken = [
        [
            at_16k(voice.synthesise(sentence.text, "en", [prompt], 0, None))
            for sentence, prompt in zip(sentences, prompts, strict=True)
        ]
        for voice in map(XttsSpeaker, (given.before, given.after))
    ]
    real = [at_16k(read_sound(bundle.audio(clip))) for clip in bundle.part("train")]
    for encoder in ENCODERS:
        target = unit_vectors(encoder, real).mean(axis=0)
        target /= np.linalg.norm(target)
        before, after = (unit_vectors(encoder, waves) @ target for waves in spoken)
        interval = mean_interval((after - before).tolist())
        row = {"before": float(before.mean()), "after": float(after.mean()), "interval": interval}
        print_line(json.dumps({"encoder": encoder, "sentences": len(sentences), **row}))


if __name__ == "__main__":
    main()
