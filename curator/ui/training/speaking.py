"""Controller of the speak view: one trainer process per checkpoint, at most two."""

import re
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from curator.domain.errors import CuratorError
from curator.ui.training.json_process import JsonProcess
from curator.ui.training.speak_view import SpeakView

MOST_VOICES = 2
STEP_NAME = re.compile(r"step-(\d{8})")


class Speaking(QObject):
    """Loads checkpoints, sends texts to them and shows the replies.

    fail: shows an error. latest: newest audio files by side, 0 for A and 1 for B.
    """

    def __init__(self, view: SpeakView, fail: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._fail = view, fail
        self._run = Path()
        self._voices: dict[int, JsonProcess] = {}
        self._waiting: dict[int, int] = {}
        self._texts: dict[str, tuple[int, str]] = {}
        self._count = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.latest: dict[int, Path] = {}

    def show_run(
        self, run: Path, steps: list[int], best: int | None, categories: list[str]
    ) -> None:
        """Show the form for a run."""
        if run != self._run:
            self.close()
            self._view.forget()
        self._run = run
        self._view.show_run(run, steps, best, categories)
        self._view.state.setText("")

    def speak(self) -> None:
        """Speak the text of the form with one checkpoint, or both."""
        request = self._view.request()
        text = str(request["text"])
        if not any(character.isalnum() for character in text):
            raise CuratorError(self.tr("Enter a text to speak."))
        steps = [self._view.first.currentData()]
        if (second := self._view.second.currentData()) is not None:
            steps.append(second)
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="speak-")
        for step in list(self._voices):
            if step not in steps and len({*self._voices, *steps}) > MOST_VOICES:
                self._voices.pop(step).stop()
        for side, step in enumerate(steps):
            self._count += 1
            name = f"{self._count:04d}"
            self._texts[name] = (side, text)
            self._waiting[step] = self._waiting.get(step, 0) + 1
            self._voice(step).send({**request, "id": name})
        self._say()

    def play(self, side: int) -> None:
        """Play the newest text of A (0) or B (1)."""
        if side not in self.latest:
            raise CuratorError(self.tr("Nothing was spoken yet."))
        self._view.play_wanted.emit(self.latest[side])

    def close(self) -> None:
        """End the processes and delete the audio files."""
        for voice in self._voices.values():
            voice.stop()
            voice.deleteLater()
        self._voices.clear()
        self._waiting.clear()
        self.latest.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _voice(self, step: int) -> JsonProcess:
        """The process of a checkpoint, started at first use."""
        assert self._folder is not None
        if step not in self._voices:
            arguments = ["speak", str(self._run), "--checkpoint", str(step), "--script", "-"]
            voice = JsonProcess([*arguments, "--out", self._folder.name], self)
            voice.replied.connect(partial(self._take, step))
            voice.ended.connect(partial(self._ended, step))
            self._voices[step] = voice
        return self._voices[step]

    def _take(self, step: int, reply: dict[str, Any]) -> None:
        name = reply.get("id")
        if not isinstance(name, str) or name not in self._texts or self._folder is None:
            return
        side, text = self._texts[name]
        if "failed" in reply:
            self._waiting[step] = max(0, self._waiting.get(step, 0) - 1)
            self._fail(str(reply["failed"]))
        elif reply.get("measures") is None:
            wav = Path(self._folder.name) / str(reply["wav"])
            self.latest[side] = wav
            self._view.add(name, f"{'AB'[side]}: {self._view.step_name(step)}", text, wav)
            self._view.measure(name, reply)
            if side == 0:
                self._view.play_wanted.emit(wav)
        else:
            self._waiting[step] = max(0, self._waiting.get(step, 0) - 1)
            self._view.measure(name, reply)
        self._say()

    def _ended(self, step: int, code: int, error: str) -> None:
        self._waiting.pop(step, None)
        voice = self._voices.pop(step, None)
        if voice is not None:
            voice.deleteLater()
        if code:
            self._fail(error or self.tr("The voice could not be loaded."))
        self._say()

    def _say(self) -> None:
        """Show what is going on."""
        working = any(self._waiting.values())
        text = self.tr("Speaking… The first text of a checkpoint takes longer: it is loaded.")
        done = self.tr("A plays the newest text of checkpoint A, S that of B.")
        self._view.state.setText(text if working else done if self.latest else "")


def kept_steps(run: Path) -> list[int]:
    """Return the checkpoints that a run keeps, ascending; 0 is the base model."""
    try:
        names = [path.name for path in (run / "checkpoints").iterdir()]
    except OSError:
        names = []
    matches = [STEP_NAME.fullmatch(name) for name in names]
    return [0, *sorted(int(match[1]) for match in matches if match)]
