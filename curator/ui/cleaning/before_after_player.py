"""Player of a clip before and after cleaning, and of the removed sound, with spectrograms."""

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from curator.domain.recipe import Recipe
from curator.jobs.context import JobContext
from curator.ui.cleaning.clip_versions import ClipVersions, read_versions
from curator.ui.job_queue import Ending
from curator.ui.page import button, label, restyle
from curator.ui.session import Session
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.player import Player
from curator.ui.theme import GRID
from curator.ui.widgets.spectrogram_view import SpectrogramView

SOUND = "clean_sound"
"""Name of the background read."""


class BeforeAfterPlayer(QWidget):
    """Plays one clip and recipe at a time; a later request replaces an earlier one.

    versions: sounds of the clip, None until they are read. playing: button index, None for none.
    """

    def __init__(self, session: Session, player: Player | None = None) -> None:
        super().__init__()
        self._session = session
        self._player: Player = player or session.player
        self._request: tuple[int, Recipe] | None = None
        self._reading: tuple[int, str] | None = None
        self._must_repeat = False
        self.versions: ClipVersions | None = None
        self.playing: int | None = None
        self.closed = False
        self.status = label(role="quiet", wrap=True)
        titles = (self.tr("Before"), self.tr("After"), self.tr("Removed"))
        self.buttons = tuple(self._button(index, title) for index, title in enumerate(titles))
        self.views = (SpectrogramView(at_once_s=0.0), SpectrogramView(at_once_s=0.0))
        self._lay_out(titles)
        session.readings.produced.connect(self._take)
        session.readings.ended.connect(self._end_read)
        self._update_buttons()

    def _button(self, index: int, title: str) -> QPushButton:
        toggle = button(f"{index + 1}  {title}")
        toggle.setCheckable(True)
        toggle.setAccessibleName(title)
        toggle.clicked.connect(partial(self.play, index))
        shortcut = QShortcut(QKeySequence(str(index + 1)), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(partial(self.play, index))
        return toggle

    def _lay_out(self, titles: tuple[str, ...]) -> None:
        side = QHBoxLayout()
        side.setSpacing(GRID)
        for view, title in zip(self.views, titles, strict=False):
            view.setAccessibleName(self.tr("Spectrogram: %1").replace("%1", title))
            view.setMinimumHeight(14 * GRID)
            column = QVBoxLayout()
            column.addWidget(label(title, "quiet"))
            column.addWidget(view, 1)
            side.addLayout(column, 1)
        keys = QHBoxLayout()
        keys.setSpacing(GRID)
        for toggle in self.buttons:
            keys.addWidget(toggle)
        hint = self.tr("Keys 1, 2, 3: play in a loop, loudness-matched. Same key: stop.")
        keys.addWidget(label(hint, "quiet"))
        keys.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(side, 1)
        column.addLayout(keys)
        column.addWidget(self.status)

    def show_clip(self, clip: int | None, recipe: Recipe | None) -> None:
        """Read a clip before and after a recipe; None for no clip."""
        request = None if clip is None or recipe is None else (clip, recipe)
        self.stop()
        self._request, self.versions = request, None
        self._show()
        if request is not None:
            self._must_repeat = self._reading is not None
            if not self._must_repeat:
                self._read()

    @Slot(int)
    def play(self, index: int) -> None:
        """Play a sound in a loop, or stop it. index: 0 before, 1 after, 2 removed."""
        sound = self._sounds()[index]
        if sound is None or self.playing == index:
            self.stop()
            return
        self.playing = index
        self._player.play(sound, loop=True)
        self._update_buttons()

    @Slot()
    def stop(self) -> None:
        """Stop playback."""
        if self.playing is not None:
            self._player.stop()
        self.playing = None
        self._update_buttons()

    def close_player(self) -> None:
        """Stop playback and stop following the session."""
        self.stop()
        self.closed, self._request = True, None
        self._session.readings.produced.disconnect(self._take)
        self._session.readings.ended.disconnect(self._end_read)

    def _sounds(self) -> tuple[PlayableClip | None, ...]:
        all_three = self.versions
        if all_three is None:
            return None, None, None
        return all_three.before, all_three.after, all_three.removed

    def _read(self) -> None:
        assert self._request is not None
        (clip, recipe), rate = self._request, self._player.rate

        def task(work: JobContext) -> ClipVersions:
            return read_versions(work.project, clip, recipe, rate)

        self._reading, self._must_repeat = (clip, recipe.hash), False
        self._show_status(self.tr("Reading…"))
        self._session.readings.ask(SOUND, task)

    def _show(self) -> None:
        for view, sound in zip(self.views, self._sounds(), strict=False):
            view.set_sound(sound)
        if self.versions is None:
            self._show_status("")
        elif self.versions.after is None:
            self._show_status(self.tr("Try the recipe to play the cleaned clip."))
        else:
            self._show_status(self.tr("Clip %1").replace("%1", str(self.versions.clip)))
        self._update_buttons()

    def _show_status(self, text: str, role: str = "quiet") -> None:
        self.status.setText(text)
        self.status.setProperty("role", role)
        restyle(self.status)

    def _update_buttons(self) -> None:
        for index, (toggle, sound) in enumerate(zip(self.buttons, self._sounds(), strict=True)):
            toggle.setEnabled(sound is not None)
            toggle.setChecked(self.playing == index)

    @Slot(str, object)
    def _take(self, task: str, result: object) -> None:
        if task == SOUND and isinstance(result, ClipVersions) and self._request is not None:
            clip, recipe = self._request
            if (result.clip, result.recipe) == (clip, recipe.hash) and not self._must_repeat:
                self.versions = result
                self._show()

    @Slot(object)
    def _end_read(self, ending: Ending) -> None:
        if ending.what != SOUND:
            return
        self._reading = None
        if self._request is not None and self._must_repeat:
            self._read()
        elif ending.outcome == "failed":
            self._show_status(f"{ending.sentence} {ending.hint}".strip(), "error")
