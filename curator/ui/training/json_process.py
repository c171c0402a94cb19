"""A ``trainer`` process that writes JSON lines, and may read them."""

import json

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal, Slot

from curator.run_trainer import trainer_command, trainer_environment

EXIT_MS = 3_000
"""Time that a process has to end before it is killed."""


class JsonProcess(QObject):
    """Runs one command. It ends with the window."""

    replied = Signal(object)  # a dict
    ended = Signal(int, str)  # exit code, and the last line of the error output

    def __init__(self, arguments: list[str], parent: QObject) -> None:
        super().__init__(parent)
        self._rest = b""
        self._errors = b""
        self._process = QProcess(self)
        environment = QProcessEnvironment()
        for key, value in trainer_environment().items():
            environment.insert(key, value)
        self._process.setProcessEnvironment(environment)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._finish)
        program, *words = trainer_command(*arguments)
        self._process.start(program, words)

    @property
    def running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    def send(self, request: dict[str, object]) -> None:
        """Write a request to its standard input."""
        self._process.write(json.dumps(request).encode() + b"\n")

    def stop(self) -> None:
        """End the process and wait for it."""
        self._process.finished.disconnect(self._finish)
        if self.running:
            self._process.terminate()
            if not self._process.waitForFinished(EXIT_MS):
                self._process.kill()
                self._process.waitForFinished(EXIT_MS)

    @Slot()
    def _read(self) -> None:
        *lines, self._rest = (self._rest + self._process.readAllStandardOutput().data()).split(
            b"\n"
        )
        for line in lines:
            try:
                reply = json.loads(line)
            except ValueError:
                continue  # a library's own output
            if isinstance(reply, dict):
                self.replied.emit(reply)

    @Slot()
    def _read_errors(self) -> None:
        self._errors = (self._errors + self._process.readAllStandardError().data())[-4000:]

    @Slot(int)
    def _finish(self, code: int) -> None:
        self._read()
        lines = self._errors.decode("utf-8", "replace").strip().splitlines()
        self.ended.emit(code, lines[-1].removeprefix("trainer: ") if lines else "")
