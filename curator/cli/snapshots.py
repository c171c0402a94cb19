"""Commands about the set as it was: snapshot and compare."""

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
    """Take a snapshot, list them, go back to one, or forget one."""
    from curator.store.project import Project

    if arguments.name and (arguments.list or arguments.back or arguments.remove):
        raise CuratorError("A new name is given without --list, --back and --remove.")
    with Project.open(arguments.project, write=not arguments.list) as project:
        if arguments.list:
            _say_all(project.snapshots.all(), arguments.json)
        elif arguments.back:
            _go_back(project, arguments.back, arguments.json)
        elif arguments.remove:
            project.snapshots.remove(arguments.remove)
            _say({"removed": arguments.remove}, f"Removed {arguments.remove}.", arguments.json)
        else:
            taken = project.snapshots.take(arguments.name)
            _say(asdict(taken), f"Took {taken.name}: {_contents(taken)}.", arguments.json)
    return 0


def _say_all(snapshots: Sequence[Snapshot], as_json: bool) -> None:
    if not snapshots:
        sys.stderr.write("There is no snapshot yet.\n")
    for each in snapshots:
        words = f"{each.made_at}  {each.name}  {_contents(each)}"
        notes = [each.origin] if each.origin != "person" else []
        notes += [] if each.is_whole else ["without categories, weights and recipes"]
        _say(asdict(each), f"{words} ({'; '.join(notes)})" if notes else words, as_json)


def _contents(taken: Snapshot) -> str:
    return f"{taken.kept} of {taken.clips} clips kept"


def _go_back(project: "Project", name: str, as_json: bool) -> None:
    from curator.cli.decide import follow

    project.backup("before going back")
    changes = project.snapshots.back(name)
    follow(project, changes)
    clips = changes.about_clips
    parts = ["1 clip" if len(clips) == 1 else f"{len(clips)} clips"] if clips else []
    parts += [words for field, words in OF_PROJECT.items() if changes.of(field)]
    words = f"{changes.label} ({', '.join(parts)})." if parts else "Nothing to change."
    _say({"label": changes.label, "clips": len(clips)}, words, as_json)


def compare(arguments: Namespace) -> int:
    """Say what makes two snapshots, or one and the present state, different."""
    from curator.store.project import Project

    with Project.open(arguments.project, write=False) as project:
        found = project.snapshots.compare(arguments.before, arguments.after)
        names = {each.id: printable(each.name) for each in project.recordings.all()}
    if not arguments.json:
        sys.stdout.writelines(f"{sentence}\n" for sentence in found.sentences)
        return 0
    for each in found.differences:
        sys.stdout.write(json.dumps(_difference(each, names), ensure_ascii=False) + "\n")
    sys.stdout.write(json.dumps({"summary": _summary(found)}, ensure_ascii=False) + "\n")
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


def _summary(found: Comparison) -> dict[str, object]:
    return {
        "before": found.before,
        "after": found.after,
        **{kind.value: count for kind, count in found.counts.items()},
        "categories": [asdict(each) for each in found.categories],
        "of_project": found.of_project,
        "partial": found.partial,
    }


def _say(data: dict[str, object], words: str, as_json: bool) -> None:
    sys.stdout.write(f"{json.dumps(data, ensure_ascii=False) if as_json else words}\n")
