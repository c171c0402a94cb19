"""Commands that say what the set needs and what is likely: balance, suggest."""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from curator.domain.category_edits import category
from curator.domain.decision import State
from curator.domain.planner import Plan
from curator.domain.suggesting import Suggested, Verdict, doubtful, likely, suspects

if TYPE_CHECKING:
    from curator.store.project import Project

TEXT_WIDTH = 40  # characters of the transcript in a line


def balance(arguments: Namespace) -> int:
    """Say what the set still needs."""
    from curator.jobs.planning import planner_of
    from curator.store.project import Project

    with Project.open(arguments.project, write=False) as project:
        plan = planner_of(project).plan()
    if arguments.json:
        sys.stdout.write(json.dumps(_as_json(plan), ensure_ascii=False) + "\n")
        return 0
    for line in (*plan.balance.counts(), *plan.sentences()):
        sys.stdout.write(f"{line}\n")
    return 0


def _as_json(plan: Plan) -> dict[str, object]:
    found = plan.balance
    categories = [
        {
            "emotion": each.key or None,
            "clips": each.clips,
            "minutes": round(each.minutes, 3),
            "undecided": each.undecided,
            "likely": plan.waiting.get(each.key, 0),
            "target_clips": each.emotion.target_clips if each.emotion else None,
            "target_minutes": each.emotion.target_minutes if each.emotion else None,
            "shortfall": each.shortfall(plan.waiting.get(each.key, 0)),
        }
        for each in (*found.categories, found.uncategorised)
    ]
    return {
        "clips": found.clips,
        "minutes": round(found.minutes, 3),
        "categories": categories,
        "lengths": list(plan.lengths.bins),
        "letters": dict(plan.coverage.times),
        "same_words": [list(each.clips) for each in plan.twins],
        "same_sound": [list(each.sounds) for each in plan.twins if each.sounds],
        "bytes": plan.bytes,
        "sentences": list(plan.sentences()),
    }


def suggest(arguments: Namespace) -> int:
    """Learn from the labels, and list what is likely."""
    from curator.domain.progress import Nobody
    from curator.jobs.context import Work
    from curator.jobs.suggesting import is_current, verdict_of
    from curator.jobs.suggesting import suggest as learn
    from curator.store.project import Project

    with Project.open(arguments.project) as project:
        if arguments.category:
            category(project.settings.emotions, arguments.category)
        if not is_current(project):
            learn(Work.at_once(project, Nobody()))
        verdict = verdict_of(project)
        assert verdict is not None  # learned just now, if not before
        title, found, why_none = _wanted(project, arguments, verdict)
    if not arguments.json:
        sys.stdout.write(f"{verdict.sentence}\n")
        if verdict.good:
            sys.stdout.write(f"{title}\n" if found else f"{title} none. {why_none}\n")
    for each in found[: arguments.most]:
        sys.stdout.write(f"{_line(each, as_json=arguments.json)}\n")
    return 0


def _wanted(
    project: "Project", arguments: Namespace, verdict: Verdict
) -> tuple[str, Sequence[Suggested], str]:
    """What the list is of, its clips, and why there are none, if there are none."""
    from curator.jobs.planning import planner_of

    clips, suggestions = project.clips.find(), project.facts.suggestions()
    if arguments.suspects:
        found = suspects(clips, suggestions)
        return "Clips whose category looks wrong:", found, "All are like the others of theirs."
    waits = any(clip.emotion is None and clip.state is not State.DROPPED for clip in clips)
    why_none = "None is like these." if waits else "No clip waits for a category."
    if arguments.doubtful:
        return "Clips of which least can be said:", doubtful(clips, suggestions), why_none
    emotions = project.settings.emotions
    thinnest = planner_of(project).plan().thinnest
    key = arguments.category or (thinnest.key if thinnest else emotions.keys[0])
    title = f"Likely clips of {category(emotions, key).name}"
    if key in verdict.weak:
        title += ", hardly better than by chance until more clips have it"
    return f"{title}:", likely(clips, suggestions, key), why_none


def _line(each: Suggested, *, as_json: bool) -> str:
    clip, one = each.clip, each.suggestion
    if as_json:
        values = {
            "clip": clip.id,
            "emotion": clip.emotion,
            "suggested": one.emotion,
            "probability": round(one.probability, 4),
            "reason": one.reason,
        }
        return json.dumps(values, ensure_ascii=False)
    text = " ".join(clip.text.split())
    text = text if len(text) <= TEXT_WIDTH else f"{text[: TEXT_WIDTH - 1]}…"
    return f"{clip.id:6} {one.probability:4.0%}  {text:{TEXT_WIDTH}}  {one.reason}"
