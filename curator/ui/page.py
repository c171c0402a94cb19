"""Base class of the pages, and small widgets they share."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from curator.ui.actions import KeyScope
from curator.ui.plain_text import plain_label
from curator.ui.session import Session


class Page(QWidget):
    """Page of the window, built when first shown; works on the project of its session."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # so that setFocus works

    @property
    def is_ready(self) -> bool:
        """Whether commands can be run: what they need is read."""
        return True

    def shown(self) -> None:
        """Called when the page becomes the current one."""

    def left(self) -> None:
        """Called when another page comes to the front."""

    def hideEvent(self, event: QHideEvent) -> None:
        """See QWidget; the window itself may be hidden, which leaves no page."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.left()

    def selected_clips(self) -> list[int]:
        """Ids of the clips selected on this page."""
        return []

    def selected_recording(self) -> int | None:
        """Id of the recording selected on this page, None without one."""
        return None

    def places(self, place: KeyScope) -> Sequence[QWidget]:
        """Widgets in which keys of this scope work: lists or text editors."""
        return ()

    def menu_widgets(self) -> Sequence[QWidget]:
        """Widgets that open the page's actions as their context menu; its lists by default."""
        return self.places(KeyScope.LIST)

    def remembered(self) -> Mapping[str, object]:
        """State to restore at the next start, as JSON values; splitters are added to it."""
        return {}

    def recall(self, state: Mapping[str, object]) -> None:
        """Restore what `remembered` returned, perhaps by another version."""

    def close_page(self) -> None:
        """Stop timers and threads; called before the project is closed."""


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """Return a label. role: "title", "heading", "quiet", "warning"... of the theme."""
    widget = plain_label(text)
    if role:
        widget.setProperty("role", role)
    widget.setWordWrap(wrap)
    return widget


def button(text: str, weight: str = "") -> QPushButton:
    """Return a button. weight: "first" for the primary one, "link" for a minor one."""
    widget = QPushButton(text)
    if weight:
        widget.setProperty("weight", weight)
    widget.setAutoDefault(False)
    return widget


def hairline() -> QFrame:
    """Return a thin horizontal separator."""
    line = QFrame()
    line.setProperty("role", "hairline")
    return line


def restyle(widget: QWidget) -> None:
    """Apply the style sheet again after the role or weight of a widget has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
