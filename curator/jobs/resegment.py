"""New segmentation of a project with other clip lengths."""

from dataclasses import dataclass

from curator.domain.segment_lengths import SegmentLengths
from curator.jobs.context import JobContext
from curator.jobs.derived_facts import conclude
from curator.jobs.job import Options
from curator.jobs.running import copy_words, make_caches, run_step
from curator.jobs.step_table import producer_of, segmenter, step_of
from curator.store.project import Project


@dataclass(frozen=True, slots=True)
class Resegmented:
    """Outcome. failures: recordings. clips: all present ones. kept: of these, with decisions."""

    failures: int
    clips: int
    kept: int


def resegment(work: JobContext, options: Options, lengths: SegmentLengths | None) -> Resegmented:
    """Segment again with these lengths (None: the target's); clips with decisions stay.

    Recordings with clips from a list only are left as they are.
    """
    work.write(lambda project: _change(project, lengths))
    failures = make_caches(work) + run_step(work, step_of("segment"), options)
    copy_words(work, options)
    conclude(work.project, work.write)
    clips = work.project.clips
    return Resegmented(failures, clips.count(), clips.count_decided())


def _change(project: Project, lengths: SegmentLengths | None) -> None:
    project.set_segment_lengths(lengths)
    made_by = producer_of(segmenter(project))
    for recording in project.clips.recordings_without_cut():
        project.facts.mark_recording(recording, made_by)
