"""Project folder: access to everything stored.

NAME.curator/
    project.sqlite    facts and decisions
    cache/            may be deleted at any time
    backups/          copies of project.sqlite
    lock              who is writing
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from curator.domain.emotion import EmotionSet
from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import own_folder
from curator.domain.project_file import add_opener
from curator.domain.segment_lengths import SegmentLengths
from curator.domain.sound_folders import SoundFolders
from curator.domain.speaker_encoder import RESEMBLYZER, require_encoder
from curator.domain.system import put_in_place, require_short, sync_folder, temporary_beside
from curator.domain.target import read_target
from curator.store.cleanings import Cleanings
from curator.store.clips import Clips
from curator.store.connection import FILE
from curator.store.database import Database, Writing, create_file
from curator.store.decision_rules import categories, parsed
from curator.store.decisions import Decisions
from curator.store.facts import Facts
from curator.store.lock import WriterLock
from curator.store.merging import Merging
from curator.store.recordings import Recordings
from curator.store.saved_filters import SavedFilters
from curator.store.snapshots import Snapshots
from curator.store.verify import faults

CACHE = "cache"
LONGEST_INSIDE = 110
"""Characters of the longest path below a project: a cached file, named by a hash."""

LENGTH_KEYS = ("segment_shortest_s", "segment_longest_s", "segment_preferred_s")
"""Settings of segmentation; absent where the lengths are those of the target."""

ENCODER_KEY = "speaker_encoder"
"""Setting of the speaker encoder; absent for the default."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a project.

    language: two letters, or "" to detect it. target: key of a target. categories: TOML of
    the emotions. lengths: of clips, where they are not the target's. speaker_encoder: key of the
    network that computes speaker vectors.
    """

    language: str
    target: str
    emotions: EmotionSet
    categories: str
    lengths: SegmentLengths | None = None
    speaker_encoder: str = RESEMBLYZER


class Project:
    """Open project; a context manager. `close` releases the writer's lock."""

    def __init__(
        self,
        path: Path,
        database: Database,
        lock: WriterLock | None,
        sound: SoundFolders | None = None,
    ) -> None:
        self.path = path
        self._sound = sound
        self._database = database
        self._lock = lock
        sources = Path(sound.sources) if sound and sound.sources else None
        self.recordings = Recordings(database, sources)
        self.clips = Clips(database)
        self.facts = Facts(database)
        self.decisions = Decisions(database)
        self.snapshots = Snapshots(database, self.decisions)
        self.cleanings = Cleanings(database)
        self.filters = SavedFilters(database)
        self.merging = Merging(database, self.decisions, self.recordings)
        self._stored = _read_settings(database)

    @classmethod
    def create(cls, path: Path, *, language: str, target: str, categories: str) -> "Project":
        """Create a project folder and open it for writing.

        path: must not exist. categories: TOML of an emotion set.
        """
        if path.exists() or path.is_symlink():
            raise CuratorError(
                f"{printable(path.name)} already exists.", "Choose another name for the project."
            )
        read_target(target)
        EmotionSet.from_text(categories)
        settings = {"language": language, "target": target, "categories": categories}
        try:
            require_short(path, LONGEST_INSIDE)
            path.parent.mkdir(parents=True, exist_ok=True)
            # Made under another name and renamed: a project folder is complete or not there.
            partial = temporary_beside(path)
            partial.mkdir()
            try:
                create_file(partial, settings.items())
                (partial / CACHE).mkdir()
                sync_folder(partial)
                put_in_place(partial, path)
                sync_folder(path.parent)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        except OSError as error:
            raise CuratorError(
                f"{printable(path.name)} could not be made: {error.strerror}."
            ) from error
        try:
            return cls.open(path)
        except CuratorError:
            shutil.rmtree(path, ignore_errors=True)  # a full disk: it is empty anyway
            raise

    @classmethod
    def open(
        cls, path: Path, *, write: bool = True, sound: SoundFolders | None = None
    ) -> "Project":
        """Open a project as its only writer, or read-only beside a writer.

        ProjectBusy names the writer there is. BrokenProject names the newest good backup.
        A writer's opening makes a backup if something has changed since the last one. sound: for
        a copy of the project file on another machine.
        """
        if not cls.is_project(path):
            Database.open(path, write=False)  # says what is wrong
        lock = WriterLock.take(path) if write else None
        try:
            database = Database.open(path, write=write)
        except BaseException:
            if lock:
                lock.release()
            raise
        try:
            project = cls(path, database, lock, sound)
            if write:
                add_opener(path)
            if write and database.written():
                project._backup_at_open()
        except BaseException:
            database.close()
            if lock:
                lock.release()
            raise
        return project

    @staticmethod
    def is_project(path: Path) -> bool:
        """Whether there is a project at this path, in any state."""
        return (path / FILE).is_file()

    @property
    def settings(self) -> Settings:
        """Settings of the project with the present categories."""
        # The writer may change them while a reader has the project open.
        stored = self._stored if self.can_write else _read_settings(self._database)
        language, target, lengths, encoder = stored
        text = categories(self._database)
        with self._database.as_stored("the settings"):
            return Settings(language, target, parsed(text), text, lengths, encoder)

    @property
    def cache(self) -> Path:
        """Existing folder of files that can be regenerated."""
        if self._sound:
            return Path(self._sound.cache)
        try:
            return own_folder(self.path / CACHE)
        except OSError as error:
            raise CuratorError(
                f"The cache of {printable(self.path.name)} cannot be made ({error.strerror}).",
                "Check the disk and the rights of the folder.",
            ) from error

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences about restrictions of the open project."""
        return tuple(self._database.notices)

    @property
    def can_write(self) -> bool:
        """Whether this is the writer."""
        return self._database.can_write

    def set_segment_lengths(self, lengths: SegmentLengths | None) -> None:
        """Set the clip lengths of segmentation; None for those of the target."""
        with self._database.writing():
            for key in LENGTH_KEYS:
                self._database.write("DELETE FROM setting WHERE key = ?", (key,))
            if lengths is not None:
                values = (lengths.shortest_s, lengths.longest_s, lengths.preferred_s)
                self._database.write_many(
                    "INSERT INTO setting(key, value) VALUES (?, ?)",
                    list(zip(LENGTH_KEYS, map(repr, values), strict=True)),
                )
        self._stored = _read_settings(self._database)

    def set_speaker_encoder(self, key: str) -> None:
        """Set the network of speaker vectors; deletes the vectors and the map of another one."""
        if require_encoder(key) == self.settings.speaker_encoder:
            return
        with self._database.writing():
            self._database.write("DELETE FROM setting WHERE key = ?", (ENCODER_KEY,))
            row = (ENCODER_KEY, key)
            self._database.write("INSERT INTO setting(key, value) VALUES (?, ?)", row)
        for stage in ("embed", "lay_out"):
            self.facts.forget(stage)
        self._stored = _read_settings(self._database)

    def writing(self, *, bulk: bool = False) -> Writing:
        """Transaction of several writes. bulk: for facts, which can be computed again."""
        return self._database.writing(bulk=bulk)

    def reading(self) -> Writing:
        """Context manager for several reads of one consistent state."""
        return self._database.reading()

    def backup(self, reason: str) -> Path:
        """Copy the project file to ``backups``, or name the copy if nothing changed since.

        reason: a few words for the file's name, e.g. "before analysis". The 5 newest copies, and
        the newest of 7 days and of 4 weeks, are kept.
        """
        return self._database.backup(reason)

    def verify(self) -> list[str]:
        """Faults of the project file as sentences; empty if it is intact."""
        return faults(self._database)

    def lend(self) -> None:
        """Read only until `take_back`, while another thread writes with `borrowed`."""
        assert self.can_write
        self._database.is_lent = True

    def borrowed(self) -> "Project":
        """The same project for the thread that writes meanwhile; it closes this when it is done.

        No other process can write in between, since the lock stays where it is.
        """
        assert self._database.is_lent, "there would be two writers"
        return Project(self.path, Database.open(self.path, write=True), None)

    def take_back(self) -> None:
        """Write again, after the borrowed project is closed."""
        self._database.is_lent = False

    def close(self) -> None:
        """Close and let others write; closing again does nothing."""
        self._database.close()
        if self._lock:
            self._lock.release()

    def __enter__(self) -> "Project":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _backup_at_open(self) -> None:
        """Back up on opening; ignores a full disk, raises for a damaged file."""
        try:
            self.backup("opened")
        except CuratorError as error:
            if type(error) is not CuratorError:
                raise
            self._database.notices.append(error.sentence)


def _read_settings(database: Database) -> tuple[str, str, SegmentLengths | None, str]:
    """Language, target, clip lengths and encoder; the categories are parsed to validate them."""
    with database.as_stored("the settings"):
        values = dict(database.read("SELECT key, value FROM setting"))
        EmotionSet.from_toml(values["categories"])
        stored = [float(values[key]) for key in LENGTH_KEYS if key in values]
        lengths = SegmentLengths(*stored) if len(stored) == len(LENGTH_KEYS) else None
        encoder = require_encoder(values.get(ENCODER_KEY, RESEMBLYZER))
        return values["language"], values["target"], lengths, encoder
