"""Command ``doctor``: check packages, devices, models, disk and system libraries."""

import json as json_lines
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from curator.cli.doctor_checks import Check, CheckStatus, disk, models, system, versions
from curator.cli.doctor_devices import devices

TITLES = {"gpu": "GPU"}
SIGNS = {CheckStatus.GOOD: "ok", CheckStatus.NOTE: "- ", CheckStatus.MISSING: "!!"}


def doctor(json: bool) -> int:
    """Run and print all checks; returns 1 if something required is missing."""
    results = checks()
    for line in as_json(results) if json else as_text(results):
        print(line, flush=True)
    is_whole = all(check.status is not CheckStatus.MISSING for check in results)
    return 0 if is_whole else 1


def checks() -> list[Check]:
    """All checks, group by group."""
    return [*versions(), *devices(), *models(), *disk(), *system()]


def as_json(results: Iterable[Check]) -> Iterator[str]:
    """JSON lines: group, key, status (good, note, missing), sentence, hint, figures."""
    for check in results:
        line = {
            "group": check.group,
            "key": check.key,
            "status": check.status.value,
            "sentence": check.sentence,
            "hint": check.hint,
            "figures": dict(check.figures),
        }
        yield json_lines.dumps(line, ensure_ascii=False)


def as_text(results: Sequence[Check]) -> Iterator[str]:
    """Text lines: a heading per group, a sign and a sentence per check, hints below."""
    for group, members in groupby(results, key=lambda check: check.group):
        yield TITLES.get(group, group.capitalize())
        for check in members:
            yield f"  {SIGNS[check.status]} {check.sentence}"
            if check.hint:
                yield f"     {check.hint}"
        yield ""
    missing = [check for check in results if check.status is CheckStatus.MISSING]
    yield (
        "Everything required is present."
        if not missing
        else f"Missing: {len(missing)} required, marked !! above."
    )
