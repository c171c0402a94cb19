"""In which settings runs differ."""

from collections.abc import Mapping

from trainer.report.rows import Row
from trainer.report.run_files import HEADER, RunFiles

MISSING = "not there"


def flat(config: Row) -> dict[str, object]:
    """Settings by section.key."""
    return {
        f"{section}.{key}": value
        for section, values in config.items()
        if isinstance(values, Mapping)
        for key, value in values.items()
    }


def differing(runs: Mapping[str, RunFiles]) -> dict[str, dict[str, object]]:
    """Settings that are not the same in all runs: by key and run."""
    each = {label: {**flat(run.config), **_besides(run)} for label, run in runs.items()}
    keys = sorted({key for settings in each.values() for key in settings})
    different = {}
    for key in keys:
        values = {label: settings.get(key, MISSING) for label, settings in each.items()}
        if len({repr(value) for value in values.values()}) > 1:
            different[key] = values
    return different


def _snapshot(run: RunFiles) -> object:
    """The state of curator's project that the bundle is of, None where it does not say."""
    rows = run.sources.lines(HEADER).rows
    return rows[0].get("snapshot") if rows else None


def _besides(run: RunFiles) -> dict[str, object]:
    """What is no setting and changes outcomes all the same."""
    started = run.started[1]
    return {
        "snapshot": _snapshot(run),
        "device": started.get("device"),
        "total steps": started.get("total_steps"),
        "goes on from": started.get("parent") or "its base",
        "trainer": run.about.get("trainer"),
        "torch": run.about.get("torch"),
    }
