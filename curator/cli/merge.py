"""Command ``merge``: merge another project or dataset into this one."""

import json
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from curator.cli.cluster import job_context
from curator.cli.decide import update_after
from curator.domain.errors import CuratorError
from curator.domain.merging import Conflict, MergePlan, Rule

if TYPE_CHECKING:
    from curator.domain.decision import Changes
    from curator.jobs.context import JobContext

ANSWERS = {"m": Rule.MINE, "mine": Rule.MINE, "t": Rule.THEIRS, "theirs": Rule.THEIRS}
SHOWN = 50  # conflicts listed; --json lists all


def merge(arguments: Namespace) -> int:
    """Plan a merge, resolve its conflicts, and apply it."""
    from curator.jobs.merging import plan_merge
    from curator.store.project import Project

    choices = _choices(arguments.choose)
    with Project.open(arguments.project) as project, job_context(project, arguments) as work:
        plan = plan_merge(
            work, arguments.other, licence=arguments.licence, consent=arguments.consent
        )
        unknown = choices.keys() - {conflict.number for conflict in plan.conflicts}
        if unknown:
            raise CuratorError(
                f"There is no conflict {min(unknown)}.", "See --dry-run for the list."
            )
        _print_plan(plan, arguments.json)
        if arguments.dry_run:
            return 0
        changes = _apply(work, plan, Rule(arguments.rule), choices)
        update_after(project, changes)
    clips = len(changes.about_clips)
    count = "1 clip" if clips == 1 else f"{clips} clips"
    sentence = f"{changes.label} ({count}). Undo: curator undo PROJECT"
    if not changes.clips:
        sentence = "Nothing to change."
    data = {"merged": clips, "label": changes.label}
    sys.stdout.write(f"{json.dumps(data, ensure_ascii=False) if arguments.json else sentence}\n")
    return 0


def _apply(work: "JobContext", plan: MergePlan, rule: Rule, choices: dict[int, Rule]) -> "Changes":
    from curator.jobs.merging import merge as merge_now

    if rule is Rule.ASK and sys.stdin.isatty():
        for conflict in plan.conflicts:
            if conflict.number not in choices:
                choices[conflict.number] = _ask(conflict)
    return merge_now(work, plan.decided(rule, choices))


def _ask(conflict: Conflict) -> Rule:
    """Ask on the terminal how to resolve a conflict. Raises CuratorError at the end of input."""
    while True:
        sys.stderr.write(f"{conflict.number}. {conflict.sentence} [m]ine or [t]heirs? ")
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer:
            raise CuratorError("Not merged: a conflict is unresolved.")
        if answer.strip().lower() in ANSWERS:
            return ANSWERS[answer.strip().lower()]


def _choices(texts: list[str]) -> dict[int, Rule]:
    choices = {}
    for text in texts:
        number, _, rule = text.partition("=")
        if not number.isdecimal() or rule not in ANSWERS:
            raise CuratorError(f"{text!r} is not a choice.", "For example: --choose 3=theirs")
        choices[int(number)] = ANSWERS[rule]
    return choices


def _print_plan(plan: MergePlan, as_json: bool) -> None:
    if as_json:
        for conflict in plan.conflicts:
            sys.stdout.write(
                json.dumps({"conflict": _as_json(conflict)}, ensure_ascii=False) + "\n"
            )
        for row in plan.other.refused:
            line = {"file": row.file, "line": row.line, "reason": row.reason}
            sys.stdout.write(json.dumps({"refused": line}, ensure_ascii=False) + "\n")
        for note in plan.other.notes:
            sys.stdout.write(json.dumps({"note": note}, ensure_ascii=False) + "\n")
        counts = {
            "new": len(plan.come),
            "here": len(plan.pairs),
            "taken": plan.taken,
            "left_out": plan.left_out,
            "conflicts": len(plan.conflicts),
        }
        if plan.other.rows:
            counts |= {
                "rows": plan.other.rows,
                "rows_refused": len(plan.other.refused),
                "copies": plan.copies,
            }
        sys.stdout.write(json.dumps({"plan": counts}) + "\n")
        return
    for sentence in plan.sentences:
        sys.stdout.write(f"{sentence}\n")
    for row in plan.other.refused[:SHOWN]:
        sys.stdout.write(f"      {row.sentence}\n")
    if len(plan.other.refused) > SHOWN:
        sys.stdout.write(f"      and {len(plan.other.refused) - SHOWN} more; --json lists all.\n")
    for conflict in plan.conflicts[:SHOWN]:
        sys.stdout.write(f"{conflict.number:>4}. {conflict.sentence}\n")
    if len(plan.conflicts) > SHOWN:
        sys.stdout.write(f"      and {len(plan.conflicts) - SHOWN} more; --json lists all.\n")


def _as_json(conflict: Conflict) -> dict[str, object]:
    return {
        "number": conflict.number,
        "field": conflict.field,
        "clips": [clip.id for clip in conflict.mine],
        "mine": conflict.my_value,
        "theirs": conflict.their_value,
        "mine_at": conflict.my_time,
        "theirs_at": conflict.their_time,
        "newer": conflict.newer,
    }
