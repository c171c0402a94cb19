"""Make the small English base from synthesised speech, with this project's own commands.

    python -m tests.base.make_base FOLDER

Each step leaves its result in FOLDER. The same command continues after the last finished step, and
trainings from their last checkpoint, so the work can be spread over several sittings.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.base.assemble import assemble
from tests.base.codes import write_linear_codes
from tests.base.sentences import training_texts
from tests.base.speech import VOICES, write_speech, write_subset
from trainer.backends.xtts.random_base import random_base
from trainer.bundle.manifest import read_bundle
from trainer.cli.parser import main as trainer
from trainer.config import resolve
from trainer.output import print_line
from trainer.runs.events import of_kind, read_events
from trainer.runs.files import build_once
from trainer.runs.run import ABOUT

CONFIG = Path(__file__).with_name("base.toml")


@dataclass(frozen=True, slots=True)
class TrainingRound:
    """Training of the GPT, then of the decoder on its latents; settings that differ."""

    gpt: Sequence[str] = ()
    decoder: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class BaseSchedule:
    """Amount of speech and training.

    texts: spoken by the first ``voices`` in turn. phrases: share of short phrases among them, which
    are the easiest to learn. decoder_clips: for the decoder, in training and evaluation.
    """

    texts: int = 48000
    voices: int = 1
    phrases: float = 0.35
    decoder_clips: tuple[int, int] = (1500, 24)
    settings: Sequence[str] = ()
    rounds: Sequence[TrainingRound] = field(default=(TrainingRound(), TrainingRound()))


@dataclass(frozen=True, slots=True)
class RoundFolders:
    """Folders of a round. bundles: for GPT and decoder. bases: with the DVAE, and to start from."""

    folder: Path
    bundles: tuple[Path, Path]
    bases: tuple[Path, Path]


def make_base(folder: Path, schedule: BaseSchedule) -> Path:
    """Folder of the base after the last round."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = training_texts(schedule.texts, schedule.phrases, seed=0)
    voices = VOICES[: schedule.voices]
    speech = build_once(folder / "speech", lambda empty: write_speech(empty, texts, voices))
    some = build_once(
        folder / "decoder-speech",
        lambda empty: write_subset(empty, speech, *schedule.decoder_clips),
    )
    codes = folder / "codes"
    if not codes.exists():
        bundle = read_bundle(speech)
        random = random_base(resolve(None, CONFIG, schedule.settings), bundle, folder)
        linear = build_once(
            folder / "linear", lambda empty: write_linear_codes(empty, random, bundle)
        )
        settings = (*schedule.settings, "model.random=false")
        _trainer("codebook", speech, codes, "--base", linear, settings=settings)
    base = codes
    for number, training in enumerate(schedule.rounds, start=1):
        step = RoundFolders(folder / f"round-{number}", (speech, some), (codes, base))
        base = _trained(step, training, schedule.settings)
    return base


def _trained(folders: RoundFolders, training: TrainingRound, general: Sequence[str]) -> Path:
    """Base with a GPT and a decoder that were trained further. general: settings of all rounds."""
    folder, (speech, some), (codes, base) = folders.folder, folders.bundles, folders.bases
    folder.mkdir(exist_ok=True)
    run, exported, result = folder / "gpt", folder / "exported", folder / "base"
    settings = (*general, *training.gpt)
    if not (run / ABOUT).exists():
        _trainer("train", speech, run, "--base", base, settings=settings)
    elif not of_kind(read_events(run), "finished"):
        _trainer("resume", run, settings=None)
    if not exported.exists():
        _trainer("export", run, exported, settings=None)
    joined = build_once(folder / "joined", lambda empty: assemble(exported, codes, base, empty))
    if not result.exists() or result.with_name("base.making").exists():
        settings = (*general, *training.decoder)
        _trainer("decoder", some, joined, result, settings=settings)
    return result


def _trainer(command: str, *words: Path | str, settings: Sequence[str] | None) -> None:
    """Run a command of the trainer. settings: None for one without a configuration."""
    if settings is not None:
        words = (*words, "--config", CONFIG)
        words += tuple(word for change in settings for word in ("--set", change))
    line = [command, *map(str, words)]
    if trainer(line):
        raise SystemExit(f"Stopped: trainer {' '.join(line)}")


def main() -> None:
    """Make the base, or continue."""
    parser = argparse.ArgumentParser(description="Make the small English base.")
    parser.add_argument("folder", type=Path, help="working folder, several GB")
    print_line(str(make_base(parser.parse_args().folder.resolve(), BaseSchedule())))


if __name__ == "__main__":
    main()
