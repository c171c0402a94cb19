"""The dialogs over the window. Each is loaded when it is first opened."""

from typing import Protocol

from PySide6.QtWidgets import QWidget

from curator.ui.commands import Commands
from curator.ui.page import Page
from curator.ui.session import Session
from curator.ui.settings import WindowSettings


class Here(Protocol):
    """What the dialogs are about."""

    commands: Commands
    settings: WindowSettings
    session: Session | None

    @property
    def page(self) -> str:
        """The key of the page in front, "" for none."""

    @property
    def front(self) -> Page | None:
        """The page in front."""


class Dialogs:
    """Shows them over a window. The table of actions names these methods."""

    def __init__(self, over: QWidget, here: Here) -> None:
        self._over, self._here = over, here

    def show_palette(self) -> None:
        """Find a command by its words."""
        from curator.ui.palette import Palette

        commands, keys = self._here.commands, self._here.settings.keys
        palette = Palette(list(commands.possible()), keys, self._over)
        palette.triggered.connect(commands.trigger)
        palette.open()

    def show_keys(self) -> None:
        """Show all keys."""
        from curator.ui.key_sheet import KeySheet

        KeySheet(self._here.page, self._here.settings.keys, self._over).open()

    def change_keys(self) -> None:
        """Give actions other keys."""
        from curator.ui.change_keys import ChangeKeys

        ChangeKeys(self._here.settings, self._over).open()

    def show_settings(self) -> None:
        """Show what may be chosen."""
        from curator.ui.settings_dialog import SettingsDialog

        SettingsDialog(self._here.settings, self._over).open()

    def show_snapshots(self) -> None:
        """Show the sets as they were; compare and go back."""
        from curator.ui.history.snapshots_dialog import SnapshotsDialog

        if self._here.session is not None:
            SnapshotsDialog(self._here.session, self._over).open()

    def merge_set(self) -> None:
        """Put another set into this one."""
        from curator.ui.history.merge_dialog import MergeDialog

        if self._here.session is not None:
            MergeDialog(self._here.session, self._over).open()

    def show_cleaning(self) -> None:
        """Clean recordings or clips, hear and decide."""
        from curator.ui.cleaning.opening import open_cleaning

        if self._here.session is not None:
            open_cleaning(self._here.session, self._here.front, self._over)

    def show_models(self) -> None:
        """Show which models there are, and get some."""
        from curator.ui.models.dialog import ModelsDialog

        ModelsDialog(self._here.settings, self._over).open()
