"""Damaged inputs for the readers, counted by format with the CPU time and memory of the worst.

``make fuzz`` multiplies the inputs and prints the table.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FACTOR = float(os.environ.get("FUZZ_FACTOR", "1"))
CPU_LIMIT_S = 10.0
MEMORY_LIMIT = 1 << 30  # bytes above the program, for one input

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
CLEAR_PEAK = "5"


@dataclass
class FormatCount:
    """Inputs of a format. cpu_s, memory: of the worst input, memory in bytes above the program."""

    inputs: int = 0
    cpu_s: float = 0.0
    memory: int = 0


counts: dict[str, FormatCount] = {}


def times(count: int) -> int:
    """Number of inputs, as often as ``make fuzz`` asks for."""
    return max(1, round(count * FACTOR))


def cases(form: str, count: int) -> Iterator[random.Random]:
    """Seeded random numbers for each input of a format, which is counted and measured."""
    for seed in range(times(count)):
        with counted(form, seed):
            yield random.Random(seed)


@contextmanager
def counted(form: str, name: object) -> Iterator[None]:
    """Count an input; it may neither take 10 s of the CPU nor a gigabyte. name: for the message."""
    held = _start_of_peak()
    started = time.process_time()
    try:
        yield
    finally:
        cpu_s = time.process_time() - started
        # The first input also imports what reads it.
        memory = max(0, _memory("VmHWM") - held) if form in counts else 0
        count = counts.setdefault(form, FormatCount())
        count.inputs += 1
        count.cpu_s, count.memory = max(count.cpu_s, cpu_s), max(count.memory, memory)
    assert cpu_s < CPU_LIMIT_S, (form, name, cpu_s)
    assert memory < MEMORY_LIMIT, (form, name, memory)


def table() -> list[str]:
    """Lines for each format and the sum."""
    width = max(map(len, counts), default=0)
    lines = [
        f"{form:{width}} {count.inputs:>8,} inputs, at most {count.cpu_s:5.2f} s and "
        f"{count.memory / 1e6:5.0f} MB"
        for form, count in sorted(counts.items())
    ]
    return [*lines, f"{'all':{width}} {sum(count.inputs for count in counts.values()):>8,} inputs"]


def _start_of_peak() -> int:
    """Memory now, from which the peak is counted, in bytes; 0 where it cannot be measured."""
    if sys.platform != "linux":
        return 0
    CLEAR.write_text(CLEAR_PEAK)
    return _memory("VmRSS")


def _memory(key: str) -> int:
    if sys.platform != "linux":
        return 0
    text = STATUS.read_text()
    return int(text.partition(f"{key}:")[2].split()[0]) << 10
