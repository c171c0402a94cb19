"""Logs and event files as coqui's trainer writes them, with planted losses."""

import json
import struct
from collections.abc import Sequence
from pathlib import Path

BOLD, END, GREEN, RED = "\033[1m", "\033[0m", "\033[92m", "\033[91m"
STEPS = 20  # of an epoch


def write_stock_run(
    folder: Path,
    series: Sequence[tuple[float, float]],
    *,
    base: tuple[float, float] | None = None,
    checkpoints: Sequence[str] = (),
    log: bool = True,
    events: bool = False,
    older: bool = False,
) -> Path:
    """A run folder. series: (mel, text) in raw nats of each epoch. base: before the first.

    The trainer counts an evaluation of the base as epoch 0. older: the end of an epoch is printed,
    as by versions before 0.1.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model": "xtts", "lr": 5e-6, "batch_size": 4, "epochs": len(series),
              "model_args": {"gpt_loss_text_ce_weight": 0.01}}  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    if log:
        (folder / "trainer_0_log.txt").write_text(
            log_text(series, base, older=older), encoding="utf-8"
        )
    if events:
        path = folder / "events.out.tfevents.1700000000.host.1.0"
        path.write_bytes(b"".join(_records(series, base)))
    for name in checkpoints:
        (folder / name).write_bytes(b"")
    return folder


def log_text(
    series: Sequence[tuple[float, float]],
    base: tuple[float, float] | None,
    *,
    older: bool = False,
) -> str:
    """Text of trainer_0_log.txt."""
    lines = [" > Training Environment:", " | > Backend: Torch", " > Model has 518 parameters"]
    before: dict[str, float] = {}
    first = 0 if base is None else 1
    count = first + len(series)
    best = float("inf")
    if base is not None:
        lines += [*_epoch(0, count), *_evaluation(base, before)]
        best = base[0]
    for at, (mel, text) in enumerate(series):
        lines += [*_epoch(first + at, count), "",
                  f"{BOLD} > TRAINING (2024-05-01 12:00:00) {END}"]  # fmt: skip
        for step in (0, 10):
            done = at * STEPS + step
            lines += ["", f"{BOLD}   --> TIME: 2024-05-01 12:00:0{step % 10} -- STEP: {step}/"
                      f"{STEPS - 1} -- GLOBAL_STEP: {done}{END}",
                      f"     | > loss_text_ce: {0.01 * text}  ({0.01 * text})",
                      f"     | > loss_mel_ce: {mel - 0.3}  ({mel - 0.3})",
                      "     | > grad_norm: 0  (0.0)", "     | > current_lr: 5e-06 ",
                      "     | > step_time: 0.61  (0.6)"]  # fmt: skip
        if older:
            lines += ["", f"{BOLD}   --> TRAIN PERFORMACE -- EPOCH TIME: 12.00 sec -- GLOBAL_STEP:"
                      f" {(at + 1) * STEPS}{END}", "     | > avg_loss_mel_ce: 1.0"]  # fmt: skip
        lines += _evaluation((mel, text), before)
        if mel < best:
            best = mel
            lines += [f" > BEST MODEL : /data/run/best_model_{(at + 1) * STEPS}.pth"]
    return "\n".join(lines) + "\n"


def _epoch(number: int, count: int) -> list[str]:
    return ["", f"\033[4m{BOLD} > EPOCH: {number}/{count - 1}{END}",
            " --> /data/run/training/GPT_XTTS_FT"]  # fmt: skip


def _evaluation(values: tuple[float, float], before: dict[str, float]) -> list[str]:
    mel, text = values
    shown = {"avg_loader_time": 0.01, "avg_loss_text_ce": 0.01 * text, "avg_loss_mel_ce": mel,
             "avg_loss": mel + 0.01 * text}  # fmt: skip
    lines = ["", f"{BOLD} > EVALUATION {END}", "", "", f"  {BOLD}--> EVAL PERFORMANCE{END}"]
    for key, value in shown.items():
        difference = value - before.get(key, value)
        colour = GREEN if difference < 0 else RED if difference > 0 else ""
        sign = "" if difference < 0 else "+"
        lines.append(f"     | > {key}:{colour} {value} {END}({sign}{difference})")
    before.update(shown)
    return lines


def _records(
    series: Sequence[tuple[float, float]], base: tuple[float, float] | None
) -> Sequence[bytes]:
    points = [(0, base)] if base is not None else []
    points += [((epoch + 1) * STEPS, values) for epoch, values in enumerate(series)]
    records = [_record(b"\x1a\x0dbrain.Event:2")]
    for step, (mel, text) in points:
        for tag, value in (("loss_mel_ce", mel), ("loss_text_ce", 0.01 * text)):
            name = f"EvalStats/avg_{tag}".encode()
            scalar = _bytes(1, name) + b"\x15" + struct.pack("<f", value)
            records.append(_record(b"\x10" + _varint(step) + _bytes(5, _bytes(1, scalar))))
    return records


def _record(data: bytes) -> bytes:
    return struct.pack("<Q4x", len(data)) + data + bytes(4)


def _bytes(field: int, data: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    data = b""
    while number > 0x7F:
        data, number = data + bytes([number & 0x7F | 0x80]), number >> 7
    return data + bytes([number])
