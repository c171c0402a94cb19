"""A run's folder and its bundle, read as far as they can be read."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from trainer.errors import BrokenRun
from trainer.optim.early_stopping import Verdict, judge
from trainer.report.figures import Figure, Inline, inline
from trainer.report.provenance import whole
from trainer.report.sources import Row, Sources
from trainer.resources import resources
from trainer.runs.events import FILE
from trainer.runs.run import SHIPPED

EVENTS, ABOUT, CONFIG = FILE, "run.json", "config.toml"
RESULTS, REAL = "evaluation/results.jsonl", "evaluation/real.jsonl"
MANIFEST, HEADER, REFUSED = "bundle/manifest.jsonl", "bundle/bundle.json", "bundle/refused.jsonl"
FORMAT = 1
ENDINGS = ("finished", "stopped", "paused", "failed")


@dataclass(frozen=True)
class RunFiles:
    """What a report of a run is made from.

    bundle: None where it is not to be found or is another one. notes: what could not be read.
    """

    folder: Path
    sources: Sources
    bundle: Path | None
    notes: tuple[Inline, ...]

    @cached_property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.resolve().name

    @cached_property
    def about(self) -> Row:
        """What run.json says."""
        return _only(self.sources, ABOUT)

    @cached_property
    def config(self) -> Row:
        """What config.toml says."""
        return _only(self.sources, CONFIG)

    @cached_property
    def metric(self) -> str:
        """What chooses the best step."""
        return str(self.config.get("stop", {}).get("metric", "mel_ce"))

    def events(self, kind: str) -> list[tuple[int, Row]]:
        """Events of one kind with their lines."""
        return self.sources.found(EVENTS, event=kind)

    @cached_property
    def started(self) -> tuple[int, Row]:
        """The line and the event of the beginning."""
        return self.events("started")[-1]

    @cached_property
    def as_shipped(self) -> bool:
        """Whether it is a model as it was released: nothing is trained, step 0 is all there is."""
        return self.about.get("kind") == SHIPPED

    @cached_property
    def evaluations(self) -> list[tuple[int, Row]]:
        """Evaluations with a step, in order."""
        found = [pair for pair in self.events("eval") if isinstance(pair[1].get("step"), int)]
        return sorted(found, key=lambda pair: pair[1]["step"])

    @cached_property
    def verdict(self) -> Verdict:
        """The guard's, on the evaluations."""
        series = []
        for _, event in self.evaluations:
            value = event.get(self.metric)
            series.append((event["step"], math.nan if value is None else float(value)))
        return judge(series, self.metric, clips=self.clips_evaluated)

    @cached_property
    def clips_evaluated(self) -> int | None:
        """How many clips the last evaluation was made on."""
        evaluations = self.evaluations
        return evaluations[-1][1].get("clips") if evaluations else None

    @cached_property
    def best(self) -> tuple[int, Row] | None:
        """The evaluation with the best value, None where none was made."""
        at = self.verdict.best_at
        return next((pair for pair in self.evaluations if pair[1]["step"] == at), None)

    @cached_property
    def ended(self) -> tuple[int, Row] | None:
        """How it ended the last time; None while it goes on, or where it was killed."""
        lines = self.sources.lines(EVENTS)
        for number, row in zip(reversed(lines.numbers), reversed(lines.rows), strict=True):
            if row.get("event") in ENDINGS:
                return number, row
            if row.get("event") in ("step", "started", "resumed"):
                return None
        return None

    @cached_property
    def categories(self) -> list[str]:
        """All that were heard or evaluated."""
        found = set(self.started[1].get("heard", {}))
        for _, event in self.evaluations:
            found |= set(event.get("categories", {}))
        return sorted(found)


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
    """The run in ``folder``; BrokenRun where there is nothing to report on.

    bundle: where it is now, if it has moved. asked: what the person said, such as a price. brief:
    without its steps.
    """
    if not (folder / ABOUT).is_file():
        raise BrokenRun(f"{folder} is not a run.", "Name a folder that `trainer train` made.")
    files = {name: folder / name for name in (EVENTS, ABOUT, CONFIG, RESULTS, REAL)}
    for path in sorted((resources() / "categories").glob("*.toml")):
        files[f"resources/categories/{path.name}"] = path
    sources = Sources(files, dict(asked or {}), brief)
    about = _only(sources, ABOUT)
    found, missing = _bundle(about, bundle)
    if found is not None:
        for name in (MANIFEST, HEADER, REFUSED):
            files[name] = found / name.partition("/")[2]
    if not sources.found(EVENTS, event="started"):
        raise BrokenRun(f"{folder} has not started yet.", "Train it first.")
    return RunFiles(folder, sources, found, (*_notes(sources, about), *missing))


def _bundle(about: Row, elsewhere: Path | None) -> tuple[Path | None, list[Inline]]:
    """The bundle if it is there and the one the run was trained on; else why not."""
    folder = elsewhere or Path(str(about.get("bundle", "")))
    manifest = folder / "manifest.jsonl"
    if not manifest.is_file():
        return None, [
            inline(
                "The bundle is not where it was when the run began, so nothing is said about its"
                " clips (--bundle names its new place)."
            )
        ]
    if hashlib.sha256(manifest.read_bytes()).hexdigest() != about.get("manifest_sha256"):
        return None, [inline("The bundle was changed since the run began and is left out.")]
    return folder, []


def known_events() -> set[str]:
    """The kinds of events there are in this version."""
    schema = json.loads((resources() / "events.schema.json").read_text(encoding="utf-8"))
    return set(schema["properties"]["event"]["enum"])


def _notes(sources: Sources, about: Row) -> list[Inline]:
    """What could not be read."""
    notes: list[Inline] = []
    version: Any = about.get("format", FORMAT)
    if not isinstance(version, int) or version > FORMAT:
        notes.append(
            inline(
                "The run was made by a newer version of this program. What this one does not know"
                " is left out; what it does know is shown."
            )
        )
    for file in (EVENTS, RESULTS, REAL):
        lines = sources.lines(file)
        if lines.cut:
            notes.append(
                inline(f"{file} ends in half a line: the program was killed while writing it.")
            )
        if lines.damaged:
            places = ", ".join(map(str, lines.damaged))
            listed = Figure(lines.damaged, places, "damaged", "s", (str(whole(file)),))
            notes.append(inline("{} has damaged lines, which are left out: {}.", file, listed))
    for file in (RESULTS, REAL):
        first = sources.lines(file).rows[:1]
        evaluated: Any = first[0].get("about", {}) if first else {}
        if evaluated.get("format", FORMAT) > FORMAT:
            notes.append(
                inline(
                    f"{file} was written by a newer version of this program; some may be left out."
                )
            )
        elif evaluated.get("complete") is False:
            notes.append(inline("The evaluation is not complete: some samples are missing."))
    unknown = sorted(set(sources.lines(EVENTS).kinds) - known_events())
    if unknown:
        notes.append(
            inline(f"Events this version does not know are left out: {', '.join(unknown)}.")
        )
    if not _only(sources, CONFIG):
        notes.append(inline(f"{CONFIG} cannot be read, so the settings are not shown."))
    return notes
