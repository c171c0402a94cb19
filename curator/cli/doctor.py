"""``curator doctor``: what this machine has and lacks, and what to do about each."""

import json as json_lines
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from curator.cli.doctor_checks import Check, Status, disk, models, system, versions
from curator.cli.doctor_devices import devices

TITLES = {"gpu": "GPU"}
SIGNS = {Status.GOOD: "ok", Status.NOTE: "- ", Status.MISSING: "!!"}


def doctor(json: bool) -> int:
    """Look at everything and say it; 1 if something that curator cannot do without is missing."""
    found = checks()
    for line in as_json(found) if json else as_text(found):
        print(line, flush=True)
    is_whole = all(check.status is not Status.MISSING for check in found)
    return 0 if is_whole else 1


def checks() -> list[Check]:
    """Everything there is to say, group by group."""
    return [*versions(), *devices(), *models(), *disk(), *system()]


def as_json(found: Iterable[Check]) -> Iterator[str]:
    """One object a line: group, key, status (good, note, missing), sentence, hint, figures."""
    for check in found:
        line = {
            "group": check.group,
            "key": check.key,
            "status": check.status.value,
            "sentence": check.sentence,
            "hint": check.hint,
            "figures": dict(check.figures),
        }
        yield json_lines.dumps(line, ensure_ascii=False)


def as_text(found: Sequence[Check]) -> Iterator[str]:
    """For people: a heading a group, a sign and a sentence a check, the hint below."""
    for group, members in groupby(found, key=lambda check: check.group):
        yield TITLES.get(group, group.capitalize())
        for check in members:
            yield f"  {SIGNS[check.status]} {check.sentence}"
            if check.hint:
                yield f"     {check.hint}"
        yield ""
    lacking = [check for check in found if check.status is Status.MISSING]
    yield (
        "Everything that curator needs is here."
        if not lacking
        else (f"Curator cannot work fully yet: see the {len(lacking)} marked !! above.")
    )
