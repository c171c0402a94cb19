"""Dialogs of the window. The module of each is imported when it is first opened."""

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from curator.domain.errors import printable
from curator.ui.actions import ACTIONS
from curator.ui.commands import Commands
from curator.ui.jobs.downloads import Downloads
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import Page
from curator.ui.palette_titles import PaletteTitles
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from curator.ui.sound.player import Player
from curator.ui.wording import translated

if TYPE_CHECKING:
    from curator.ui.cleaning.dialog import CleaningDialog
    from curator.ui.cleaning.scope import Scope


READY_MS, POLL_MS = 20_000, 50
"""How long, and how often, a command waits for its page."""
RECENT = 8
"""Number of actions that the palette lists first."""


class DialogHost(Protocol):
    """Window state that the dialogs read."""

    commands: Commands
    settings: WindowSettings
    session: Session | None
    downloads: Downloads

    @property
    def page(self) -> str:
        """Key of the current page, "" for none."""

    @property
    def front(self) -> Page | None:
        """Current page, None without a project."""

    def show_page(self, key: str) -> None:
        """Show a page, building it if necessary."""


class Dialogs:
    """Opens the dialogs over the window. The table of actions names these methods."""

    def __init__(self, over: QWidget, host: DialogHost) -> None:
        self._over, self._host = over, host

    def show_palette(self) -> None:
        """Open the command palette."""
        from curator.ui.palette import Palette

        commands, keys = self._host.commands, self._host.settings.keys
        titles = PaletteTitles(self._host)
        actions = [*commands.possible(), *commands.elsewhere()]
        palette = Palette(
            [action for action in actions if titles.has(action)],
            keys,
            self._over,
            self._recent,
            titles.of,
        )
        palette.triggered.connect(self._trigger)
        palette.open()

    def _trigger(self, key: str) -> None:
        """Trigger an action of the palette, and list it first the next time."""
        recent = [key, *(other for other in self._recent if other != key)][:RECENT]
        self._host.settings.set("recent_commands", " ".join(recent))
        page = next(action.page for action in ACTIONS if action.key == key)
        if page in ("", self._host.page):
            self._host.commands.trigger(key)
            return
        self._host.show_page(page)
        self._run_when_ready(key, page, READY_MS // POLL_MS)

    def _run_when_ready(self, key: str, page: str, tries: int) -> None:
        """Trigger an action of a page once that has read what it needs."""
        front = self._host.front
        if front is None or self._host.page != page:
            return  # another page was shown meanwhile, or the project closed
        if front.is_ready or not tries:
            self._host.commands.trigger(key)
            return
        QTimer.singleShot(POLL_MS, self._over, lambda: self._run_when_ready(key, page, tries - 1))

    @property
    def _recent(self) -> list[str]:
        """Keys of the actions that were chosen in the palette, newest first."""
        return self._host.settings.text("recent_commands").split()

    def show_keys(self) -> None:
        """Show all keyboard shortcuts."""
        from curator.ui.key_sheet import KeySheet

        KeySheet(self._host.page, self._host.settings.keys, self._over).open()

    def change_keys(self) -> None:
        """Edit keyboard shortcuts."""
        from curator.ui.change_keys import ChangeKeys

        ChangeKeys(self._host.settings, self._over).open()

    def show_settings(self) -> None:
        """Open the settings."""
        from curator.ui.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self._host.settings, self._over)
        dialog.models_wanted.connect(self.show_models)
        dialog.open()

    def show_snapshots(self) -> None:
        """Open the snapshots: compare and restore."""
        from curator.ui.history.snapshots_dialog import SnapshotsDialog

        if self._host.session is not None:
            SnapshotsDialog(self._host.session, self._over).open()

    def merge_set(self) -> None:
        """Merge another training set into this one."""
        from curator.ui.history.merge_dialog import MergeDialog

        if self._host.session is not None:
            MergeDialog(self._host.session, self._over).open()

    def show_segment_lengths(self) -> None:
        """Set the clip lengths of the project and segment again."""
        from curator.ui.segment_lengths import SegmentLengthsDialog

        if self._host.session is not None:
            SegmentLengthsDialog(self._host.session, self._over).open()

    def show_cleaning(self) -> None:
        """Open the cleaning dialog for the selection of the current page."""
        if self._host.session is not None:
            open_cleaning(self._host.session, self._host.front, self._over)

    def show_models(self) -> None:
        """Open the list of models."""
        from curator.ui.models.dialog import ModelsDialog

        ModelsDialog(self._host.settings, self._host.downloads, self._front()).open()

    def show_setup(self) -> None:
        """Open the packages that training and cleaning need."""
        from curator.ui.setup.dialog import SetupDialog

        SetupDialog(self._host.downloads, self._front()).open()

    def show_speaker_encoder(self) -> None:
        """Choose the speaker encoder of the project."""
        from curator.ui.speaker_encoder import SpeakerEncoderDialog

        if self._host.session is not None:
            SpeakerEncoderDialog(self._host.session, self._over).open()

    def _front(self) -> QWidget:
        """The dialog in front, or else the window."""
        return QApplication.activeModalWidget() or self._over


def open_cleaning(
    session: Session, page: Page | None, parent: QWidget, player: Player | None = None
) -> "CleaningDialog":
    """Open the cleaning dialog for the clips or the recording selected on a page."""
    from curator.ui.cleaning.dialog import CleaningDialog

    clips = page.selected_clips() if page else []
    recording = page.selected_recording() if page else None
    dialog = CleaningDialog(session, cleaning_scopes(session, clips, recording), parent, player)
    dialog.open()
    return dialog


def cleaning_scopes(
    session: Session, selected: list[int], recording: int | None
) -> "list[tuple[str, Scope]]":
    """Return titled scopes for the cleaning dialog, narrowest first."""
    from curator.ui.cleaning.scope import Scope

    scopes: list[tuple[str, Scope]] = []
    project = session.project
    if len(selected) > 1:
        title = _scope(QT_TRANSLATE_NOOP("Cleaning", "%1 selected clips"), str(len(selected)))
        scopes.append((title, Scope(tuple(selected))))
    if recording is None and session.current is not None:
        spans = project.clips.spans([session.current])
        recording = spans[0][1] if spans else None
        if spans:
            title = _scope(QT_TRANSLATE_NOOP("Cleaning", "clip %1"), str(session.current))
            scopes.append((title, Scope((session.current,))))
    if recording is not None:
        name = printable(project.recordings.get(recording).name)
        title = _scope(QT_TRANSLATE_NOOP("Cleaning", "all of %1"), name)
        scopes.append((title, Scope(recording=recording)))
    if query := session.query.strip():
        title = _scope(QT_TRANSLATE_NOOP("Cleaning", "clips of query: %1"), query)
        scopes.append((title, Scope(query=query)))
    return [*scopes, (_scope(QT_TRANSLATE_NOOP("Cleaning", "all recordings")), Scope())]


def _scope(text: str, value: str = "") -> str:
    return translated("Cleaning", text).replace("%1", value)
