"""Command ``segment``: clip lengths of a project, and a new segmentation."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from curator.cli.progress import watcher
from curator.domain.segment_lengths import SegmentLengths
from curator.domain.target import read_target
from curator.jobs.job import Options

if TYPE_CHECKING:
    from curator.store.project import Settings


def segment(arguments: Namespace) -> int:
    """Set the clip lengths and segment again what has no decisions."""
    from curator.jobs.context import JobContext
    from curator.jobs.resegment import resegment
    from curator.store.project import Project

    with Project.open(arguments.project) as project:
        lengths = _lengths(arguments, project.settings)
        work = JobContext.at_once(project, watcher(arguments.json), arguments.jobs)
        outcome = resegment(work, Options(whisper=arguments.whisper), lengths)
        target = read_target(project.settings.target)
    shown = lengths or SegmentLengths.usual(target)
    if arguments.json:
        line = {"segmented": {"clips": outcome.clips, "with_decisions": outcome.kept}}
        sys.stdout.write(json.dumps(line | {"lengths": asdict(shown)}) + "\n")
    else:
        sys.stdout.write(
            f"{outcome.clips} clips of {shown.sentence}; {outcome.kept} with decisions stayed as "
            "they were."
            + (f" {outcome.failures} recordings failed.\n" if outcome.failures else "\n")
        )
    return 1 if outcome.failures else 0


def _lengths(arguments: Namespace, settings: "Settings") -> SegmentLengths | None:
    """Lengths of the arguments, where one is missing the present one; None for the target's."""
    given = (arguments.min, arguments.max, arguments.preferred)
    now = None if arguments.reset else settings.lengths
    if given == (None, None, None):
        return now
    kept = (now.shortest_s, now.longest_s, now.preferred_s) if now else (None, None, None)
    shortest, longest, preferred = (
        before if value is None else value for value, before in zip(given, kept, strict=True)
    )
    if arguments.preferred is None and preferred is not None:
        low, high = shortest or 0.0, longest or preferred
        preferred = preferred if low <= preferred <= high else None
    return SegmentLengths.chosen(read_target(settings.target), shortest, longest, preferred)
