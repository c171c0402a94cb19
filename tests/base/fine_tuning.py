"""Measure what choices of fine-tuning change: a base that speaks, a voice in three deliveries.

    python -m tests.base.fine_tuning BASE FOLDER --claims tuning adapt sampling prompts stop stock

Prints lines of JSON: held-out loss by clip and measures of spoken sentences, two ways, and their
difference with the 95 % interval of the pairs. FOLDER keeps runs and measures, so that the same
command continues. ``stop`` compares the step of the lowest loss and that of the best speech.
"""

import argparse
import functools
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests.base.deliveries import DELIVERIES, write_deliveries
from tests.base.measure import WHISPER
from tests.base.sentences import held_out_sentences
from tests.helpers.stock_training import PREFIX, StockSettings, run_stock_trainer
from trainer.backends.xtts import networks
from trainer.backends.xtts.base import load_tensors
from trainer.backends.xtts.random_base import DVAE_BLOCKS
from trainer.backends.xtts.speaker import XttsSpeaker
from trainer.backends.xtts.stock_checkpoint import open_any_base
from trainer.bundle.manifest import Bundle, read_bundle
from trainer.cli.parser import main as trainer
from trainer.config import resolve
from trainer.evaluate.measures import measure_all
from trainer.evaluate.samples import as_sample, held_out, read_real, voice_of
from trainer.output import print_line
from trainer.report.statistics import mean_interval, weighted_interval
from trainer.runs.events import of_kind, read_events
from trainer.runs.files import build_once
from trainer.runs.run import ABOUT
from trainer.speech.pace import letters, spoken_seconds
from trainer.speech.speaker import SamplingSettings
from trainer.speech.transcriber import Transcriber

CONFIG = Path(__file__).with_name("fine_tuning.toml")
CATEGORIES = tuple(delivery.category for delivery in DELIVERIES)
BASE = "base"
STOCK = "stock"  # best_model.pth of coqui's trainer, with the same rate and number of updates
SAMPLING = SamplingSettings(temperature=0.15, top_p=0.85, repetition_penalty=1.0)
RUNS: dict[str, Sequence[str]] = {
    "full": (),
    "lora": ("adapt.mode=lora", "optim.lr=3e-3"),
    "balanced": ("sampler.temperature=0",),
    "own": (),  # prompts in training are of the clip's delivery
    STOCK: ("sched.total_steps=1",),  # for the losses of its step 0, by our evaluation
}
PROMPTS = 4  # the longest held-out clips of a delivery
MEASURES = ("wer", "similarity", "pace_error")

Values = dict[str, float | None]
EachLoss = dict[str, tuple[float, int]]
"""Mean audio loss and number of codes by clip."""


@dataclass(frozen=True)
class FineTuning:
    """Runs from one base and what was measured on them. sentences: spoken by each."""

    base: Path
    folder: Path
    sentences: int

    def bundle(self, name: str) -> Path:
        """Bundle of a run."""
        own = name == "own"
        folder = self.folder / ("own-speakers" if own else "deliveries")
        return build_once(folder, lambda empty: write_deliveries(empty, own_speakers=own))

    def run(self, name: str) -> Path:
        """Folder of a finished run."""
        run = self.folder / "runs" / name
        if not (run / ABOUT).exists():
            run.parent.mkdir(exist_ok=True)
            base = self.stock_voice() if name == STOCK else self.base
            words = [word for change in RUNS[name] for word in ("--set", change)]
            _trainer("train", self.bundle(name), run, "--base", base, "--config", CONFIG, *words)
        elif not of_kind(read_events(run), "finished"):
            _trainer("resume", run)
        return run

    def evaluations(self, name: str) -> list[dict[str, Any]]:
        """Evaluation events of a run, in order."""
        events = of_kind(read_events(self.run(name)), "eval")
        return events[:1] if name == STOCK else events

    def best(self, name: str) -> dict[str, Any]:
        """Evaluation of the lowest loss, which early stopping keeps."""
        return min(self.evaluations(name), key=lambda event: (event["mel_ce"], event["step"]))

    def spoken(self, name: str, step: int, prompts: str = "category") -> list[Values]:
        """Measures of the sentences. prompts: "category", or "one" for the same in all."""
        name = BASE if step == 0 and name != STOCK else name
        path = self.folder / "spoken" / f"{name}-{step}-{prompts}-{self.sentences}.json"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            speaker = XttsSpeaker(self._voice(name, step))
            texts = held_out_sentences()[: self.sentences]
            measured = self.measured
            rows = [measured(speaker, at, text, prompts) for at, text in enumerate(texts)]
            path.write_text(json.dumps(rows))
        rows = json.loads(path.read_text())
        return list(rows)

    def _voice(self, name: str, step: int) -> Path:
        if name in (BASE, STOCK):
            return self.base if name == BASE else self.stock_voice()
        folder = self.folder / "voices" / f"{name}-{step}"
        if not folder.exists():
            folder.parent.mkdir(exist_ok=True)
            _trainer("export", self.run(name), folder, "--checkpoint", step)
        return folder

    def stock_voice(self) -> Path:
        """Base folder from the best checkpoint of coqui's trainer."""
        base = build_once(
            self.folder / "stock-base", lambda empty: write_released_width(self.base, empty)
        )
        out, bundle = self.folder / "runs" / "coqui", self.bundle(STOCK)
        if not out.exists():
            config = resolve(None, CONFIG, ())
            batch = config.optim.effective_clips
            epochs = config.sched.total_steps * batch // len(read_bundle(bundle).part("train"))
            settings = StockSettings(epochs, config.optim.lr, batch=batch)
            run_stock_trainer(base, bundle, out, settings)
        (run,) = out.glob(f"{PREFIX}*")
        return open_any_base(run, self.folder / "cache").folder

    @functools.cached_property
    def measured(self) -> Callable[[XttsSpeaker, int, str, str], Values]:
        """Function that speaks and measures a sentence, of the delivery of its number."""
        bundle, transcriber = read_bundle(self.bundle("full")), Transcriber(WHISPER)
        real = {category: _RealDelivery(bundle, category) for category in CATEGORIES}

        def measured(speaker: XttsSpeaker, number: int, text: str, prompts: str) -> Values:
            wanted = real[category_of(number)]
            source = wanted if prompts == "category" else real[CATEGORIES[0]]
            prompt = source.prompts[number % len(source.prompts) if prompts == "category" else 0]
            sound = speaker.synthesise(text, "en", [prompt], number, None, SAMPLING)
            sample = as_sample(sound, [text], "en", transcriber)
            values = measure_all(sample, wanted.voice)
            seconds = spoken_seconds(sample.spans)
            pace = letters(text) / seconds if seconds else None
            return {
                "wer": values["wer"],
                "similarity": values["similarity"],
                "pace_error": None if pace is None else abs(float(np.log2(pace / wanted.pace))),
            }

        return measured


class _RealDelivery:
    """Held-out clips of a category: prompts, speaker vectors and median pace."""

    def __init__(self, bundle: Bundle, category: str) -> None:
        clips = [clip for clip in held_out(bundle) if clip.emotion == category]
        real = read_real(bundle, clips, None)
        self.voice = voice_of(bundle, real)
        longest = sorted(clips, key=lambda clip: (-clip.duration_s, clip.id))[:PROMPTS]
        self.prompts = [bundle.audio(clip) for clip in longest]
        samples = [each.sample for each in real if each.sample is not None]
        paces = [letters(sample.texts[0]) / spoken_seconds(sample.spans) for sample in samples]
        self.pace = float(np.median(paces))


def write_released_width(base: Path, folder: Path) -> None:
    """Copy of a base with its DVAE padded by zeros to the width that coqui's trainer expects."""
    for path in base.iterdir():
        if path.is_file() and path.name != "dvae.pth":
            shutil.copyfile(path, folder / path.name)
    weights = load_tensors(base / "dvae.pth")
    codes = weights["codebook.embed"].shape[1]
    dvae: Any = networks.new_dvae(hidden=512, blocks=DVAE_BLOCKS, dim=512, codes=codes)
    torch.save(
        {name: padded(weights[name], wide) for name, wide in dvae.state_dict().items()},
        folder / "dvae.pth",
    )


def padded(value: torch.Tensor, wide: torch.Tensor) -> torch.Tensor:
    """Tensor of the shape of ``wide`` with ``value`` at its beginning and zeros behind it."""
    result = torch.zeros_like(wide)
    result[tuple(slice(size) for size in value.shape)] = value
    return result


def category_of(number: int) -> str:
    """Delivery of a sentence."""
    return CATEGORIES[number % len(CATEGORIES)]


def compare_losses(before: EachLoss, after: EachLoss) -> dict[str, object]:
    """Mean audio loss of the same clips two ways, and the difference with its interval."""
    clips = sorted(before)
    counts = [before[clip][1] for clip in clips]
    one, other = (np.array([each[clip][0] for clip in clips]) for each in (before, after))
    return {
        "before": round(float(np.average(one, weights=counts)), 4),
        "after": round(float(np.average(other, weights=counts)), 4),
        "difference": round(float(np.average(other - one, weights=counts)), 4),
        "interval": weighted_interval((other - one).tolist(), counts),
        "clips": len(clips),
    }


def compare_spoken(
    before: Sequence[Values], after: Sequence[Values]
) -> dict[str, dict[str, object]]:
    """Means of each measure two ways on the same sentences, and the difference."""
    result: dict[str, dict[str, object]] = {}
    for key in MEASURES:
        pairs = [
            (one[key], other[key])
            for one, other in zip(before, after, strict=True)
            if one[key] is not None and other[key] is not None
        ]
        if not pairs:
            continue
        one, other = np.array(pairs, dtype=np.float64).T
        result[key] = {
            "before": round(float(one.mean()), 3),
            "after": round(float(other.mean()), 3),
            "difference": round(float((other - one).mean()), 3),
            "interval": mean_interval((other - one).tolist()),
            "pairs": len(pairs),
        }
    return result


def score_of(rows: Sequence[Values]) -> float:
    """Similarity less word errors: what a listener who values both alike would choose by."""
    similar = [value for row in rows if (value := row["similarity"]) is not None]
    return float(np.mean(similar)) - float(np.mean([row["wer"] or 0.0 for row in rows]))


def two_runs(work: FineTuning, before: str, after: str) -> Iterator[dict[str, object]]:
    """Compare the best steps of two runs: losses and speech, in all and by category."""
    losses, steps = [], []
    for name, beside in ((before, after), (after, before)):
        event = work.evaluations(beside)[0] if name == BASE else work.best(name)
        losses.append({clip: (each[0], each[1]) for clip, each in event["each"].items()})
        steps.append(event["step"])
    clips = {clip.id: clip.emotion for clip in read_bundle(work.bundle(after)).part("eval")}
    about = {"before": f"{before} at {steps[0]}", "after": f"{after} at {steps[1]}"}
    for category in ("", *CATEGORIES):
        some = [
            {clip: loss for clip, loss in each.items() if category in ("", clips[clip])}
            for each in losses
        ]
        yield about | {"category": category or "all", "loss": compare_losses(some[0], some[1])}
    spoken = [work.spoken(name, step) for name, step in zip((before, after), steps, strict=True)]
    for category in ("", *CATEGORIES):
        rows = [
            [row for at, row in enumerate(each) if category in ("", category_of(at))]
            for each in spoken
        ]
        yield about | {"category": category or "all", "spoken": compare_spoken(rows[0], rows[1])}


def prompts_of(work: FineTuning, name: str) -> dict[str, object]:
    """Compare one prompt with prompts of the category, in a run."""
    step = int(work.best(name)["step"])
    ways = [work.spoken(name, step, prompts) for prompts in ("one", "category")]
    about = {"run": name, "step": step, "before": "one prompt", "after": "category prompts"}
    return about | {"spoken": compare_spoken(ways[0], ways[1])}


def stopping(work: FineTuning, name: str) -> Iterator[dict[str, object]]:
    """Loss and speech at each evaluation, then its two best steps and their difference."""
    events = work.evaluations(name)
    spoken = {int(event["step"]): work.spoken(name, int(event["step"])) for event in events}
    for event in events:
        rows = spoken[event["step"]]
        means = {key: _mean([row[key] for row in rows]) for key in MEASURES}
        yield {"step": event["step"], "mel_ce": event["mel_ce"]} | means | {"score": score_of(rows)}
    by_loss = int(work.best(name)["step"])
    by_speech = max(spoken, key=lambda step: score_of(spoken[step]))
    about = {"before": f"lowest loss, {by_loss}", "after": f"best speech, {by_speech}"}
    yield about | {"spoken": compare_spoken(spoken[by_loss], spoken[by_speech])}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(float(np.mean(known)), 3) if known else None


def _trainer(*words: object) -> None:
    line = list(map(str, words))
    if trainer(line):
        raise SystemExit(f"Stopped: trainer {' '.join(line)}")


CLAIMS: dict[str, Callable[[FineTuning], Iterator[dict[str, object]]]] = {
    "tuning": lambda work: two_runs(work, BASE, "full"),
    "adapt": lambda work: two_runs(work, "full", "lora"),
    "sampling": lambda work: two_runs(work, "full", "balanced"),
    "prompts": lambda work: iter([prompts_of(work, name) for name in ("full", "own")]),
    "stop": lambda work: stopping(work, "full"),
    "stock": lambda work: two_runs(work, STOCK, "full"),
}


def main() -> None:
    """Print the comparisons as JSON lines."""
    parser = argparse.ArgumentParser(description="Measure choices of fine-tuning.")
    parser.add_argument("base", type=Path)
    parser.add_argument("folder", type=Path, help="working folder")
    parser.add_argument("--claims", nargs="+", choices=CLAIMS, default=list(CLAIMS))
    parser.add_argument("--sentences", type=int, default=30)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    work = FineTuning(given.base.resolve(), given.folder.resolve(), given.sentences)
    for name in given.claims:
        for row in CLAIMS[name](work):
            print_line(json.dumps({"claim": name} | row))


if __name__ == "__main__":
    main()
