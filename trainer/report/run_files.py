"""The files of a run and its bundle, for reports; damaged ones are read as far as possible."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from trainer.errors import BrokenRun
from trainer.foreign_files import read_bytes, read_json
from trainer.optim.early_stopping import Verdict, judge
from trainer.report.figures import Figure, Inline, inline
from trainer.report.provenance import whole
from trainer.report.rows import Chosen, Pair, Row
from trainer.report.sources import Sources
from trainer.resources import resources
from trainer.runs.events import FILE
from trainer.runs.run import SHIPPED

EVENTS, ABOUT, CONFIG = FILE, "run.json", "config.toml"
RESULTS, REAL = "evaluation/results.jsonl", "evaluation/real.jsonl"
MANIFEST, HEADER, REFUSED = "bundle/manifest.jsonl", "bundle/bundle.json", "bundle/refused.jsonl"
TARGETS = "targets.toml"
FORMAT = 1
METRICS = ("mel_ce", "loss", "eos_ce", "text_ce")
ENDINGS = ("finished", "stopped", "paused", "failed")


@dataclass(frozen=True)
class RunFiles:
    """Files of a run. bundle: None if it is missing or changed. notes: what could not be read."""

    folder: Path
    sources: Sources
    bundle: Path | None
    notes: tuple[Inline, ...]

    @cached_property
    def name(self) -> str:
        """Name of the run folder."""
        return self.folder.resolve().name

    @cached_property
    def about(self) -> Row:
        """Contents of run.json."""
        return _only(self.sources, ABOUT)

    @cached_property
    def config(self) -> Row:
        """Contents of config.toml."""
        return _only(self.sources, CONFIG)

    @cached_property
    def metric(self) -> str:
        """Metric that selects the best step."""
        metric = self.config.get("stop", {}).get("metric")
        return metric if metric in METRICS else METRICS[0]

    def events(self, kind: str) -> Chosen[Pair]:
        """Events of one kind with their line numbers."""
        return self.sources.events(EVENTS, kind)

    @cached_property
    def started(self) -> tuple[int, Row]:
        """Line number and event of the start."""
        return self.events("started")[-1]

    @cached_property
    def as_shipped(self) -> bool:
        """Whether the run is a released model without training (step 0 only)."""
        return self.about.get("kind") == SHIPPED

    @cached_property
    def evaluations(self) -> list[tuple[int, Row]]:
        """Evaluations in order of their steps."""
        evaluations = [pair for pair in self.events("eval") if isinstance(pair[1].get("step"), int)]
        return sorted(evaluations, key=lambda pair: pair[1]["step"])

    @cached_property
    def verdict(self) -> Verdict:
        """Verdict on the evaluations."""
        series = []
        for _, event in self.evaluations:
            value = event.get(self.metric)
            series.append((event["step"], math.nan if value is None else float(value)))
        return judge(series, self.metric, clips=self.clips_evaluated)

    @cached_property
    def clips_evaluated(self) -> int | None:
        """Number of clips of the last evaluation."""
        evaluations = self.evaluations
        return evaluations[-1][1].get("clips") if evaluations else None

    @cached_property
    def best(self) -> tuple[int, Row] | None:
        """Evaluation with the lowest metric; None without evaluations."""
        at = self.verdict.best_at
        return next((pair for pair in self.evaluations if pair[1]["step"] == at), None)

    @cached_property
    def ended(self) -> tuple[int, Row] | None:
        """Event of the last ending; None if the run is in progress or was killed."""
        lines = self.sources.lines(EVENTS)
        for number, row in zip(reversed(lines.numbers), reversed(lines.rows), strict=True):
            if row.get("event") in ENDINGS:
                return number, row
            if row.get("event") in ("step", "started", "resumed"):
                return None
        return None

    @cached_property
    def categories(self) -> list[str]:
        """All categories trained on or evaluated."""
        names = set(self.started[1].get("heard", {}))
        for _, event in self.evaluations:
            names |= set(event.get("categories", {}))
        return sorted(names)


def _only(sources: Sources, file: str) -> Row:
    rows = sources.lines(file).rows
    return rows[0] if rows else {}


def read_run(
    folder: Path,
    bundle: Path | None = None,
    asked: Mapping[str, object] | None = None,
    *,
    brief: bool = False,
) -> RunFiles:
    """Read the run in ``folder``; BrokenRun if it is not a run or has not started.

    bundle: its folder, if it has moved. asked: values from the command line, such as a price.
    brief: skip step events.
    """
    if not (folder / ABOUT).is_file():
        raise BrokenRun(
            f"{folder} is not a run folder.", "Name a folder written by `trainer train`."
        )
    files = {name: folder / name for name in (EVENTS, ABOUT, CONFIG, RESULTS, REAL, TARGETS)}
    for path in sorted((resources() / "categories").glob("*.toml")):
        files[f"resources/categories/{path.name}"] = path
    sources = Sources(files, dict(asked or {}), brief)
    about = _only(sources, ABOUT)
    bundle_folder, missing = _bundle(about, bundle)
    if bundle_folder is not None:
        for name in (MANIFEST, HEADER, REFUSED):
            files[name] = bundle_folder / name.partition("/")[2]
    if not sources.events(EVENTS, "started"):
        raise BrokenRun(f"{folder} has not started yet.", "Train it first.")
    return RunFiles(folder, sources, bundle_folder, (*_notes(sources, about), *missing))


def _bundle(about: Row, elsewhere: Path | None) -> tuple[Path | None, list[Inline]]:
    """The bundle folder if it exists and is unchanged, else None and the reason."""
    folder = elsewhere or Path(str(about.get("bundle", "")))
    manifest = folder / "manifest.jsonl"
    if not manifest.is_file():
        return None, [
            inline(
                "The bundle was moved or deleted, so its clips are not described (give its folder"
                " with --bundle)."
            )
        ]
    if hashlib.sha256(read_bytes(manifest)).hexdigest() != about.get("manifest_sha256"):
        return None, [inline("The bundle was changed since the run started and is ignored.")]
    return folder, []


def known_events() -> set[str]:
    """Event names of this version's schema."""
    schema = read_json(resources() / "events.schema.json")
    return set(schema["properties"]["event"]["enum"])


def _notes(sources: Sources, about: Row) -> list[Inline]:
    """Notes on files that could not be read completely."""
    notes: list[Inline] = []
    version: Any = about.get("format", FORMAT)
    if not isinstance(version, int) or version > FORMAT:
        notes.append(
            inline(
                "The run was written by a newer version of this program; unknown fields are"
                " ignored."
            )
        )
    for file in (EVENTS, RESULTS, REAL):
        lines = sources.lines(file)
        if lines.cut:
            notes.append(
                inline(
                    f"{file} ends with an incomplete line: the program was killed while writing."
                )
            )
        if lines.damaged:
            places = ", ".join(map(str, lines.damaged))
            listed = Figure(lines.damaged, places, "damaged", "s", (str(whole(file)),))
            notes.append(inline("{} has damaged lines, which are ignored: {}.", file, listed))
    for file in (RESULTS, REAL):
        first = sources.lines(file).rows[:1]
        evaluated: Any = first[0].get("about", {}) if first else {}
        if evaluated.get("format", FORMAT) > FORMAT:
            notes.append(
                inline(
                    f"{file} was written by a newer version of this program; unknown fields are"
                    " ignored."
                )
            )
        elif evaluated.get("complete") is False:
            notes.append(inline("The evaluation is incomplete: some samples are missing."))
    unknown = sorted(set(sources.lines(EVENTS).kinds) - known_events())
    if unknown:
        notes.append(inline(f"Events unknown to this version are ignored: {', '.join(unknown)}."))
    if not _only(sources, CONFIG):
        notes.append(inline(f"{CONFIG} cannot be read, so the settings are not shown."))
    return notes
