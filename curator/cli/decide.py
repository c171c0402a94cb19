"""Commands ``decide``, ``undo``, ``redo``, ``history`` and ``speaker``."""

import json
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from curator.domain.decision import (
    Changes,
    Edit,
    Field,
    choose_voice,
    correct_text,
    drop,
    give_emotion,
    keep,
    undecide,
)
from curator.domain.errors import CuratorError
from curator.domain.speaker_encoder import ENCODERS

if TYPE_CHECKING:
    from curator.store.project import Project

BULK = 50
"""Decisions about this many clips or more are backed up first."""

SHORT_VOICE_S = 1.0
"""Shorter clips are unreliable: one of 0.6 s chose the wrong voice in one trial of six."""


def decide(arguments: Namespace) -> int:
    """Set state, category or text of the clips of a query."""
    from curator.jobs.queries import read_query
    from curator.store.project import Project

    with Project.open(arguments.project) as project:
        clips = project.clips.ids(read_query(project, arguments.query))
        if not clips:
            raise CuratorError(
                "No clip matches the query.", "See: curator clips PROJECT --query Q."
            )
        if len(clips) >= BULK:
            project.backup("before a decision about many clips")
        changes = project.decisions.apply(_edit(arguments, clips))
        if changes.clips:
            update_after(project, changes)
    sys.stdout.write(f"{changes.label}.\n" if changes.clips else "Nothing to change.\n")
    return 0


def _edit(arguments: Namespace, clips: list[int]) -> Edit:
    if arguments.keep:
        return keep(clips)
    if arguments.drop:
        return drop(clips)
    if arguments.undecide:
        return undecide(clips)
    if arguments.emotion is not None:
        return give_emotion(clips, None if arguments.emotion == "none" else arguments.emotion)
    return correct_text(clips, arguments.text)


def update_after(project: "Project", changes: Changes) -> None:
    """Update similarities and findings that depend on the changed decisions."""
    if changes.fields & {Field.RECIPE, Field.RECORDING_RECIPE}:
        sys.stderr.write("Cleaning of clips changed. Run: curator analyse PROJECT\n")
    if not changes.fields & {Field.TEXT, Field.SPAN, Field.PRESENCE, Field.VOICE}:
        return
    from curator.jobs.derived_facts import conclude, judge_again

    if Field.VOICE in changes.fields:
        conclude(project)
    else:
        judge_again(project, changes.clips)


def undo(arguments: Namespace) -> int:
    """Undo the last decision."""
    return _step(arguments, "undo", "Nothing to undo.", "Undid")


def redo(arguments: Namespace) -> int:
    """Redo the last undone decision."""
    return _step(arguments, "redo", "Nothing to redo.", "Redid")


def _step(arguments: Namespace, way: str, nothing: str, done: str) -> int:
    from curator.store.project import Project

    with Project.open(arguments.project) as project:
        decisions = project.decisions
        changes = decisions.undo() if way == "undo" else decisions.redo()
        if changes is None:
            raise CuratorError(nothing)
        update_after(project, changes)
    sys.stdout.write(f"{done}: {changes.label}.\n")
    return 0


def history(arguments: Namespace) -> int:
    """List the decisions, newest first."""
    from curator.store.project import Project

    with Project.open(arguments.project, write=False) as project:
        entries = project.decisions.history()
    for entry in entries:
        if arguments.json:
            fields = ("id", "made_at", "label", "field", "clips", "state")
            line = json.dumps({name: getattr(entry, name) for name in fields}, ensure_ascii=False)
        else:
            mark = "" if entry.state == "done" else f"  ({entry.state})"
            line = f"{entry.made_at}  {entry.label}{mark}"
        sys.stdout.write(f"{line}\n")
    return 0


def _use_encoder(project: "Project", key: str) -> int:
    """Set the speaker encoder of the project."""
    from curator.jobs.derived_facts import conclude
    from curator.stages.speaker.embed import require_installed

    require_installed(key)  # before the vectors of the other one are deleted
    project.set_speaker_encoder(key)
    conclude(project)
    sys.stdout.write(
        f"Speaker embeddings by {ENCODERS[key]}. Compute them: curator analyse PROJECT --only "
        "embed,lay_out\n"
    )
    return 0


def speaker(arguments: Namespace) -> int:
    """Choose the voice of the set and flag clips of other voices."""
    from curator.jobs.derived_facts import conclude, whole_set
    from curator.jobs.queries import by_id, read_query
    from curator.store.project import Project

    with Project.open(arguments.project) as project:
        if arguments.encoder:
            return _use_encoder(project, arguments.encoder)
        if arguments.clip:
            clips = sorted(set(arguments.clip))
            listed = ", ".join(map(str, clips))
            described = f"clip {listed}" if len(clips) == 1 else f"clips {listed}"
        else:
            clips = project.clips.ids(read_query(project, f"cluster:{arguments.cluster}"))
            described = f"cluster {arguments.cluster}"
        known = {clip for clip, _ in project.facts.vectors()}
        with_vector = [clip for clip in clips if clip in known]
        if not with_vector:
            raise CuratorError(
                f"No speaker embedding for {described}.",
                "Run: curator analyse PROJECT --only embed",
            )
        if max(clip.seconds for clip in project.clips.find(by_id(with_vector))) < SHORT_VOICE_S:
            sys.stderr.write(
                f"{described}: clips under {SHORT_VOICE_S:.0f} s are unreliable; "
                "choose a longer clip if other voices are accepted.\n"
            )
        project.decisions.apply(choose_voice(with_vector, described))
        conclude(project)
        threshold = whole_set(project).voice_threshold
        others = project.clips.count(read_query(project, "finding:other_voice"))
        total = project.clips.count()
    sys.stdout.write(
        f"{others} of {total} clips sound like another voice (similarity below {threshold:.2f}).\n"
    )
    return 0
