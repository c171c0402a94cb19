"""Project of clips with sound and text, and the window at its audit page."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from curator.audio.intake import take_in
from curator.domain.clip import Clip
from curator.domain.fact import Edges
from curator.domain.recording import Recording
from curator.ui.audit.page import AuditPage
from curator.ui.main_window import MainWindow
from curator.ui.session import Session
from tests.helpers.factories import a_cut, a_finding, an_empty_project, found, say
from tests.helpers.players import FakePlayer
from tests.helpers.sounds import noise, write_sound

RATE = 16_000


def a_spoken_project(folder: Path, clips: int) -> Path:
    """A project of clips of one second with sound, words and edges; every third has a finding."""
    sound = noise(max(1, clips) * 1.5, RATE).astype(np.float32)
    intake = take_in(
        write_sound(folder / "show.wav", sound, RATE), (made := an_empty_project(folder)).cache
    )
    recording = made.recordings.add(
        Recording(
            id=0,
            **{
                name: getattr(intake, name)
                for name in (
                    "path",
                    "content_hash",
                    "size",
                    "mtime_ns",
                    "rate",
                    "channels",
                    "samples",
                    "container",
                )
            },
        )
    )
    made.clips.replace_cut(a_cut(recording, [(i * 1.5, i * 1.5 + 1.0) for i in range(clips)]))
    for place, (clip, _, span) in enumerate(made.clips.spans()):
        say(made, clip, f"sentence number {place}")
        ends = 0.9 if place % 3 == 2 else 0.0
        pause = Edges(0.0, ends, span.start, span.stop + RATE // 10)
        made.facts.add([found(made, clip, pause)])
        if ends:
            made.facts.set_findings({clip: [a_finding("cut_word")]})
    made.close()
    return made.path


@dataclass
class Audit:
    """The window at the audit page, and a hand on the keyboard."""

    window: MainWindow
    page: AuditPage
    player: FakePlayer
    session: Session

    def press(self, key: object, modifiers: object = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is; a letter is one as typed."""
        where = QApplication.focusWidget() or self.window
        QTest.keyClick(where, key, modifiers)
        QApplication.processEvents()

    @property
    def clip(self) -> Clip:
        """The current clip as the project has it."""
        assert self.page.view.clip is not None
        return self.session.project.clips.get(self.page.view.clip.id)

    def ids(self) -> list[int]:
        """The clips that are listed."""
        return self.page.model.ids.tolist()

    def last_message(self) -> str:
        """What the window said last."""
        return self.window.messages.all[-1].text
