"""Commands ``balance`` and ``suggest``."""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from curator.domain.category_edits import category
from curator.domain.decision import State
from curator.domain.planner import LabellingPlan
from curator.domain.suggesting import (
    Listed,
    Suggested,
    SuggestionVerdict,
    doubtful,
    likely,
    next_to_label,
    suspects,
)

if TYPE_CHECKING:
    from curator.store.project import Project

TEXT_WIDTH = 40  # characters of the transcript in a line


def balance(arguments: Namespace) -> int:
    """Print clip counts per category and what the set still lacks."""
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


def _as_json(plan: LabellingPlan) -> dict[str, object]:
    counts = plan.balance
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
        for each in (*counts.categories, counts.uncategorised)
    ]
    return {
        "clips": counts.clips,
        "minutes": round(counts.minutes, 3),
        "categories": categories,
        "lengths": list(plan.lengths.bins),
        "letters": dict(plan.coverage.times),
        "same_words": [list(each.clips) for each in plan.twins],
        "same_sound": [list(each.sounds) for each in plan.twins if each.sounds],
        "bytes": plan.bytes,
        "sentences": list(plan.sentences()),
    }


def suggest(arguments: Namespace) -> int:
    """Train the classifier if labels changed, and list suggestions."""
    from curator.domain.progress import NoProgress
    from curator.jobs.context import JobContext
    from curator.jobs.suggesting import is_current, verdict_of
    from curator.jobs.suggesting import suggest as learn
    from curator.store.project import Project

    with Project.open(arguments.project) as project:
        if arguments.category:
            category(project.settings.emotions, arguments.category)
        if not is_current(project):
            learn(JobContext.at_once(project, NoProgress()))
        verdict = verdict_of(project)
        assert verdict is not None  # trained above if there was none
        if arguments.next:
            return _print_queue(next_to_label(project.clips.find(), verdict.queue), arguments)
        title, suggestions, why_none = _listing(project, arguments, verdict)
    if not arguments.json:
        sys.stdout.write(f"{verdict.sentence}\n")
        if verdict.good:
            sys.stdout.write(f"{title}\n" if suggestions else f"{title} none. {why_none}\n")
    for each in suggestions[: arguments.most]:
        sys.stdout.write(f"{_line(each, as_json=arguments.json)}\n")
    return 0


def _print_queue(clips: Sequence[Listed], arguments: Namespace) -> int:
    if not arguments.json:
        sys.stdout.write("Clips to label next:\n" if clips else "All clips have a category.\n")
    for clip in clips[: arguments.most]:
        text = _shortened(clip.text)
        line = json.dumps({"clip": clip.id}) if arguments.json else f"{clip.id:6}  {text}"
        sys.stdout.write(f"{line}\n")
    return 0


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= TEXT_WIDTH else f"{text[: TEXT_WIDTH - 1]}…"


def _listing(
    project: "Project", arguments: Namespace, verdict: SuggestionVerdict
) -> tuple[str, Sequence[Suggested], str]:
    """Title, suggestions, and the reason if there are none."""
    from curator.jobs.planning import planner_of

    clips, suggestions = project.clips.find(), project.facts.suggestions()
    if arguments.suspects:
        why_none = "Every clip fits its category."
        return "Suspect labels:", suspects(clips, suggestions), why_none
    waits = any(clip.emotion is None and clip.state is not State.DROPPED for clip in clips)
    why_none = "No clip is similar." if waits else "All clips have a category."
    if arguments.doubtful:
        return "Uncertain clips:", doubtful(clips, suggestions), why_none
    emotions = project.settings.emotions
    scarcest = planner_of(project).plan().thinnest
    key = arguments.category or (scarcest.key if scarcest else emotions.keys[0])
    title = f"Suggested clips of {category(emotions, key).name}"
    if key in verdict.weak:
        title += ", not better than chance until more clips are labelled"
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
    text = _shortened(clip.text)
    return f"{clip.id:6} {one.probability:4.0%}  {text:{TEXT_WIDTH}}  {one.reason}"
