"""Import of recordings into a project."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from curator.audio.decode import open_sound
from curator.audio.intake import files_below, sweep
from curator.audio.same_sound import has_same_sound
from curator.domain.errors import CuratorError, UnreadableAudio, printable
from curator.domain.intake import Intake
from curator.domain.progress import Progress
from curator.domain.recording import EACH, USUAL, Recording, SoundChoice, display_name
from curator.jobs.context import JobContext
from curator.jobs.job import Job, path_bytes
from curator.jobs.messages import TakenIn, WorkerResult
from curator.jobs.processes import LocalProcesses
from curator.jobs.worker_pool import WorkerPool
from curator.stages import Failed
from curator.store.project import Project
from curator.store.recording_edits import restoration, set_rights

Store = Callable[[Project, Sequence[WorkerResult]], None]
"""Takes the results of workers."""


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A file to import, and which sound of it."""

    path: Path
    choice: SoundChoice = USUAL


def import_paths(
    work: JobContext,
    paths: Iterable[Path],
    *,
    licence: str = "",
    consent: str = "",
    choice: SoundChoice = USUAL,
) -> int:
    """Import files and folders; returns the number of files that failed.

    licence, consent: of new recordings; given for one that is there already, they replace its own.

    A file whose content is in the project already is not imported again; if the old file is gone,
    the recording is relocated to the new path. A re-tagged file (same sound, other bytes) takes the
    place of a file that is gone or changed. choice: which sound of each file.
    """
    watcher = work.watcher
    sweep(work.project.cache)  # left over by a killed import
    paths, missing = _files(paths, watcher)
    files = _chosen(paths, choice)
    watcher.started("import", len(files), 0.0)

    def store(project: Project, results: Sequence[WorkerResult]) -> None:
        for taken in results:
            if isinstance(taken, TakenIn):
                _Adding(project, watcher, licence, consent).add(taken.intake)

    failures = take_in_files(work, files, store)
    watcher.finished()
    return missing + failures


def take_in_files(work: JobContext, files: Sequence[SoundFile], store: Store) -> int:
    """Decode files in worker processes; returns the number that failed."""
    pool = WorkerPool(
        replace(work, executor=LocalProcesses()),  # the files are on this machine
        store,
        describe=lambda item: printable(files[item].path.name),
        seconds_of=_seconds,
    )
    job = Job(
        "import",
        str(work.project.path),
        paths=tuple(path_bytes(file.path) for file in files),
        choices=tuple(file.choice for file in files),
    )
    pool.do(job, range(len(files)))
    return pool.failures


def _seconds(result: WorkerResult | Failed) -> float:
    if not isinstance(result, TakenIn):
        return 0.0
    return result.intake.samples / result.intake.rate


def _files(paths: Iterable[Path], watcher: Progress) -> tuple[list[Path], int]:
    files: list[Path] = []
    missing = 0
    for path in paths:
        try:
            files += files_below([path])
        except CuratorError as error:
            watcher.failed(str(error))
            missing += 1
    return files, missing


def _chosen(paths: Sequence[Path], choice: SoundChoice) -> list[SoundFile]:
    """The files with what is wanted of them: several of one where each channel is."""
    if choice.channel != EACH:
        return [SoundFile(path, choice) for path in paths]
    usual = choice.of_channel(None)
    files = []
    for path in paths:
        try:
            with closing(open_sound(path, usual)) as reader:
                channels = reader.channels
        except UnreadableAudio:
            channels = 1  # the worker says what is wrong with it
        numbers = range(channels) if channels > 1 else (None,)
        files += [SoundFile(path, usual.of_channel(number)) for number in numbers]
    return files


@dataclass(frozen=True, slots=True)
class _Adding:
    """Adds decoded files to a project, or finds the recordings they are."""

    project: Project
    watcher: Progress
    licence: str
    consent: str

    def add(self, intake: Intake) -> None:
        """Add one file."""
        recordings = self.project.recordings
        name = printable(display_name(intake.path, intake.decoding))
        known = recordings.by_key(intake.cache_key) or recordings.by_source(
            intake.content_hash, intake.decoding
        )
        if known is None and not self._replaces(name, intake):
            recordings.add(intake.recording(0, self.licence, self.consent))
        elif known is not None:
            self._again(name, known, intake)
            _add_again(self.project, known, self.licence, self.consent, self.watcher)
        for note in intake.notes:
            self.watcher.noted(f"{name}: {note}")

    def _again(self, name: str, known: Recording, intake: Intake) -> None:
        """A file that is in the project."""
        recordings = self.project.recordings
        if not known.path.exists():
            recordings.relocate(known.id, intake.path)
            self.watcher.noted(f"{name}: {printable(known.name)} relocated to this path.")
        elif known.path != intake.path:
            self.watcher.noted(
                f"{name}: same audio as {printable(known.name)}; not imported again."
            )
        is_as_before = (known.decoding, known.rate) == (intake.decoding, intake.rate)
        if is_as_before and intake.samples > known.samples:
            more = (intake.samples - known.samples) / known.rate
            recordings.lengthen(known.id, intake.samples, intake.notes)
            self.watcher.noted(
                f"{name}: {more:.1f} s that an earlier version did not read were added at its end."
            )
        elif not is_as_before:
            self.watcher.noted(
                f"{name}: it was imported by an earlier version, which read it without what is "
                "said below; its clips stay as they are. Import it into a new project to change it."
            )

    def _replaces(self, name: str, intake: Intake) -> bool:
        """Whether it is a re-tagged file of a recording; its recording then uses this file."""
        recordings, same = self.project.recordings, list[str]()
        for known in recordings.all():
            if not has_same_sound(self.project.cache, known, intake):
                continue
            if known.path != intake.path and _is_unchanged(known):
                same.append(printable(known.name))
                continue
            recordings.replace_file(known.id, intake.recording(0, self.licence, self.consent))
            self.watcher.noted(
                f"{name}: same sound as {printable(known.name)}, in a file with other bytes "
                "(tags); its clips and decisions now belong to this file."
            )
            return True
        if same:
            more = f" and {len(same) - 1} more" if len(same) > 1 else ""
            self.watcher.noted(f"{name}: same sound as {same[0]}{more}.")
        return False


def _is_unchanged(recording: Recording) -> bool:
    """Whether its file is there as it was imported, by size and date."""
    try:
        state = recording.path.stat()
    except OSError:
        return False
    return (state.st_size, state.st_mtime_ns) == (recording.size, recording.mtime_ns)


def _add_again(
    project: Project, known: Recording, licence: str, consent: str, watcher: Progress
) -> None:
    """Restore a removed recording, and take over new texts; both can be undone."""
    name = printable(known.name)
    if known.id in project.recordings.removed():
        act = restoration(project, known.id)
        project.decisions.apply_all(act.label, act.edits)
        watcher.noted(f"{name}: restored with its clips and decisions.")
    new_licence = licence if licence and licence != known.licence else None
    new_consent = consent if consent and consent != known.consent else None
    if new_licence is None and new_consent is None:
        return
    act = set_rights(project, [known.id], licence=new_licence, consent=new_consent)
    project.decisions.apply_all(act.label, act.edits)
    fields = " and ".join(
        name for name, value in (("licence", new_licence), ("consent", new_consent)) if value
    )
    watcher.noted(f"{name}: {fields} updated.")
