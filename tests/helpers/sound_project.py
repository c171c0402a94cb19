"""Projects with sound in them."""

from dataclasses import fields
from pathlib import Path

from curator.audio.intake import take_in
from curator.audio.waveform import Samples
from curator.domain.recording import Recording
from curator.store.project import Project
from tests.helpers.factories import an_empty_project, some_clips
from tests.helpers.sounds import speech_like, write_coded, write_sound

RATE = 48_000


def heard_project(folder: Path, file: Path, clips: int = 8, seconds: float = 2.0) -> Project:
    """A project with one imported file and clips of it, a second apart."""
    project = an_empty_project(folder)
    took = take_in(file, project.cache)
    given = {f.name: getattr(took, f.name) for f in fields(took) if f.name != "notes"}
    some_clips(project, project.recordings.add(Recording(id=0, **given)), clips, seconds)
    return project


def a_file(folder: Path, kind: str, seconds: float = 24.0, rate: int = 44_100) -> Path:
    """A file of speech-like sound: kind "wav", "mp3", "ogg" or "m4a"."""
    sound = speech_like(seconds, rate)
    if kind == "m4a":
        return write_coded(folder / "show.m4a", sound, rate, "aac", "ipod")
    return write_sound(folder / f"show.{kind}", sound, rate)


def source_of(recording: Recording, project: Project, clip: int) -> Samples:
    """The clip's samples as export would cut them."""
    from curator.audio.excerpts import Excerpts

    [(_, _, span)] = project.clips.spans([clip])
    with Excerpts() as excerpts:
        return excerpts.read(recording, span).samples
