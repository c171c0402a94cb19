"""Commands ``snapshot`` and ``compare``."""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from curator.domain.decision import Field
from curator.domain.errors import CuratorError, printable
from curator.domain.snapshot import Comparison, Difference, Snapshot, SnapshotClip

if TYPE_CHECKING:
    from curator.store.project import Project


OF_PROJECT = {
    Field.CATEGORIES: "categories",
    Field.WEIGHTS: "weights",
    Field.RECORDING_RECIPE: "recipes of recordings",
    Field.VOICE: "the chosen voice",
}


def snapshot(arguments: Namespace) -> int:
    """Take, list, restore or remove snapshots."""
    from curator.store.project import Project

    if arguments.name and (arguments.list or arguments.back or arguments.remove):
        raise CuratorError("NAME cannot be combined with --list, --back or --remove.")
    with Project.open(arguments.project, write=not arguments.list) as project:
        if arguments.list:
            _list(project.snapshots.all(), arguments.json)
        elif arguments.back:
            _restore(project, arguments.back, arguments.json)
        elif arguments.remove:
            project.snapshots.remove(arguments.remove)
            _print({"removed": arguments.remove}, f"Removed {arguments.remove}.", arguments.json)
        else:
            taken = project.snapshots.take(arguments.name)
            _print(asdict(taken), f"Took {taken.name}: {_contents(taken)}.", arguments.json)
    return 0


def _list(snapshots: Sequence[Snapshot], as_json: bool) -> None:
    if not snapshots:
        sys.stderr.write("There are no snapshots yet.\n")
    for each in snapshots:
        words = f"{each.made_at}  {each.name}  {_contents(each)}"
        notes = [each.origin] if each.origin != "person" else []
        notes += [] if each.is_whole else ["without categories, weights and recipes"]
        _print(asdict(each), f"{words} ({'; '.join(notes)})" if notes else words, as_json)


def _contents(taken: Snapshot) -> str:
    return f"{taken.kept} of {taken.clips} clips kept"


def _restore(project: "Project", name: str, as_json: bool) -> None:
    from curator.cli.decide import update_after

    project.backup("before restoring a snapshot")
    changes = project.snapshots.back(name)
    update_after(project, changes)
    clips = changes.about_clips
    parts = ["1 clip" if len(clips) == 1 else f"{len(clips)} clips"] if clips else []
    parts += [words for field, words in OF_PROJECT.items() if changes.of(field)]
    words = f"{changes.label} ({', '.join(parts)})." if parts else "Nothing to change."
    _print({"label": changes.label, "clips": len(clips)}, words, as_json)


def compare(arguments: Namespace) -> int:
    """Compare two snapshots, or one with the current set."""
    from curator.store.project import Project

    with Project.open(arguments.project, write=False) as project:
        comparison = project.snapshots.compare(arguments.before, arguments.after)
        names = {each.id: printable(each.name) for each in project.recordings.all()}
    if not arguments.json:
        sys.stdout.writelines(f"{sentence}\n" for sentence in comparison.sentences)
        return 0
    for each in comparison.differences:
        sys.stdout.write(json.dumps(_difference(each, names), ensure_ascii=False) + "\n")
    sys.stdout.write(json.dumps({"summary": _summary(comparison)}, ensure_ascii=False) + "\n")
    return 0


def _difference(each: Difference, names: dict[int, str]) -> dict[str, object]:
    return {
        "kinds": sorted(each.kinds),
        "before": _clip(each.before, names),
        "after": _clip(each.after, names),
    }


def _clip(clip: SnapshotClip | None, names: dict[int, str]) -> dict[str, object] | None:
    if clip is None:
        return None
    return {
        "id": clip.clip_id,
        "recording": names.get(clip.recording_id, ""),
        "start": clip.start,
        "stop": clip.stop,
        "state": clip.state,
        "emotion": clip.emotion,
        "text": clip.text,
        "recipe": clip.recipe,
    }


def _summary(comparison: Comparison) -> dict[str, object]:
    return {
        "before": comparison.before,
        "after": comparison.after,
        **{kind.value: count for kind, count in comparison.counts.items()},
        "categories": [asdict(each) for each in comparison.categories],
        "of_project": comparison.of_project,
        "partial": comparison.partial,
    }


def _print(data: dict[str, object], words: str, as_json: bool) -> None:
    sys.stdout.write(f"{json.dumps(data, ensure_ascii=False) if as_json else words}\n")
