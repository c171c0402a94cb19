"""The whole check: trials one after the other, one JSON file and a table.

The JSON is written after each trial, so that an interrupted check is not lost.
"""

import importlib.metadata
import json
import platform
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.gpu_check.speech import speak
from trainer.gpu_check.subject import SUBJECTS
from trainer.gpu_check.trial import measure, trials
from trainer.machine.memory import MEGABYTE
from trainer.machine.plan import preset_for
from trainer.runs.distributed import choose_device
from trainer.runs.files import write_atomically

if TYPE_CHECKING:
    import torch

FILE = "gpu-check.json"
TABLE = "gpu-check.md"
SPEECH_SHARE = 0.1  # of the time
CLOSE = 0.01  # relative difference of the first loss to that in float32
PACKAGES = ("torch", "transformers", "peft", "coqui-tts", "chatterbox-tts", "bitsandbytes", "numpy")
COLUMNS = ("tokens/s", "s/step", "peak MB", "planned MB", "busy", "waits", "loss")


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """device: auto, cpu, cuda or cuda:N. size: real or tiny. only: words in the trials' names."""

    device: str = "auto"
    size: str = "real"
    minutes: float = 8.0
    only: Sequence[str] = ()


def run_check(
    settings: CheckSettings, out: Path, show: Callable[[str], None]
) -> Mapping[str, object]:
    """Run all trials; writes gpu-check.json and gpu-check.md into ``out``."""
    device = choose_device(settings.device)
    chosen = [trial for trial in trials() if _is_wanted(trial.name, trial.family, settings.only)]
    seconds = settings.minutes * 60 * (1 - SPEECH_SHARE) / max(1, len(chosen))
    out.mkdir(parents=True, exist_ok=True)
    record: dict[str, Any] = {
        "format": 1,
        "machine": _machine(device),
        "size": settings.size,
        "trials": [],
        "speech": {},
    }
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gpu-check-") as folder:
        for trial in chosen:
            result = measure(trial, settings.size, device, seconds, Path(folder))
            record["trials"].append(
                {"family": trial.family, "name": trial.name, "changes": trial.changes, **result}
            )
            show(_line(record["trials"][-1]))
            _write(record, out)
    for family in SUBJECTS:
        record["speech"][family] = speak(family, settings.size, device)
        show(f"{family} speaks: {_pairs(record['speech'][family])}")
    record["minutes"] = round((time.monotonic() - started) / 60, 2)
    record["findings"] = findings(record)
    _write(record, out)
    for sentence in record["findings"]:
        show(sentence)
    return record


def findings(record: Mapping[str, Any]) -> list[str]:
    """What is not as it should be; one sentence that all is well otherwise."""
    sentences = []
    full = {item["family"]: item for item in record["trials"] if item["name"] == "fp32 full"}
    for item in record["trials"]:
        name = f"{item['family']}, {item['name']}"
        for key in ("failed", "out_of_memory"):
            if key in item:
                sentences.append(f"{name}: {key.replace('_', ' ')}: {item[key]}")
        if item.get("waits") and not item["waits"].startswith("not measured"):
            sentences.append(f"{name}: a step waits for the GPU: {item['waits']}")
        if "first_loss" not in item:
            continue
        if not item["last_loss"] < item["first_loss"]:
            sentences.append(f"{name}: the loss of the first clips has not fallen.")
        other = full.get(item["family"], {}).get("first_loss")
        if other and abs(item["first_loss"] - other) > CLOSE * other:
            sentences.append(f"{name}: the first loss is not that of float32.")
        if record["machine"]["gpu"] and item["peak_mb"] > item["planned_mb"]:
            sentences.append(f"{name}: needs {item['peak_mb']} MB, planned {item['planned_mb']}.")
    sentences += [
        f"{family}: cannot speak: {result['failed']}"
        for family, result in record["speech"].items()
        if "failed" in result
    ]
    return sentences or ["All trials that this machine can run are as they should be."]


def as_table(record: Mapping[str, Any]) -> str:
    """The results as a Markdown table."""
    machine = record["machine"]
    lines = [
        f"{machine['gpu'] or machine['processor']}, torch {machine['packages']['torch']},"
        f" size {record['size']}",
        "",
        "| network | setting | " + " | ".join(COLUMNS) + " |",
        "|" + " --- |" * (len(COLUMNS) + 2),
    ]
    for item in record["trials"]:
        cells = _cells(item)
        lines.append(f"| {item['family']} | {item['name']} | " + " | ".join(cells) + " |")
    for family, result in record["speech"].items():
        lines.append(f"\n{family} speaks: {_pairs(result)}")
    return "\n".join([*lines, "", *record.get("findings", [])]) + "\n"


def _cells(item: Mapping[str, Any]) -> list[str]:
    if "seconds_a_step" not in item:
        keys = ("not_measured", "failed", "out_of_memory", "halvings")
        said = "; ".join(f"{key}: {item[key]}" for key in keys if key in item)
        return [said.replace("|", "/"), *[""] * (len(COLUMNS) - 1)]
    busy = item["kernels"]["busy"]
    return [
        f"{item['tokens_a_second']:,.0f}",
        f"{item['seconds_a_step']:.3f}",
        f"{item['peak_mb']}",
        f"{item['planned_mb']}",
        "" if busy is None else f"{busy:.0%}",
        item["waits"].replace("|", "/") or "none",
        f"{item['first_loss']:.2f} to {item['last_loss']:.2f}",
    ]


def _line(item: Mapping[str, Any]) -> str:
    return f"{item['family']}, {item['name']}: " + ", ".join(
        f"{value} {name}" for name, value in zip(COLUMNS, _cells(item), strict=True) if value
    )


def _pairs(result: Mapping[str, object]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in result.items())


def _is_wanted(name: str, family: str, only: Sequence[str]) -> bool:
    return not only or any(word in f"{family} {name}" for word in only)


def _write(record: Mapping[str, Any], out: Path) -> None:
    write_atomically(out / FILE, json.dumps(record, indent=1).encode())
    write_atomically(out / TABLE, as_table(record).encode())


def _machine(device: "torch.device") -> Mapping[str, object]:
    import torch

    gpu, memory = "", 0
    if device.type == "cuda":
        card = torch.cuda.get_device_properties(device)
        gpu, memory = card.name, int(card.total_memory // MEGABYTE)
    return {
        "gpu": gpu,
        "gpu_mb": memory,
        "preset": preset_for(memory / 1024) if gpu else "tiny-cpu",
        "bf16": bool(gpu) and torch.cuda.is_bf16_supported(including_emulation=False),
        "processor": platform.processor() or platform.machine(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
