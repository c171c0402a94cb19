"""What every page of the window is."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from curator.ui.actions import KeyScope
from curator.ui.session import Session


class Page(QWidget):
    """A page. It gets everything through the session, and is built when it is first shown."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # so that it can be given the focus

    def shown(self) -> None:
        """It has come to the front."""

    def selected_clips(self) -> list[int]:
        """Ids of the clips selected on this page."""
        return []

    def selected_recording(self) -> int | None:
        """Id of the recording selected on this page, None without one."""
        return None

    def places(self, place: KeyScope) -> Sequence[QWidget]:
        """The widgets in which keys of this place work: lists, or editors of text."""
        return ()

    def close_page(self) -> None:
        """The project is about to be closed: end what runs."""


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """A text in a role of the theme: "title", "heading", "quiet", "warning"..."""
    made = QLabel(text)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made


def button(text: str, weight: str = "") -> QPushButton:
    """A button. weight: "first" for the one that is usually wanted, "link" for a lesser one."""
    made = QPushButton(text)
    if weight:
        made.setProperty("weight", weight)
    made.setAutoDefault(False)
    return made


def hairline() -> QFrame:
    """A thin line between what is above and below."""
    line = QFrame()
    line.setProperty("role", "hairline")
    return line


def restyle(widget: QWidget) -> None:
    """Dress a widget anew after its role or weight has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
