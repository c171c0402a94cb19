"""Stages beside a transcription that leaves the processors free: equal facts, failures, stops."""

import shutil
import threading

import pytest

from curator.domain.fact import RecordingTranscript
from curator.domain.progress import NoProgress
from curator.jobs import overlap
from curator.jobs.context import Cancelled, JobContext
from curator.jobs.job import Options
from curator.jobs.pipeline import analyse
from curator.jobs.processes import LocalProcesses
from curator.jobs.step_table import TRANSCRIBE
from curator.stages import Failed
from curator.stages.transcription.transcribers import runs_on_gpu
from curator.store.project import Project
from tests.helpers.factories import an_empty_project
from tests.helpers.ray_cluster import fact_hashes
from tests.helpers.speech import add_speech

pytestmark = pytest.mark.model
OPTIONS = Options(whisper="tiny.en", device="cpu")
STAGES = ("transcribe", "segment", "edges", "delivery")
LAST = STAGES[-1]


class FakeGpuProcesses(LocalProcesses):
    """Local processes; transcription counts as running on a GPU.

    Transcripts after the first wait until this stage has started beside them. fails: recording
    whose transcription fails. stop: set when the stage starts.
    """

    def __init__(self, stage=LAST, fails=0, stop=None):
        super().__init__()
        self.started, self.stage, self.fails, self._stop = [], stage, fails, stop

    def leaves_processors_free(self, job):
        return True

    def has_started(self):
        return self.stage in [key for key, _ in self.started]

    def start(self, jobs):
        self.started.append((jobs[0].stage, sum(len(job.items) for job in jobs)))
        if self._stop is not None and jobs[0].stage == self.stage:
            self._stop.set()
        workers = super().start(jobs)
        return FakeGpuWorkers(workers, self) if jobs[0].stage == TRANSCRIBE else workers


class FakeGpuWorkers:
    """Workers that are as slow as FakeGpuProcesses says."""

    def __init__(self, workers, executor):
        self._workers, self._executor = workers, executor
        self.stop, self.close = workers.stop, workers.close

    def listen(self):
        transcripts = 0
        for heard in self._workers.listen():
            if heard is not None and isinstance(heard[1], RecordingTranscript):
                if heard[1].recording_id == self._executor.fails:
                    heard = heard[0], Failed(heard[1].recording_id, "show 1: not today")
                transcripts += 1
                while transcripts > 1 and not self._executor.has_started():
                    yield None
            yield heard


class Watching(NoProgress):
    def __init__(self):
        self.shown, self.failures = [], []

    def started(self, step, items, seconds):
        self.shown.append((step, items))

    def failed(self, sentence):
        self.failures.append(sentence)


@pytest.fixture(scope="module")
def shows(tmp_path_factory):
    """A project of three recordings, and its copy after an analysis of one stage after another."""
    folder = tmp_path_factory.mktemp("shows")
    with an_empty_project(folder) as project:
        add_speech(project, 3)
        fresh = project.path
    in_turn = folder / "in_turn.curator"
    shutil.copytree(fresh, in_turn)
    assert analysed(in_turn, LocalProcesses(), Watching()) == 0
    return fresh, in_turn


@pytest.fixture
def show(shows, tmp_path):
    copy = tmp_path / "show.curator"
    shutil.copytree(shows[0], copy)
    return copy


def analysed(path, executor, watcher, stop=None):
    with Project.open(path) as project:
        work = JobContext(
            project,
            lambda action: action(project),
            watcher,
            executor=executor,
            stop=stop or threading.Event(),
        )
        return analyse(work, OPTIONS, STAGES)


def cuts(path):
    with Project.open(path) as project:
        return list(project.clips.spans())


def test_recordings_are_analysed_while_others_are_transcribed_with_the_same_result(shows, show):
    executor, watching = FakeGpuProcesses(), Watching()
    assert analysed(show, executor, watching) == 0
    keys = [key for key, _ in executor.started]
    assert keys[:4] == [TRANSCRIBE, "segment", "edges", LAST]
    assert executor.started[:2] == [(TRANSCRIBE, 3), ("segment", 1)]
    assert watching.shown[0] == (TRANSCRIBE, 3)
    assert dict(watching.shown)["segment"] < 3  # only what was left when transcription ended
    assert fact_hashes(show) == fact_hashes(shows[1])
    assert cuts(show) == cuts(shows[1])  # under the same numbers


def test_a_few_recordings_added_to_many_overlap_too(shows, tmp_path, monkeypatch):
    monkeypatch.setattr(overlap, "PORTIONS", 2)
    show = tmp_path / "show.curator"
    shutil.copytree(shows[1], show)
    with Project.open(show) as project:
        add_speech(project, 2, before=3)
    executor = FakeGpuProcesses("segment")  # waits for it before the second transcript
    assert analysed(show, executor, Watching()) == 0
    assert executor.started[:2] == [(TRANSCRIBE, 2), ("segment", 1)]


def test_a_recording_that_fails_holds_nothing_up_and_counts_once(show):
    executor, watching = FakeGpuProcesses("segment", fails=1), Watching()
    assert analysed(show, executor, watching) == 1
    assert watching.failures == ["show 1: not today"]
    assert [items for key, items in executor.started if key == TRANSCRIBE] == [3]
    assert executor.started[1] == ("segment", 1)


def test_a_stop_in_either_of_them_loses_nothing(shows, show):
    for stage in ("segment", LAST):
        stop = threading.Event()
        with pytest.raises(Cancelled):
            analysed(show, FakeGpuProcesses(stage, stop=stop), Watching(), stop)
    with Project.open(show) as project:
        assert project.facts.recording_transcript(1) is not None
    assert analysed(show, FakeGpuProcesses(), Watching()) == 0
    assert fact_hashes(show) == fact_hashes(shows[1])
    assert cuts(show) == cuts(shows[1])


def test_a_processor_that_transcribes_is_not_free(monkeypatch):
    import ctranslate2

    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 0)
    assert not runs_on_gpu("auto", "auto")
    assert not runs_on_gpu("onnx_asr:nemo-canary-1b-v2=/models/canary", "auto")
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    monkeypatch.setattr(
        "curator.stages.transcription.transcribers.faster_whisper.missing_cuda_library", lambda: ""
    )
    assert runs_on_gpu("auto", "auto")
    assert not runs_on_gpu("auto", "cpu")
