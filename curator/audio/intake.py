"""Import of a file in one pass: hash, length, peaks and the 16 kHz copy for all stages."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from curator.audio.cache import (
    SoundCopy,
    cached16,
    is_cached,
    make_folder,
    peaks_path,
    sound_path,
    sweep,
)
from curator.audio.decode import open_sound, refuse_endless, stated
from curator.audio.encode import PartFile
from curator.audio.peaks import PeaksWriter
from curator.audio.reader import NOTED_S, Reader
from curator.audio.waveform import Samples
from curator.domain.errors import CuratorError, MissingSource, UnreadableAudio, printable
from curator.domain.foreign_files import open_regular
from curator.domain.intake import Intake
from curator.domain.recording import (
    MIX,
    USUAL,
    Decoding,
    Recording,
    SoundChoice,
    channel_name,
)

__all__ = [
    "cached16",
    "content_hash",
    "files_below",
    "is_cached",
    "rebuild_cache",
    "sweep",
    "take_in",
]

_SOUND = (
    ".aac .aif .aifc .aiff .amr .ape .au .caf .flac .m4a .m4b .mka .mp3 .oga .ogg "
    ".opus .rf64 .snd .sph .spx .tta .voc .w64 .wav .wave .wma .wv "
)
_VIDEO = ".3g2 .3gp .avi .flv .m4v .mkv .mov .mp4 .mpeg .mpg .mts .ogv .ts .webm .wmv "
SUFFIXES = frozenset(f"{_SOUND} {_VIDEO}".split())
"""What is looked at in folders. Files named by people are always looked at."""

_FRAMES_AT_ONCE = 1 << 16
_HASH_BYTES = 1 << 20
_SATURATED = 32_767
_OVERSHOOT = 1.26
"""Times full scale (2 dB) that decoders of lossy codings make of sound at full scale; it is clipped
as every player does, so that sound clipped before coding is still recognised."""

LOUDEST_SHOWN = 1_000_000
"""Times full scale; floating-point files hold any number."""

_LOUDEST_KEPT = 32_767 / 32_768


def files_below(paths: Iterable[Path]) -> Iterator[Path]:
    """Files below ``paths``: folders walked in order, without hidden ones and projects.

    What is named itself always comes, also when it is missing: ``take_in`` then says so. A folder
    that cannot be listed comes as itself for the same reason.
    """
    seen: set[str] = set()
    for named in paths:
        is_folder = os.path.isdir(named)  # noqa: PTH112 - Path.is_dir raises where it may not look
        for path in _walked(named) if is_folder else (named,):
            if (absolute := os.path.abspath(path)) not in seen:  # noqa: PTH100 - keeps symlinks
                seen.add(absolute)
                yield path


def _walked(folder: Path) -> Iterator[Path]:
    unlisted: list[Path] = []

    def remember(error: OSError) -> None:
        unlisted.append(Path(error.filename))

    for top, folders, names in os.walk(folder, onerror=remember):
        yield from unlisted
        unlisted.clear()
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not name.endswith(".curator")
        )
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(top, name)
    yield from unlisted


class _RunningHash:
    """SHA-256 of a file, read along with the decoder so that the disk is asked only once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hash = hashlib.sha256()
        try:
            self._file = open_regular(path)
        except OSError as error:
            raise UnreadableAudio(path, f"it cannot be opened ({error.strerror})") from None

    def advance(self) -> bool:
        """Take the next part; False at the end."""
        try:
            part = self._file.read(_HASH_BYTES)
        except OSError as error:
            raise UnreadableAudio(self._path, f"it cannot be read ({error.strerror})") from None
        self._hash.update(part)
        return bool(part)

    def finish(self) -> str:
        """Take all the rest; the hash in hex."""
        while self.advance():
            pass
        return self._hash.hexdigest()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class _CacheFiles:
    """The 16 kHz copy and the peaks while they are written."""

    def __init__(self, cache: Path, rate: int) -> None:
        self._cache = cache
        with _cache_trouble(cache), ExitStack() as parts:
            make_folder(cache)
            self._sound_part = PartFile(cache)
            parts.callback(self._sound_part.discard)
            self._peaks_part = PartFile(cache)
            self.peaks = PeaksWriter(self._peaks_part.file, rate)
            self._sound = SoundCopy(self._sound_part.file, rate)
            parts.pop_all()

    def write(self, block: Samples) -> None:
        """Take the next samples."""
        with _cache_trouble(self._cache):
            self._sound.write(block)
            self.peaks.write(block)

    def keep(self, key: str) -> str:
        """Finish both and give them their names; returns the hash of the 16 kHz copy, hex."""
        with _cache_trouble(self._cache):
            self._sound.finish()
            self.peaks.finish()
            # The sound is only taken for whole beside its peaks, so it comes first.
            self._sound_part.keep_as(sound_path(self._cache, key))
            self._peaks_part.keep_as(peaks_path(self._cache, key))
        return sound_hash(self._cache, key)

    def close(self) -> None:
        """Remove what did not get its name."""
        self._sound_part.discard()
        self._peaks_part.discard()


@contextmanager
def _cache_trouble(cache: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CuratorError(
            f"The cache in {printable(str(cache))} cannot be written ({error.strerror}).",
            "Free some space there or make it writable, and import again.",
        ) from error


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    stated(path)
    with closing(_RunningHash(path)) as running:
        return running.finish()


def sound_hash(cache: Path, key: str) -> str:
    """SHA-256 of a 16 kHz copy in the cache, hex."""
    with open_regular(sound_path(cache, key), follow=False) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def take_in(path: Path, cache: Path, choice: SoundChoice = USUAL) -> Intake:
    """Decode a file: its hash and length, and in ``cache`` its 16 kHz copy and its peaks.

    A second time where channels cancel each other or samples lie beyond full scale, which is only
    known at the end. UnreadableAudio if the file holds no sound, or not the track or channel;
    CuratorError if the cache cannot be written.
    """
    return _take_in(path, cache, choice)


def take_in_as(path: Path, cache: Path, known: Recording) -> Intake:
    """Decode a file as a recording was; raises as ``take_in``."""
    return _take_in(path, cache, known.decoding)


def _take_in(
    path: Path,
    cache: Path,
    wanted: Decoding | SoundChoice,
    notes: tuple[str, ...] = (),
    known: Recording | None = None,
) -> Intake:
    """notes: of earlier passes. known: the recording this has to be, up to its length."""
    before = stated(path)
    with (
        closing(open_sound(path, wanted)) as reader,
        closing(_RunningHash(path)) as running,
        closing(_CacheFiles(cache, reader.rate)) as files,
    ):
        loudest = 0.0
        while (block := reader.read(_next_frames(reader, known))).size:
            refuse_endless(path, reader)
            files.write(block)
            if files.peaks.loudest >= _SATURATED:
                loudest = max(loudest, float(np.abs(block).max()))
            running.advance()
        if not reader.position:
            raise UnreadableAudio(path, "it holds no samples", "It may be cut off or damaged.")
        if isinstance(wanted, SoundChoice):
            again, notes = _second_pass(reader, wanted, loudest)
            if again is not None:
                return _take_in(path, cache, again, notes)
        elif known is None:
            again, more = _scaled(reader, loudest)
            if again is not None:
                return _take_in(path, cache, again, (*notes, *more))
        hash_hex = running.finish()
        after = stated(path)
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise UnreadableAudio(path, "it was changed while it was read", "Import it again.")
        if known is not None and hash_hex != known.content_hash:
            raise MissingSource(
                f"{printable(known.name)} is no longer the file that was imported.",
                "Put the original back, or import the new one: a file with the same sound takes "
                "its place, another becomes a recording of its own.",
            )
        key = known.cache_key if known else reader.decoding.key(hash_hex)
        return Intake(
            path=Path(os.path.realpath(path)),  # Path.resolve raises on a loop of links
            content_hash=hash_hex,
            size=before.st_size,
            mtime_ns=before.st_mtime_ns,
            rate=reader.rate,
            channels=reader.channels,
            samples=reader.position,
            container=reader.container,
            notes=tuple(dict.fromkeys((*notes, *_notes(reader, files.peaks.loudest)))),
            decoding=reader.decoding,
            sound_hash=files.keep(key),
        )


def _next_frames(reader: Reader, known: Recording | None) -> int:
    if known is None:
        return _FRAMES_AT_ONCE
    return max(0, min(_FRAMES_AT_ONCE, known.samples - reader.position))


def _second_pass(
    reader: Reader, choice: SoundChoice, loudest: float
) -> tuple[Decoding | None, tuple[str, ...]]:
    """How to read the file again, or None; and what to say about it."""
    notes: list[str] = []
    mixdown = reader.mixdown
    if mixdown.cancels:
        opposite = "its channels are of nearly opposite phase"
        if choice.channel == MIX:
            notes.append(f"{opposite} and cancel each other in the mix, as chosen")
        else:
            side = channel_name(mixdown.louder)
            notes += reader.notes
            notes.append(f"{opposite} and would cancel each other; the {side} one was taken")
            return replace(reader.decoding, channel=mixdown.louder), tuple(notes)
    elif mixdown.is_of_two_sounds:
        notes.append(
            "its two channels hold different sound, which was mixed; import it with one recording "
            "a channel to keep them apart"
        )
    again, more = _scaled(reader, loudest)
    if again is not None:
        notes += reader.notes  # what only the first pass finds
    return again, (*notes, *more)


def _scaled(reader: Reader, loudest: float) -> tuple[Decoding | None, tuple[str, ...]]:
    """A gain that brings the loudest sample to full scale, if it is needed."""
    if loudest <= (1.0 if reader.is_float else _OVERSHOOT):
        return None, ()
    times = f"{loudest:.2f}" if loudest < 10 else f"{loudest:.0f}"
    if loudest > LOUDEST_SHOWN:
        times = f"over {LOUDEST_SHOWN:,}"
    note = f"its loudest sample is {times} times full scale; all of it was scaled to full scale"
    gain = reader.decoding.gain * gain_to_full_scale(loudest)
    return replace(reader.decoding, gain=gain), (note,)


def gain_to_full_scale(loudest: float) -> float:
    """Factor that brings samples beyond full scale to it; 1.0 where there are none."""
    return _LOUDEST_KEPT / loudest if loudest > 1.0 else 1.0


def _notes(reader: Reader, loudest16: int) -> tuple[str, ...]:
    """What people should know about a file that was taken in all the same."""
    notes = []
    short = (reader.promised or 0) - reader.position
    if short > NOTED_S * reader.rate:
        there, promised = reader.position / reader.rate, (reader.promised or 0) / reader.rate
        notes.append(f"it ends early: {there:.1f} s of {promised:.1f} s are there")
    notes += reader.notes
    if reader.silenced:
        noun = "sample was" if reader.silenced == 1 else "samples were"
        notes.append(f"{reader.silenced} {noun} not a finite number and silenced")
    if loudest16 == 0:
        notes.append("it is silent throughout")
    return tuple(notes)


def rebuild_cache(recording: Recording, cache: Path) -> None:
    """Make a recording's part of the cache again; MissingSource if its file is gone or changed."""
    try:
        _take_in(recording.path, cache, recording.decoding, known=recording)
    except UnreadableAudio as error:
        raise MissingSource(
            f"{printable(recording.name)} cannot be read any more: {error.reason}.",
            f"It was imported from {printable(str(recording.path))}. Put it back there.",
        ) from error
