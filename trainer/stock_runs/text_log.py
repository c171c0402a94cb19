"""``trainer_0_log.txt``: what coqui's trainer prints, without terminal colours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trainer.errors import BrokenRun
from trainer.foreign_files import MAX_LINES, read_bytes

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
EPOCH = re.compile(r"> EPOCH: (\d{1,9})/(\d{1,9})")
TRAIN_STEP = re.compile(r"--> TIME: .* -- STEP: (-?\d{1,9})/(-?\d{1,9}) -- GLOBAL_STEP: (\d{1,15})")
EPOCH_END = re.compile(r"--> TRAIN PERFORMA\w+ -- .*GLOBAL_STEP: (\d{1,15})")  # older versions
BEST_MODEL = re.compile(r"> BEST MODEL : .*best_model_(\d{1,15})\.pth")
EVAL_STEP = re.compile(r"--> STEP: (\d{1,9})\s*$")
EVAL_END = "--> EVAL PERFORMANCE"
EVAL_START = "> EVALUATION"
VALUE = re.compile(r"\| > (\w+):\s*(?:tensor\()?([-+]?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|nan|inf))")
LONGEST_LINE = 10_000  # characters; the expressions take longer than linear time


@dataclass(slots=True)
class LogBlock:
    """Values printed together. kind: train, batch (of an evaluation) or eval (its mean).

    line: of the heading, from 1. epoch: as printed, from 0. step: updates done before a train
    block, or before an evaluation where the log has that number, None if not. in_epoch: position
    of a train block in its epoch, from 0. epoch_steps: updates of an epoch, as printed there.
    """

    kind: str
    line: int
    epoch: int
    step: int | None
    values: dict[str, float]
    in_epoch: int = 0
    epoch_steps: int = 0


def read_log(path: Path) -> Iterator[LogBlock]:
    """Blocks of a log in order; lines that are no values are skipped."""
    epoch, done = 0, None
    block: LogBlock | None = None
    for number, raw in enumerate(_text_of(path).splitlines(), start=1):
        if len(raw) > LONGEST_LINE:
            continue
        line = COLOUR.sub("", raw)
        if match := EPOCH.search(line):
            epoch, done = int(match[1]), None
        if match := EPOCH_END.search(line):
            done = int(match[1])
        if block is not None and block.kind == "eval" and (match := BEST_MODEL.search(line)):
            block.step = int(match[1])
        kind = _kind_of(line)
        if kind or EVAL_START in line:
            if block is not None:
                yield block
            block = _begun(kind, line, number, epoch, done) if kind else None
        elif block is not None and (match := VALUE.search(line)):
            block.values[match[1]] = float(match[2])
    if block is not None:
        yield block


def _begun(kind: str, line: str, number: int, epoch: int, done: int | None) -> LogBlock:
    """Empty block of a heading."""
    match = TRAIN_STEP.search(line)
    if match is None:
        return LogBlock(kind, number, epoch, done, {})
    return LogBlock(
        kind,
        number,
        epoch,
        int(match[3]),
        {},
        in_epoch=int(match[1]),
        epoch_steps=int(match[2]) + 1,
    )


def epochs_planned(path: Path) -> int | None:
    """Number of epochs of the run, as printed; None if it is not."""
    match = EPOCH.search(COLOUR.sub("", _text_of(path)))
    return int(match[2]) + 1 if match else None


def _text_of(path: Path) -> str:
    data = read_bytes(path)
    if data.count(b"\n") > MAX_LINES:
        raise BrokenRun(f"{path} has more than {MAX_LINES:,} lines.")
    return data.decode("utf-8", errors="replace")


def _kind_of(line: str) -> str:
    if TRAIN_STEP.search(line):
        return "train"
    if EVAL_END in line:
        return "eval"
    return "batch" if EVAL_STEP.search(line) else ""
