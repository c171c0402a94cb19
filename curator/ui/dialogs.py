"""The dialogs over the window. Each is loaded when it is first opened."""

from PySide6.QtWidgets import QMainWindow, QWidget

from curator.ui.commands import Commands
from curator.ui.session import Session
from curator.ui.settings import Settings


class Dialogs(QMainWindow):
    """A window that can show them. The table of actions names these methods."""

    commands: Commands
    settings: Settings
    session: Session | None

    @property
    def page(self) -> str:
        """The key of the page in front, "" for none."""
        raise NotImplementedError

    @property
    def front(self) -> QWidget | None:
        """The page in front."""
        raise NotImplementedError

    def show_palette(self) -> None:
        """Find a command by its words."""
        from curator.ui.palette import Palette

        palette = Palette(list(self.commands.possible()), self.settings.keys, self)
        palette.wanted.connect(self.commands.trigger)
        palette.open()

    def show_keys(self) -> None:
        """Show all keys."""
        from curator.ui.key_sheet import KeySheet

        KeySheet(self.page, self.settings.keys, self).open()

    def change_keys(self) -> None:
        """Give actions other keys."""
        from curator.ui.change_keys import ChangeKeys

        ChangeKeys(self.settings, self).open()

    def show_settings(self) -> None:
        """Show what may be chosen."""
        from curator.ui.settings_dialog import SettingsDialog

        SettingsDialog(self.settings, self).open()

    def show_snapshots(self) -> None:
        """Show the sets as they were; compare and go back."""
        from curator.ui.history.snapshots_dialog import SnapshotsDialog

        if self.session is not None:
            SnapshotsDialog(self.session, self).open()

    def merge_set(self) -> None:
        """Put another set into this one."""
        from curator.ui.history.merge_dialog import MergeDialog

        if self.session is not None:
            MergeDialog(self.session, self).open()

    def show_cleaning(self) -> None:
        """Clean recordings or clips, hear and decide."""
        from curator.ui.cleaning.opening import open_cleaning

        if self.session is not None:
            open_cleaning(self.session, self.front, self)

    def show_models(self) -> None:
        """Show which models there are, and get some."""
        from curator.ui.models.dialog import ModelsDialog

        ModelsDialog(self.settings, self).open()
