"""Cleaning dialog: try a recipe, play before and after, apply; or compare all recipes."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from curator.ui.actions import placed
from curator.ui.cleaning.before_after_player import BeforeAfterPlayer
from curator.ui.cleaning.commands import CleaningCommands
from curator.ui.cleaning.layout import CleaningLayout
from curator.ui.cleaning.results import CleaningResults
from curator.ui.cleaning.scope import Scope
from curator.ui.dialog_size import resize_on_screen
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.theme import GRID


class CleaningDialog(QDialog):
    """Widgets (`ui`) and the controllers that connect them."""

    def __init__(
        self,
        session: Session,
        scopes: Sequence[tuple[str, Scope]],
        parent: QWidget | None = None,
        player: Player | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Cleaning"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ui = self.ui = CleaningLayout(scopes, BeforeAfterPlayer(session, player))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(ui)
        self.results = CleaningResults(session, ui, self)
        self.commands = CleaningCommands(session, ui, self.results, self)
        ui.close_dialog.clicked.connect(self.close)
        ui.setup_wanted.connect(lambda: session.action_asked.emit("window.show_setup"))
        # The window's own keys do not reach it while this dialog is in front.
        for action, run in (("window.undo", session.undo), ("window.redo", session.redo)):
            for key in session.settings.keys[action]:
                shortcut = QShortcut(QKeySequence(placed(key)[1]), self)
                shortcut.activated.connect(run)
        resize_on_screen(self, 128 * GRID, 88 * GRID)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop playback and stop following the session."""
        self._stop()
        super().closeEvent(event)

    def reject(self) -> None:
        """Close on Escape."""
        self._stop()
        super().reject()

    def _stop(self) -> None:
        if self.ui.player.closed:
            return
        self.ui.player.close_player()
        self.results.close()
        self.commands.close()
