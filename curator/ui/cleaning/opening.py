"""Which clips the dialog of cleaning offers, by what is chosen on the page in front."""

from PySide6.QtWidgets import QWidget

from curator.domain.errors import printable
from curator.ui.cleaning.dialog import CleaningDialog
from curator.ui.cleaning.scope import Scope
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import Page
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.wording import translated


def open_cleaning(
    session: Session, page: Page | None, parent: QWidget, player: Player | None = None
) -> CleaningDialog:
    """Open it over a page: intake says which recording, audit which clips."""
    chosen = page.selected_clips() if page else []
    recording = page.selected_recording() if page else None
    scopes = offered(session, chosen, recording)
    dialog = CleaningDialog(session, scopes, parent, player)
    dialog.open()
    return dialog


def offered(session: Session, chosen: list[int], recording: int | None) -> list[tuple[str, Scope]]:
    """The choices, the likeliest first."""
    found: list[tuple[str, Scope]] = []
    project = session.project
    if len(chosen) > 1:
        text = _words(QT_TRANSLATE_NOOP("Cleaning", "the %1 chosen clips")).replace(
            "%1", str(len(chosen))
        )
        found.append((text, Scope(tuple(chosen))))
    if recording is None and session.current is not None:
        spans = project.clips.spans([session.current])
        recording = spans[0][1] if spans else None
        if spans:
            text = _words(QT_TRANSLATE_NOOP("Cleaning", "clip %1")).replace(
                "%1", str(session.current)
            )
            found.append((text, Scope((session.current,))))
    if recording is not None:
        name = printable(project.recordings.get(recording).name)
        found.append(
            (
                _words(QT_TRANSLATE_NOOP("Cleaning", "all of %1")).replace("%1", name),
                Scope(recording=recording),
            )
        )
    if session.query.strip():
        text = _words(QT_TRANSLATE_NOOP("Cleaning", "the clips of: %1")).replace(
            "%1", session.query.strip()
        )
        found.append((text, Scope(query=session.query.strip())))
    found.append((_words(QT_TRANSLATE_NOOP("Cleaning", "all recordings")), Scope()))
    return found


def _words(text: str) -> str:
    return translated("Cleaning", text)
