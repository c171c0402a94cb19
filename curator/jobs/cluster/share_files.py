"""Files that workers on other machines need: the project file and the sound of a share."""

import hashlib
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from curator.audio.cache import peaks_path, sound_path
from curator.audio.derived import derived_path, derived_recording
from curator.domain.errors import CuratorError, printable
from curator.domain.recipe import hash_of
from curator.domain.recording import Recording
from curator.jobs.cleaning_worker import STAGES as CLEANING
from curator.jobs.cluster.shared_file import CACHE, SOURCES, SharedFile
from curator.jobs.job import Job
from curator.jobs.step_table import step_of
from curator.jobs.versions import versions
from curator.stages.cleaning.recipes import of_recordings, parsed
from curator.stages.cleaning.versions import Versions
from curator.store.connection import FILE
from curator.store.project import Project
from curator.weights.folder import hash_of as content_hash_of

READS_SOURCES = frozenset({"score", "overlap", "quality", "clean", "try"})
"""Stages that read recordings at their own rate, not only their working copies."""


def snapshot(project: Path, folder: Path) -> SharedFile:
    """Copy the project file as it is now; the name of the copy is the hash of its content."""
    target = folder / FILE
    target.unlink(missing_ok=True)
    uri = f"{(project / FILE).absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise CuratorError(
            f"{printable(project.name)} could not be copied for the nodes: {error}.",
            "Free some space for temporary files, and run the command again to continue.",
        ) from error
    digest = content_hash_of(target)
    status = target.stat()
    return SharedFile(
        str(target), f"{digest}.sqlite", FILE, status.st_size, status.st_mtime_ns, digest
    )


def fingerprint_files(project: Project, job: Job) -> Iterator[SharedFile]:
    """Working copies of a share of fingerprints, which names them by cache key."""
    for item in job.items:
        for path in (sound_path, peaks_path):
            file = path(project.cache, job.paths[item].decode())
            yield from _file(file, f"{CACHE}/{file.name}")


def recordings_of(project: Project, jobs: Sequence[Job]) -> list[set[int]]:
    """Recordings of each share, by id."""
    if _is_by_recording(jobs[0].stage):
        return [set(job.items) for job in jobs]
    clips = {clip for job in jobs for clip in job.items}
    owner = {clip: number for clip, number, _ in project.clips.spans(clips)}
    return [{owner[clip] for clip in job.items if clip in owner} for job in jobs]


def _is_by_recording(stage: str) -> bool:
    return stage == "clean" if stage in CLEANING else step_of(stage).item == "recording"


def files_of(project: Project, job: Job, recordings: Collection[int]) -> Iterator[SharedFile]:
    """Sound of a share; what is missing here is left out, and the worker reports its items."""
    cleaned = versions(project)
    recipes = {cleaned.of_clips[clip] for clip in job.items if clip in cleaned.of_clips}
    if _is_by_recording(job.stage):
        recipes = set()
    for number in sorted(recordings):
        recording = project.recordings.get(number)
        yield from _working_copy(project.cache, recording, recording.sound_hash)
        if job.stage in READS_SOURCES:
            place = f"{SOURCES}/{recording.content_hash}/{recording.path.name}"
            yield from _file(recording.path, place, recording.content_hash)
        keys = [_key(cleaned, recipe) for recipe in recipes]
        if job.stage == "guard":
            keys.append(hash_of(of_recordings(parsed(job.recipe).steps)))
        for key in filter(None, keys):
            yield from _cleaned(project.cache, recording, key)


def _key(cleaned: Versions, recipe: str) -> str:
    steps = of_recordings(cleaned.recipe(recipe).steps)
    return hash_of(steps) if steps else ""


def _working_copy(cache: Path, recording: Recording, sha256: str = "") -> Iterator[SharedFile]:
    key = recording.cache_key
    yield from _file(sound_path(cache, key), f"{CACHE}/{sound_path(cache, key).name}", sha256)
    yield from _file(peaks_path(cache, key), f"{CACHE}/{peaks_path(cache, key).name}")


def _cleaned(cache: Path, recording: Recording, key: str) -> Iterator[SharedFile]:
    derived = derived_recording(recording, cache, key)
    if derived is None:
        return
    path = derived_path(cache, recording.cache_key, key)
    yield from _file(path, f"{CACHE}/{path.name}", derived.content_hash)
    yield from _file(path.with_suffix(".json"), f"{CACHE}/{path.stem}.json")
    yield from _working_copy(cache, derived)


def _file(path: Path, place: str, sha256: str = "") -> Iterator[SharedFile]:
    """The file, unless it is missing. sha256: of its content, if that is known."""
    try:
        status = path.stat()
    except OSError:
        return
    # A copy of the same name and time has the same content: names begin with hashes of sources.
    name = (
        sha256
        or hashlib.sha256(
            f"{place}:{status.st_size}:{status.st_mtime_ns}".encode("utf-8", "surrogateescape")
        ).hexdigest()
    )
    yield SharedFile(str(path), name, place, status.st_size, status.st_mtime_ns, sha256)
