"""A finished or running training of coqui's trainer, read from its folder.

Its text loss is printed weighted (by 0.01 as shipped), and its mean over the batches of an
evaluation leaves out the first batch. Here losses are in raw nats.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from trainer.errors import BrokenRun
from trainer.foreign_files import read_json
from trainer.optim.early_stopping import Verdict, judge
from trainer.stock_runs.tensorboard_events import Scalar, read_scalars
from trainer.stock_runs.text_log import LogBlock, epochs_planned, read_log

LOG = "trainer_0_log.txt"
CONFIG = "config.json"
EVENTS = "events.out.tfevents.*"
BEST = "best_model.pth"
CHECKPOINT = re.compile(r"(checkpoint|best_model)_(\d+)\.pth\Z")
DEFAULT_TEXT_WEIGHT = 0.01  # GPTArgs.gpt_loss_text_ce_weight of coqui-tts
MIN_WEIGHT = 1e-9
EVAL_PREFIX = "EvalStats/avg_"


@dataclass(frozen=True, slots=True)
class StockEvaluation:
    """Means of an evaluation, in nats. epoch: from 0, after which it was made.

    step: updates done, None unknown. source: file and line, or tag. base: whether it was made
    before any training.
    """

    epoch: int
    step: int | None
    mel_ce: float | None
    text_ce: float | None
    loss: float | None
    source: str
    base: bool = False


@dataclass(frozen=True)
class StockRun:
    """A run folder of coqui's trainer. training: (step, mel_ce in nats) as printed.

    batches: number of batches of an evaluation, None unknown.
    """

    folder: Path
    config: dict[str, Any]
    evaluations: Sequence[StockEvaluation]
    training: Sequence[tuple[int, float]]
    epochs: int | None
    batches: int | None
    text_weight: float

    @cached_property
    def checkpoints(self) -> dict[int, Path]:
        """Checkpoint files by their number of updates.

        checkpoint_N.pth is written within an update, after N others; best_model_N.pth between two.
        """
        matches = ((CHECKPOINT.match(path.name), path) for path in self.folder.glob("*"))
        numbers = [
            (int(match[2]) + (match[1] == "checkpoint"), path) for match, path in matches if match
        ]
        return dict(sorted(numbers))

    @property
    def series(self) -> list[tuple[int, float]]:
        """(epoch, mel_ce) of the evaluations; missing values are NaN."""
        return [
            (item.epoch, float("nan") if item.mel_ce is None else item.mel_ce)
            for item in self.evaluations
        ]

    @property
    def verdict(self) -> Verdict:
        """The guard's verdict, by epoch."""
        return judge(self.series, unit="epoch")

    @property
    def best(self) -> StockEvaluation | None:
        """Evaluation with the lowest finite mel_ce."""
        measured = [item for item in self.evaluations if _is_finite(item.mel_ce)]
        return min(measured, key=lambda item: (item.mel_ce, item.epoch), default=None)

    def file_of(self, evaluation: StockEvaluation) -> Path | None:
        """Checkpoint that an evaluation measured, or the nearest within half an epoch."""
        steps = [item.step for item in self.evaluations if item.step is not None]
        if evaluation.step is None or not steps:
            return None
        near = {
            abs(number - evaluation.step): path
            for number, path in self.checkpoints.items()
            if min(steps, key=lambda step: abs(step - number)) == evaluation.step
            and abs(number - evaluation.step) <= self._half_epoch
        }
        return near[min(near)] if near else None

    def updates_after(self, evaluation: StockEvaluation, file: Path) -> int:
        """Updates between an evaluation and its checkpoint; negative if the file is older."""
        number = next(number for number, path in self.checkpoints.items() if path == file)
        return number - (evaluation.step or 0)

    @cached_property
    def _half_epoch(self) -> int:
        steps = sorted({item.step for item in self.evaluations if item.step is not None})
        gaps = [after - before for before, after in pairwise(steps)]
        return max(1, min(gaps) // 2) if gaps else 1

    def kept(self) -> list[tuple[StockEvaluation, Path]]:
        """Evaluations with a checkpoint, the lowest mel_ce first."""
        pairs = [(item, self.file_of(item)) for item in self.evaluations if not item.base]
        present = [(item, path) for item, path in pairs if path and _is_finite(item.mel_ce)]
        return sorted(present, key=lambda pair: (pair[0].mel_ce, pair[0].epoch))


def is_stock_run(folder: Path) -> bool:
    """Whether a folder was written by coqui's trainer."""
    return (folder / LOG).is_file() or any(folder.glob(EVENTS))


def find_stock_run(folder: Path) -> Path | None:
    """A run of coqui's trainer: the folder, or the newest one in it.

    AllTalk and the web interfaces keep it two or three folders down.
    """
    if is_stock_run(folder):
        return folder
    logs = [*folder.glob(f"*/{LOG}"), *folder.glob(f"*/*/{LOG}"), *folder.glob(f"*/*/*/{LOG}")]
    return max((log.parent for log in logs), key=lambda path: path.stat().st_mtime, default=None)


def read_stock_run(folder: Path) -> StockRun:
    """Read a run; BrokenRun if its logs contain no losses."""
    config = _read_config(folder / CONFIG)
    weight = _text_weight(config)
    blocks = list(read_log(folder / LOG)) if (folder / LOG).is_file() else []
    scalars = [value for path in sorted(folder.glob(EVENTS)) for value in read_scalars(path)]
    evaluations = _merged(_from_log(blocks, weight), _from_scalars(scalars, weight))
    training = [
        (block.step, block.values["loss_mel_ce"])
        for block in blocks
        if block.kind == "train" and block.step is not None and "loss_mel_ce" in block.values
    ] or [(value.step, value.value) for value in scalars if value.tag.endswith("Stats/loss_mel_ce")]
    if not evaluations and not training:
        raise BrokenRun(
            f"{folder} has a log of coqui's trainer without losses.",
            "Name the folder that contains trainer_0_log.txt or events.out.tfevents.*.",
        )
    planned = epochs_planned(folder / LOG) if (folder / LOG).is_file() else None
    return StockRun(folder, config, evaluations, training, planned, _batches_of(blocks), weight)


def _text_weight(config: Mapping[str, Any]) -> float:
    """Weight of the text loss in a configuration; the default one without a usable one."""
    arguments = config.get("model_args")
    weight = arguments.get("gpt_loss_text_ce_weight") if isinstance(arguments, dict) else None
    if isinstance(weight, int | float) and MIN_WEIGHT < weight < 1 / MIN_WEIGHT:
        return float(weight)
    return DEFAULT_TEXT_WEIGHT


def _merged(
    logged: Sequence[StockEvaluation], scalars: Sequence[StockEvaluation]
) -> Sequence[StockEvaluation]:
    """Evaluations of the log, with the exact steps of the event files if they are the same ones."""
    if not logged or len(logged) != len(scalars):
        return logged or scalars
    same = zip(logged, scalars, strict=True)
    return [replace(item, step=scalar.step) for item, scalar in same]


def _from_log(blocks: Sequence[LogBlock], weight: float) -> list[StockEvaluation]:
    evaluations: list[StockEvaluation] = []
    trained = False
    length = _epoch_steps(blocks)
    starts = {item.epoch: item.step - item.in_epoch for item in blocks if item.step is not None
              and item.kind == "train"}  # fmt: skip
    finals = {item.epoch: item.line for item in blocks if item.kind == "eval"}
    for block in blocks:
        trained = trained or block.kind == "train"
        if block.kind == "eval" and any(name.startswith("avg_loss") for name in block.values):
            values = {name.removeprefix("avg_"): value for name, value in block.values.items()}
            base = not trained and not evaluations and not block.step
            step = 0 if base else block.step
            if step is None and finals[block.epoch] == block.line:
                step = _end_of(block.epoch, starts, length)
            evaluations.append(
                _evaluation(
                    block.epoch,
                    step,
                    values,
                    weight,
                    f"{LOG}, line {block.line}",
                    base=base,
                )
            )
    return evaluations


def _epoch_steps(blocks: Sequence[LogBlock]) -> int:
    """Updates of an epoch as the log has them, 0 if it does not."""
    return max((block.epoch_steps for block in blocks if block.kind == "train"), default=0)


def _end_of(epoch: int, starts: dict[int, int], length: int) -> int | None:
    """Updates done at the end of an epoch, by the nearest earlier one with a printed update."""
    earlier = [other for other in starts if other <= epoch]
    if not earlier or not length:
        return None
    nearest = max(earlier)
    return starts[nearest] + (epoch + 1 - nearest) * length


def _from_scalars(scalars: Sequence[Scalar], weight: float) -> list[StockEvaluation]:
    """Evaluations of event files, which number steps but not epochs."""
    by_step: dict[int, dict[str, float]] = {}
    for scalar in scalars:
        if scalar.tag.startswith(EVAL_PREFIX):
            name = scalar.tag.removeprefix(EVAL_PREFIX)
            by_step.setdefault(scalar.step, {})[name] = scalar.value
    steps = sorted(step for step, values in by_step.items() if "loss_mel_ce" in values)
    first = 0 if steps and steps[0] == 0 else None
    return [
        _evaluation(
            at,  # the trainer counts an evaluation before any training as an epoch
            step,
            by_step[step],
            weight,
            f"TensorBoard, step {step}",
            base=step == first,
        )
        for at, step in enumerate(steps)
    ]


def _evaluation(
    epoch: int,
    step: int | None,
    values: dict[str, float],
    weight: float,
    source: str,
    *,
    base: bool,
) -> StockEvaluation:
    text = values.get("loss_text_ce")
    return StockEvaluation(
        epoch,
        step,
        values.get("loss_mel_ce"),
        None if text is None else text / weight,
        values.get("loss"),
        source,
        base,
    )


def _batches_of(blocks: Sequence[LogBlock]) -> int | None:
    """Batches of an evaluation, from its printed batches."""
    counts, running = [], 0
    for block in blocks:
        if block.kind == "batch":
            running += 1
        elif block.kind == "eval":
            counts.append(running)
            running = 0
    return max(counts, default=0) or None


def _is_finite(value: float | None) -> bool:
    return value is not None and value == value and abs(value) != float("inf")


def _read_config(path: Path) -> dict[str, Any]:
    try:
        return read_json(path, strict=False)  # coqui writes infinities
    except (OSError, ValueError):
        return {}
