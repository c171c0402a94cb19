"""Commands for recordings: locate, licence and consent, remove."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from curator.domain.errors import CuratorError, printable
from curator.domain.recording import Recording
from curator.jobs.context import JobContext
from curator.store.recording_edits import removal, set_rights
from curator.ui.session import Session

LOCATE = "locate "
"""Name of the job that compares a file with a recording, before the recording's id."""


class RecordingCommands(QObject):
    """Writes decisions about recordings through the session."""

    located = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._paths: dict[str, Path] = {}
        session.errands.produced.connect(self._relocate)

    def set_rights(
        self, recordings: Sequence[int], licence: str | None, consent: str | None
    ) -> None:
        """Set licence and consent of recordings; None leaves one as it is."""
        act = set_rights(self._session.project, recordings, licence=licence, consent=consent)
        self._session.apply_all(act.label, act.edits)

    def remove(self, recordings: Sequence[int]) -> None:
        """Remove recordings with their clips."""
        if not recordings:
            return
        act = removal(self._session.project, recordings)
        self._session.apply_all(act.label, act.edits)

    def relocate_to(self, recording: int, path: Path) -> None:
        """Use this file for a recording if its bytes or its sound are the same."""
        name = f"{LOCATE}{recording}"
        self._paths[name] = path
        self._session.errands.ask(name, partial(_compared, recording, path))

    @Slot(str, object)
    def _relocate(self, what: str, retagged: object) -> None:
        path = self._paths.pop(what, None)
        if path is not None:
            number = int(what.removeprefix(LOCATE))
            recordings = self._session.project.recordings
            if isinstance(retagged, Recording):
                recordings.replace_file(number, retagged)
            else:
                recordings.relocate(number, path)
            self._session.messages.inform(self.tr("Located the file; its clips can be played."))
            self.located.emit()


def _compared(recording: int, path: Path, work: JobContext) -> Recording | None:
    """Compare a file with a recording: None if it is the same, else the recording of its sound.

    Raises CuratorError if their sound differs.
    """
    from curator.audio.intake import content_hash, take_in_as
    from curator.audio.same_sound import has_same_sound

    known = work.project.recordings.get(recording)
    if content_hash(path) == known.content_hash:
        return None
    intake = take_in_as(path, work.project.cache, known)  # re-tagged: same sound, other bytes
    if has_same_sound(work.project.cache, known, intake):
        return intake.recording(known.id, known.licence, known.consent)
    raise CuratorError(
        f"{printable(path.name)} is not the file that was imported as {printable(known.name)}.",
        "Add it as a recording of its own, or choose another file.",
    )
