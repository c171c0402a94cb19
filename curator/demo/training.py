"""Training of the demo: the small base that speaks, or a random network.

The base is fitted to the host's voice, its GPT and its decoder are trained on his clips, and
sentences that it has words for are spoken and measured before and after.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from curator.domain.foreign_files import read_bounded

BASE, RUN, VOICE, REPORT = "base", "run", "voice", "report.html"
BEFORE, AFTER = "spoken_before.wav", "spoken.wav"
SPEAKING, RANDOM = "tiny-en", "tiny-cpu"
PRESETS = (SPEAKING, RANDOM)
"""The small base in English, and the random network, which is quicker and only babbles."""
SENTENCE = "It is cloudy, so Mary went to the station."

RECORD_BYTES = 1 << 20

Command = Callable[..., None]
"""Runs ``trainer`` with the given words."""


def changes(voice: Path) -> list[str]:
    """What the training changed in spoken test sentences, a sentence each; [] where unmeasured."""
    record = voice / "decoder.json"
    if not record.is_file():
        return []
    sentences: list[str] = json.loads(read_bounded(record, RECORD_BYTES))["sentences"]
    return [sentence for sentence in sentences if " of test sentences: " in sentence]


def train_voice(trainer: Command, bundle: Path, out: Path, preset: str) -> Sequence[Path]:
    """Train, export, speak and report in ``out``; returns what was spoken, before and after."""
    run, voice, spoken = out / RUN, out / VOICE, out / AFTER
    speak = ("--text", SENTENCE, "--out")
    if preset == RANDOM:
        trainer("prepare", bundle, "--preset", preset)
        trainer("train", bundle, run, "--preset", preset)
        trainer("export", run, voice)
        trainer("speak", run, *speak, spoken)
        trainer("report", run, "--out", out / REPORT)
        return [spoken]
    base = out / BASE
    trainer("base", preset, base, "--bundle", bundle)
    trainer("prepare", bundle, "--preset", preset, "--base", base)
    trainer("train", bundle, run, "--preset", preset, "--base", base)
    trainer("report", run, "--out", out / REPORT)
    trainer("speak", run, *speak, out / BEFORE)
    trainer("decoder", bundle, run, voice, "--sentences", base / "sentences.toml")
    trainer("speak", voice, *speak, spoken)
    return [out / BEFORE, spoken]
