"""A run folder as one self-contained ``report.html``; every number is from ``events.jsonl``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.config import to_toml
from trainer.errors import BrokenRun
from trainer.events import Event, of_kind, read_events
from trainer.files import write_atomically
from trainer.guard import Verdict, judge
from trainer.report.curves import Curve, draw
from trainer.resources import resources
from trainer.run import Run, open_run

TEMPLATE = "report.html.j2"
METRICS = {
    "mel_ce": "Speech codes, cross-entropy in nats per code (mel_ce)",
    "eos_ce": "End of speech, cross-entropy in nats per clip (eos_ce)",
    "text_ce": "Text, cross-entropy in nats per token (text_ce)",
}
# What this report cannot say, and what would.
NOT_MEASURED = (
    "How it sounds: no speech was generated and judged. Speak with the run and listen, or have"
    " words, voice and quality measured on generated speech.",
    "Speed and memory on other devices than the one named above; `trainer plan --probe` measures"
    " them where it is run.",
)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a head; numbers are already formatted."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def write_report(folder: Path, out: Path) -> None:
    """The report of the run in ``folder`` as one HTML file."""
    import jinja2

    run = open_run(folder)
    events = read_events(folder)
    if not of_kind(events, "started"):
        raise BrokenRun(f"{folder} has not started yet.", "Train it first.")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources() / "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,  # a missing number is an error, not an empty cell
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template(TEMPLATE).render(**contents(run, events))
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, page.encode())


def contents(run: Run, events: list[Event]) -> dict[str, Any]:
    """What the template shows."""
    started = of_kind(events, "started")[-1]
    evaluations, steps = of_kind(events, "eval"), of_kind(events, "step")
    metric = run.config.stop.metric
    verdict = judge([(_step(event), _value(event, metric)) for event in evaluations], metric)
    ended = [
        event for event in events if event["event"] in ("finished", "stopped", "paused", "failed")
    ]
    return {
        "name": run.folder.resolve().name,
        "verdict": verdict,
        "choice": _choice(verdict, metric),
        "ended": ended[-1] if ended else None,
        "started": started,
        "facts": _facts(started, steps, evaluations),
        "curves": [
            {"title": title, "svg": draw(_curves(steps, evaluations, key), verdict.best_at)}
            for key, title in METRICS.items()
            if any(key in event for event in (*steps, *evaluations))
        ],
        "evaluations": _evaluation_table(evaluations),
        "categories": _category_table(evaluations, metric),
        "steps": _step_table(steps),
        "heard": sorted(started["heard"].items()),  # type: ignore[attr-defined]
        "rejected": [
            (event["clip"], ", ".join(_words(event["reasons"])))
            for event in of_kind(events, "rejected")
        ],
        "skipped": of_kind(events, "skipped"),
        "resumed": of_kind(events, "resumed"),
        "spoken": of_kind(events, "spoken"),
        "not_measured": _not_measured(evaluations),
        "config": to_toml(run.config),
        "config_sha256": run.about["config_sha256"],
        "versions": {
            key: run.about[key]
            for key in ("trainer", "torch", "python", "platform")
            if key in run.about
        },
    }


def _choice(verdict: Verdict, metric: str) -> str:
    """Which step is kept as the best, and why."""
    if verdict.best_at is None or verdict.best is None:
        return "No best step can be named; the last one is exported."
    if verdict.best_at == 0:
        return (
            f"The base model itself was best ({metric} {verdict.best:.3f}): nothing that was"
            " trained is worth keeping."
        )
    return (
        f"Step {verdict.best_at} is kept as the best: its {metric} of {verdict.best:.3f} on the"
        " evaluation clips is the lowest."
    )


def _facts(
    started: Event, steps: Sequence[Event], evaluations: Sequence[Event]
) -> list[tuple[str, str]]:
    """The run in a few lines."""
    clips: Any = started["clips"]
    seconds: Any = started["seconds"]
    tokens = sum(int(str(event["tokens"])) for event in steps)
    spent = sum(float(str(event["seconds"])) for event in steps)
    memory = [event["memory_mb"] for event in steps if event.get("memory_mb") is not None]
    padding = [float(str(event["padding"])) for event in steps]
    identity: Any = started["identity"]
    facts = [
        (
            "Clips",
            f"{clips['train']} for training ({seconds / 60:.1f} minutes), {clips['eval']} for"
            f" evaluation, {clips['rejected']} that could not be used",
        ),
        (
            "Steps",
            f"{len(steps)} of {started['total_steps']} are in the log,"
            f" {started['updates_per_epoch']} make an epoch",
        ),
        ("Learning", f"{started['learning']:,} of {started['parameters']:,} parameters"),
        ("Device", f"{started['device']}, {started['ranks']} process(es)"),
        ("Base", str(identity.get("base") or identity["backend"])),
    ]
    if spent:
        facts.append(("Speed", f"{tokens / spent:,.0f} tokens a second, {spent:.0f} s in steps"))
    if padding:
        facts.append(("Padding", f"{sum(padding) / len(padding):.1%} of the positions, on average"))
    if memory:
        facts.append(("Memory", f"{max(int(str(value)) for value in memory):,} MB at most"))
    return facts


def _curves(steps: Sequence[Event], evaluations: Sequence[Event], key: str) -> list[Curve]:
    return [
        Curve("training, each step", "faint", _points(steps, key)),
        Curve("evaluation clips", "main", _points(evaluations, key)),
    ]


def _points(events: Sequence[Event], key: str) -> list[tuple[float, float]]:
    return [(_step(event), _value(event, key)) for event in events if event.get(key) is not None]


def _evaluation_table(evaluations: Sequence[Event]) -> Table:
    keys = [key for key in (*METRICS, "loss") if any(key in event for event in evaluations)]
    rows = [
        [str(event["step"]), *(_number(event.get(key)) for key in keys)] for event in evaluations
    ]
    return Table(["step", *keys], rows)


def _category_table(evaluations: Sequence[Event], metric: str) -> Table:
    """One metric of each category at every evaluation."""
    if not evaluations:
        return Table(["category"], [])
    last: Any = evaluations[-1]["categories"]
    rows = []
    for kind in sorted(last):
        cells = []
        for event in evaluations:
            kinds: Any = event["categories"]
            cells.append(_number(kinds.get(kind, {}).get(metric)))
        rows.append([kind, *cells])
    return Table(["category", *(f"step {event['step']}" for event in evaluations)], rows)


def _step_table(steps: Sequence[Event]) -> Table:
    keys = (
        "mel_ce",
        "eos_ce",
        "text_ce",
        "lr",
        "grad_norm",
        "clips",
        "tokens",
        "padding",
        "seconds",
    )
    there = [key for key in keys if any(key in event for event in steps)]
    rows = [[str(event["step"]), *(_number(event.get(key)) for key in there)] for event in steps]
    return Table(["step", *there], rows)


def _not_measured(evaluations: Sequence[Event]) -> list[str]:
    """What is missing from this run's numbers."""
    missing = []
    if not evaluations:
        missing.append("Whether it learnt anything: the bundle has no usable evaluation clips.")
    elif len(evaluations) == 1:
        missing.append("Whether it learnt anything: only the base model was evaluated.")
    return [*missing, *NOT_MEASURED]


def _step(event: Mapping[str, object]) -> int:
    return int(str(event["step"]))


def _value(event: Mapping[str, object], key: str) -> float:
    value = event.get(key)
    return float("nan") if value is None else float(str(value))


def _number(value: object) -> str:
    """As the tables show it; a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return str(value)
    return f"{float(str(value)):.4g}"


def _words(value: object) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else [str(value)]
