"""Recordings and clips as export takes them, and bundles made of them."""

import hashlib
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import soundfile

from curator.audio.excerpts import Excerpts
from curator.audio.waveform import Samples
from curator.domain.clip import Clip
from curator.domain.decision import State
from curator.domain.emotion import EmotionSet
from curator.domain.progress import Progress
from curator.domain.recording import Recording
from curator.domain.resources import resources
from curator.domain.target import Target, read_target
from curator.export.bundle import export
from curator.export.data import ExportData
from curator.export.settings import Exported, ExportSettings
from tests.helpers.factories import a_clip
from tests.helpers.sounds import speech_like, write_sound

RATE = 22_050
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)

# Two-letter words of the code below: any number has its own sentence, with no digit in it.
_LETTERS = "abcdefghij"


def target() -> Target:
    """The target all tests of export are about."""
    return read_target("xtts_v2")


def emotions() -> EmotionSet:
    """The quiz show's categories."""
    text = (resources() / "categories" / "quiz_show.toml").read_text(encoding="utf-8")
    return EmotionSet.from_toml(text)


def a_sentence(number: int) -> str:
    """A sentence that no other number has."""
    word = "".join(_LETTERS[int(digit)] for digit in str(number))
    return f"This is sentence {word}."


@cache
def _speech(seconds: float, rate: int, seed: int) -> Samples:
    return speech_like(seconds, rate, seed)


def a_source(
    folder: Path, name: str = "show.wav", *, seconds: float = 20.0, rate: int = RATE, seed: int = 0
) -> Path:
    """A file of something like speech."""
    return write_sound(folder / name, _speech(seconds, rate, seed), rate)


def as_recording(path: Path, number: int = 1, licence: str = "", consent: str = "") -> Recording:
    """A file as if it had been imported now; soundfile can read it."""
    form = soundfile.info(str(path))
    state = path.stat()
    return Recording(
        id=number,
        path=path,
        content_hash=hashlib.sha256(path.read_bytes()).hexdigest(),
        size=state.st_size,
        mtime_ns=state.st_mtime_ns,
        rate=form.samplerate,
        channels=form.channels,
        samples=form.frames,
        container=form.format.lower(),
        licence=licence,
        consent=consent,
    )


def kept_clips(
    recording: Recording, count: int, *, seconds: float = 2.0, first: int = 1, group: int = 2
) -> list[Clip]:
    """Kept clips one after the other, each with its own sentence, ``group`` to a pause group."""
    known = emotions().keys
    return [
        a_clip(
            first + i,
            start_s=i * seconds,
            seconds=seconds,
            rate=recording.rate,
            text=a_sentence(first + i),
            state=State.KEPT,
            emotion=known[i % len(known)],
            recording_id=recording.id,
            recording=recording.name,
            pause_group=i // group,
            scores={"snr": 20.0 + i},
        )
        for i in range(count)
    ]


def write_bundle(
    out: Path,
    clips: Iterable[Clip],
    recordings: Iterable[Recording],
    progress: Progress | None = None,
    family: Target | None = None,
    **values: object,
) -> Exported:
    """Export clips. family: target. values: fields of ExportSettings or ExportData."""
    of_settings = {field.name for field in fields(ExportSettings)}
    settings = replace(
        ExportSettings(speaker="host"),
        **{key: value for key, value in values.items() if key in of_settings},  # type: ignore[arg-type]
    )
    data = ExportData(
        list(clips),
        {recording.id: recording for recording in recordings},
        family or target(),
        settings,
        "en",
        emotions(),
        created=NOON,
    )
    others = {key: value for key, value in values.items() if key not in of_settings}
    with Excerpts() as excerpts:
        return export(replace(data, **others), excerpts, out, progress)  # type: ignore[arg-type]


def a_bundle(folder: Path, count: int = 12) -> Exported:
    """A bundle in ``folder/bundle`` of clips of ``folder/show.wav``."""
    recording = as_recording(a_source(folder, seconds=count * 2.0))
    return write_bundle(folder / "bundle", kept_clips(recording, count), [recording])


def names(folder: Path) -> list[str]:
    """What is in a folder, hidden things too."""
    return sorted(path.name for path in folder.iterdir())
