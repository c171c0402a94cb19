"""Downloads of models and of the parts of ``curator setup``, as jobs of the list."""

import time
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from curator.domain.errors import printable
from curator.ui.job_progress import doing
from curator.ui.jobs.curator_process import CuratorProcess
from curator.ui.jobs.work_list import JobButton, JobProgressed, JobState, ListedJob, WorkList
from curator.ui.messages import Messages
from curator.ui.wording import data_size

RATED_FROM_S = 2.0
"""Time after which the rate of a download is shown."""


@dataclass(frozen=True, slots=True)
class DownloadOrder:
    """What to download. key: unique. command: arguments of ``curator``. stage: of job_progress."""

    key: str
    title: str
    command: tuple[str, ...]
    stage: str


class Download(QObject):
    """One download and its job in the list."""

    progressed = Signal()
    ended = Signal(str)  # error, or ""

    def __init__(self, order: DownloadOrder, parent: QObject) -> None:
        super().__init__(parent)
        self.order = order
        self.job = ListedJob(order.title)
        self.process = CuratorProcess(self)
        self.process.replied.connect(self._take)
        self.process.ended.connect(self._finish)
        self._began: tuple[float, int] | None = None  # time and bytes of the first report
        self._log = ""

    def start(self) -> None:
        """Run the command."""
        self.job.show_progress(JobProgressed(doing(self.order.stage)))
        self.process.start(*self.order.command)

    @Slot(object)
    def _take(self, reply: dict[str, Any]) -> None:
        if reply.get("event") == "log":
            self._log = str(reply["text"])
        elif reply.get("event") == "progress":
            self._show(int(reply["bytes"]), int(reply["of"] or 0), str(reply.get("stage") or ""))

    def _show(self, done: int, of: int, stage: str) -> None:
        now = time.monotonic()
        if self._began is None:
            self._began = now, done
        gone, fetched = now - self._began[0], done - self._began[1]
        amount = f"{data_size(done)} / {data_size(of)}" if of else data_size(done)
        left = None
        if gone > RATED_FROM_S and fetched > 0:
            amount += f", {data_size(round(fetched / gone))}/s"
            left = (of - done) * gone / fetched if of > done else None
        share = min(1.0, done / of) if of else None
        text = printable(stage) or doing(self.order.stage)
        self.job.show_progress(JobProgressed(text, share, amount, left))
        self.progressed.emit()

    @Slot(int, str)
    def _finish(self, code: int, errors: str) -> None:
        if code == 0:
            self.ended.emit("")
            return
        error = errors.removeprefix("curator: ") or self.tr("The command failed without a message.")
        self.ended.emit(f"{error}\n{self._log}".strip())


class Downloads(QObject):
    """Runs downloads side by side; they continue when the dialog that started them is closed."""

    changed = Signal(str)  # key of a download that started, progressed or ended
    finished = Signal(str)  # key of a complete one

    def __init__(self, messages: Messages, work: WorkList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages, self._work = messages, work
        self._running: dict[str, Download] = {}
        self._errors: dict[str, str] = {}

    @property
    def active(self) -> list[str]:
        """Keys of the running downloads."""
        return list(self._running)

    def job(self, key: str) -> ListedJob | None:
        """Job of a running download, None if it does not run."""
        download = self._running.get(key)
        return download.job if download else None

    def error(self, key: str) -> str:
        """Why the last try of a download failed, "" if it did not."""
        return self._errors.get(key, "")

    def get_model(self, name: str) -> None:
        """Download a model, continuing an interrupted download."""
        title = self.tr("Download of %1").replace("%1", name)
        command = ("models", "get", "--json", "--", name)
        self.start(DownloadOrder(f"model {name}", title, command, "download"))

    def install(self, part: str) -> None:
        """Install a part of ``curator setup``, continuing an interrupted installation."""
        title = self.tr("Installation: %1").replace("%1", part)
        command = ("setup", "--yes", "--json", "--", part)
        self.start(DownloadOrder(f"part {part}", title, command, "install"))

    def start(self, order: DownloadOrder) -> None:
        """Start a download, unless it runs."""
        if order.key in self._running:
            return
        self._errors.pop(order.key, None)
        self._messages.withdraw(order.key)
        download = Download(order, self)
        self._running[order.key] = download
        download.progressed.connect(lambda: self.changed.emit(order.key))
        download.ended.connect(lambda error: self._finish(order, error))
        download.job.begin(JobButton(self.tr("Cancel"), lambda: self.cancel(order.key)))
        self._work.add(download.job)
        download.start()
        self.changed.emit(order.key)

    def cancel(self, key: str) -> None:
        """Stop a download; it can be continued."""
        download = self._running.get(key)
        if download is not None:
            download.process.stop()
            self._end(download.order, JobState.CANCELLED, self.tr("Cancelled."))

    def stop(self) -> None:
        """Stop all downloads; they can be continued."""
        for key in self.active:
            self.cancel(key)

    def _finish(self, order: DownloadOrder, error: str) -> None:
        sentence, _, details = error.partition("\n")
        if error:
            self._errors[order.key] = sentence
            self._end(order, JobState.FAILED, sentence)
            self._messages.fail(f"{order.title}: {sentence}", topic=order.key, details=details)
            return
        self._end(order, JobState.FINISHED, self.tr("Finished."))
        self._messages.inform(f"{order.title}: {self.tr('finished.')}", topic=order.key)
        self.finished.emit(order.key)

    def _end(self, order: DownloadOrder, state: JobState, sentence: str) -> None:
        download = self._running.pop(order.key)
        buttons = []
        if state != JobState.FINISHED:
            buttons = [JobButton(self.tr("Resume"), lambda: self._resume(order, download.job))]
        download.job.end(state, sentence, *buttons)
        download.deleteLater()
        self.changed.emit(order.key)

    def _resume(self, order: DownloadOrder, ended: ListedJob) -> None:
        self._work.remove(ended)
        self.start(order)
