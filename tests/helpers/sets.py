"""Two projects that share some of their sound, for merging."""

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import soxr

from curator.audio.intake import take_in
from curator.audio.waveform import Samples
from curator.domain.recording import Recording
from curator.store.project import Project
from tests.helpers.factories import a_cut, an_empty_project, say
from tests.helpers.sounds import speech_like, write_coded, write_sound

RATE = 22_050
CLIPS = 4
STEP_S = 4.0
CLIP_S = 3.0
SECONDS = CLIPS * STEP_S


@cache
def show(seed: int) -> Samples:
    """Sixteen seconds that no other seed has."""
    chance = np.random.default_rng(seed)
    parts = [
        speech_like(float(length), RATE, 100 * seed + place)
        for place, length in enumerate(chance.uniform(1.2, 3.0, 12))
    ]
    return np.concatenate(parts)[: round(SECONDS * RATE)].astype(np.float32)


@cache
def _files() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="curator-shows-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _file_of(seed: int, form: str) -> Path:
    sound = show(seed)
    path = _files() / f"show-{seed}-{form}"
    if form == "mp3":
        return write_coded(path.with_suffix(".mp3"), sound, RATE, "libmp3lame", "mp3")
    if form == "ogg":
        return write_sound(path.with_suffix(".ogg"), sound, RATE, format="OGG", subtype="VORBIS")
    if form == "resampled":
        other = soxr.resample(sound, RATE, 44_100).astype(np.float32)
        return write_sound(path.with_suffix(".wav"), other, 44_100)
    if form == "quiet":
        return write_sound(path.with_suffix(".flac"), (0.2 * sound).astype(np.float32), RATE)
    return write_sound(path.with_suffix(".wav"), sound, RATE)


def file_of(folder: Path, seed: int, form: str = "wav") -> Path:
    """A show as a file: as it is, or encoded, resampled or less loud."""
    return Path(shutil.copy(_file_of(seed, form), folder))


def imported(project: Project, path: Path) -> Recording:
    """A file in a project, with its working copy."""
    taken = take_in(path, project.cache)
    return project.recordings.add(
        Recording(
            id=0,
            path=taken.path,
            content_hash=taken.content_hash,
            size=taken.size,
            mtime_ns=taken.mtime_ns,
            rate=taken.rate,
            channels=taken.channels,
            samples=taken.samples,
            container=taken.container,
            licence="CC0",
            consent="by letter",
        )
    )


def a_set(folder: Path, name: str, shows: Sequence[tuple[int, str]]) -> Project:
    """A project with four clips of each show. shows: (seed, form of the file)."""
    project = an_empty_project(folder, f"{name}.curator")
    (folder / name).mkdir()
    for seed, form in shows:
        recording = imported(project, file_of(folder / name, seed, form))
        spans = [(i * STEP_S, min(i * STEP_S + CLIP_S, SECONDS)) for i in range(CLIPS)]
        project.clips.replace_cut(a_cut(recording, spans))
    for clip in project.clips.find():
        say(project, clip.id, f"clip {clip.id} of {clip.recording}")
    return project


def truth(project: Project) -> list[tuple[str, int]]:
    """Of every clip: which show it is from, and which of its clips it is."""
    return [
        (clip.recording.split("-")[1], round(clip.span.start_s(clip.rate) / STEP_S))
        for clip in project.clips.find()
    ]
