"""What is found out anew after a clip was cut otherwise."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from curator.audio.intake import take_in
from curator.domain.decision import recut
from curator.domain.fact import RecordingTranscript
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.domain.splitting import split
from curator.jobs import reanalyse
from curator.jobs.context import JobContext
from curator.jobs.job import Options
from curator.jobs.reanalyse import CLIP_STEPS, follow_cut, transcribe_again
from curator.jobs.result_writer import straight_into
from curator.jobs.step_table import transcriber_producer
from curator.store.project import Project
from tests.helpers.factories import a_cut, a_transcript, an_empty_project
from tests.helpers.sounds import noise, write_sound

RATE = 16_000
OPTIONS = Options()


class Watching:
    """Remembers what failed."""

    def __init__(self) -> None:
        self.failures: list[str] = []

    def started(self, step: str, items: int, seconds: float) -> None: ...
    def progressed(self, items: int, seconds: float) -> None: ...
    def finished(self) -> None: ...
    def noted(self, sentence: str) -> None: ...

    def failed(self, sentence: str) -> None:
        self.failures.append(sentence)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Three clips of a recording with words."""
    project = an_empty_project(tmp_path)
    sound = noise(12.0, RATE).astype(np.float32)
    intake = take_in(write_sound(tmp_path / "show.wav", sound, RATE), project.cache)
    names = ["path", "content_hash", "size", "mtime_ns", "rate", "channels", "samples", "container"]
    recording = project.recordings.add(
        Recording(id=0, **{name: getattr(intake, name) for name in names})
    )
    project.clips.replace_cut(a_cut(recording, [(0.0, 3.0), (4.0, 7.0), (8.0, 11.0)]))
    heard = a_transcript("one two three four five six", Span(0, 3 * RATE))
    project.facts.add_transcript(
        RecordingTranscript(recording.id, transcriber_producer(project, OPTIONS), heard)
    )
    yield project
    project.close()


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, set[int]]]:
    """The jobs that would have been given to worker processes."""
    given: list[tuple[str, set[int]]] = []

    def run_jobs(work, step, jobs):
        items = {item for job in jobs for item in job.items}
        if items:
            given.append((step.key, items))
        return 0

    monkeypatch.setattr(reanalyse, "run_jobs", run_jobs)
    return given


def work_on(project: Project) -> JobContext:
    return JobContext(project, straight_into(project), Watching(), 1, threading.Event())


def test_only_the_clips_that_were_cut_are_looked_at_again(project, jobs):
    first, second, _ = project.clips.ids()
    project.decisions.apply(recut(second, Span(4 * RATE, 6 * RATE)))
    assert follow_cut(work_on(project), OPTIONS, {second}) == 0
    assert [step for step, _ in jobs] == [step.key for step in CLIP_STEPS]
    assert all(items == {second} for _, items in jobs)
    assert project.clips.get(first).scores == {}


def test_parts_of_a_clip_take_their_words_from_the_recording(project, jobs):
    clip = project.clips.find()[0]
    changes = project.decisions.apply(split(clip, clip.span.start + clip.span.samples // 2))
    follow_cut(work_on(project), OPTIONS, set(changes.clips))
    first, second = project.clips.find()[:2]
    assert (first.text, second.text) == ("one two three", "four five six")
    assert "words" not in [step for step, _ in jobs]


def test_a_step_that_cannot_run_keeps_no_other_from_running(project, monkeypatch):
    from curator.domain.errors import MissingModel

    ran = []

    def run_jobs(work, step, jobs):
        ran.append(step.key)
        if step.key == "words":
            raise MissingModel("The model is not there.")
        return 0

    monkeypatch.setattr(reanalyse, "run_jobs", run_jobs)
    work = work_on(project)
    assert follow_cut(work, OPTIONS, set(project.clips.ids())) == 1
    assert ran == [step.key for step in CLIP_STEPS]
    assert work.watcher.failures == ["The model is not there."]


def test_a_clip_is_transcribed_again_though_it_has_words(project, jobs):
    clip = project.clips.ids()[0]
    transcribe_again(work_on(project), OPTIONS, [clip])
    assert jobs == [("words", {clip})]
