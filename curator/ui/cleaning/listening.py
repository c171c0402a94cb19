"""Before, after and what was removed: heard by one key each, seen side by side."""

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from curator.domain.recipe import Recipe
from curator.jobs.context import Work
from curator.ui.cleaning.sounds import CleanedSounds, hear
from curator.ui.job_queue import Ending
from curator.ui.page import button, label, restyle
from curator.ui.session import Session
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.player import Player
from curator.ui.theme import GRID
from curator.ui.widgets.spectrogram_view import SpectrogramView

SOUND = "clean_sound"
"""What reading is called among the work."""

BEFORE, AFTER, REMOVED = range(3)


class CleaningListening(QWidget):
    """One clip and one recipe at a time; a later wish replaces an earlier one."""

    def __init__(self, session: Session, player: Player | None = None) -> None:
        super().__init__()
        self._session = session
        self._player: Player = player or session.player
        self._wish: tuple[int, Recipe] | None = None
        self._reading: tuple[int, str] | None = None
        self._again = False
        self.heard: CleanedSounds | None = None
        self.playing: int | None = None
        self.closed = False
        self.said = label(role="quiet", wrap=True)
        words = (self.tr("Before"), self.tr("After"), self.tr("What was removed"))
        self.buttons = tuple(self._button(place, text) for place, text in enumerate(words))
        self.views = (SpectrogramView(at_once_s=0.0), SpectrogramView(at_once_s=0.0))
        self._lay_out(words)
        session.readings.produced.connect(self._take)
        session.readings.ended.connect(self._ended)
        self._offer()

    def _button(self, place: int, text: str) -> QPushButton:
        made = button(f"{place + 1}  {text}")
        made.setCheckable(True)
        made.setAccessibleName(text)
        made.clicked.connect(partial(self.play, place))
        shortcut = QShortcut(QKeySequence(str(place + 1)), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(partial(self.play, place))
        return made

    def _lay_out(self, words: tuple[str, ...]) -> None:
        side = QHBoxLayout()
        side.setSpacing(GRID)
        for view, text in zip(self.views, words, strict=False):
            view.setAccessibleName(self.tr("Spectrogram: %1").replace("%1", text))
            view.setMinimumHeight(14 * GRID)
            column = QVBoxLayout()
            column.addWidget(label(text, "quiet"))
            column.addWidget(view, 1)
            side.addLayout(column, 1)
        keys = QHBoxLayout()
        keys.setSpacing(GRID)
        for each in self.buttons:
            keys.addWidget(each)
        hint = self.tr("Keys 1, 2 and 3 play over and over, equally loud; the same key stops.")
        keys.addWidget(label(hint, "quiet"))
        keys.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(side, 1)
        column.addLayout(keys)
        column.addWidget(self.said)

    def show_clip(self, clip: int | None, recipe: Recipe | None) -> None:
        """Read this clip as it was and as the recipe makes it."""
        wish = None if clip is None or recipe is None else (clip, recipe)
        self.stop()
        self._wish, self.heard = wish, None
        self._show()
        if wish is not None:
            self._again = self._reading is not None
            if not self._again:
                self._read()

    @Slot(int)
    def play(self, place: int) -> None:
        """Play one of the three over and over; the one that plays: stop."""
        sound = self._sounds()[place]
        if sound is None or self.playing == place:
            self.stop()
            return
        self.playing = place
        self._player.play(sound, loop=True)
        self._offer()

    @Slot()
    def stop(self) -> None:
        """Be quiet."""
        if self.playing is not None:
            self._player.stop()
        self.playing = None
        self._offer()

    def close_listening(self) -> None:
        """Be quiet, and want nothing any more."""
        self.stop()
        self.closed, self._wish = True, None
        self._session.readings.produced.disconnect(self._take)
        self._session.readings.ended.disconnect(self._ended)

    def _sounds(self) -> tuple[PlayableClip | None, ...]:
        heard = self.heard
        return (heard.before, heard.after, heard.removed) if heard else (None, None, None)

    def _read(self) -> None:
        assert self._wish is not None
        (clip, recipe), rate = self._wish, self._player.rate

        def task(work: Work) -> CleanedSounds:
            return hear(work.project, clip, recipe, rate)

        self._reading, self._again = (clip, recipe.hash), False
        self._say(self.tr("Reading…"))
        self._session.readings.ask(SOUND, task)

    def _show(self) -> None:
        for view, sound in zip(self.views, self._sounds(), strict=False):
            view.set_sound(sound)
        if self.heard is None:
            self._say("")
        elif self.heard.after is None:
            self._say(self.tr("Try the recipe to hear this clip after it."))
        else:
            self._say(self.tr("Clip %1").replace("%1", str(self.heard.clip)))
        self._offer()

    def _say(self, words: str, role: str = "quiet") -> None:
        self.said.setText(words)
        self.said.setProperty("role", role)
        restyle(self.said)

    def _offer(self) -> None:
        for place, (each, sound) in enumerate(zip(self.buttons, self._sounds(), strict=True)):
            each.setEnabled(sound is not None)
            each.setChecked(self.playing == place)

    @Slot(str, object)
    def _take(self, what: str, found: object) -> None:
        if what == SOUND and isinstance(found, CleanedSounds) and self._wish is not None:
            clip, recipe = self._wish
            if (found.clip, found.recipe) == (clip, recipe.hash) and not self._again:
                self.heard = found
                self._show()

    @Slot(object)
    def _ended(self, ending: Ending) -> None:
        if ending.what != SOUND:
            return
        self._reading = None
        if self._wish is not None and self._again:
            self._read()
        elif ending.outcome == "failed":
            self._say(f"{ending.sentence} {ending.hint}".strip(), "error")
