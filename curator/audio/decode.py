"""Any file people own -> mono float32 at its own rate, or UnreadableAudio with the reason."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from curator.audio import flac_end, ogg_chain
from curator.audio.av_reader import AvReader
from curator.audio.byte_view import FileRange
from curator.audio.pieced_readers import ChainReader, SilenceReader
from curator.audio.reader import Reader
from curator.audio.sniff import HEAD_BYTES, Container, id3_bytes, sniff
from curator.audio.sound_extent import sound_extent
from curator.audio.soundfile_reader import SoundfileReader
from curator.audio.waveform import Samples
from curator.domain.errors import UnreadableAudio
from curator.domain.recording import (
    HIGHEST_RATE,
    LONGEST_HOURS,
    LOWEST_RATE,
    MOST_PARTS,
    USUAL,
    Decoding,
    SoundChoice,
)

COUNTING_FRAMES = 1 << 18


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """What a file holds.

    rate: Hz. samples: length at that rate, exact. container: "wav", "mp4"...
    """

    rate: int
    channels: int
    samples: int
    container: str


def open_sound(path: Path, wanted: Decoding | SoundChoice = USUAL) -> Reader:
    """Open a file by what is in it; UnreadableAudio if it is not sound.

    wanted: how a recording was read when it was imported, or the choice of a new one.
    """
    stated(path)
    whole = FileRange(path)
    container, whole = _look_into(whole)
    parts = wanted.parts if isinstance(wanted, Decoding) else _further_parts(whole, container)
    if len(parts) > MOST_PARTS:
        raise UnreadableAudio(path, f"it holds more than {MOST_PARTS:,} streams, one after another")
    if parts:
        reader: Reader = ChainReader(whole, parts, wanted, _open_part)
    else:
        reader = _try_both(whole, container, wanted)
    if isinstance(wanted, Decoding) and wanted.gaps:
        reader = SilenceReader(reader, wanted)
    if not LOWEST_RATE <= reader.rate <= HIGHEST_RATE:
        reader.close()
        raise UnreadableAudio(path, f"it claims {reader.rate} samples a second")
    return reader


def _open_part(part: FileRange, wanted: Decoding | SoundChoice) -> Reader:
    container, part = _look_into(part)
    return _try_both(part, container, wanted)


def _further_parts(whole: FileRange, container: Container) -> tuple[int, ...]:
    """Offsets of streams after the first of a file that holds several."""
    if container.demuxer == "ogg":
        return ogg_chain.parts(whole)
    if container.name == "flac":
        return flac_end.parts(whole)
    extent = sound_extent(whole)
    return extent.parts if extent else ()


def stated(path: Path) -> os.stat_result:
    """The file's size and times; UnreadableAudio if it is not a file that can be read."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise UnreadableAudio(path, "there is no such file or folder") from None
    except (OSError, ValueError) as error:
        raise UnreadableAudio(path, f"it cannot be looked at ({_why(error)})") from None
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableAudio(path, _of_folder(path))
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableAudio(path, "it is not a file but a device, pipe or socket")
    if status.st_size == 0:
        raise UnreadableAudio(path, "it is empty")
    return status


def _of_folder(path: Path) -> str:
    if os.access(path, os.R_OK | os.X_OK):
        return "it is a folder, not a file"
    return f"it is a folder that cannot be listed ({os.strerror(errno.EACCES)})"


def probe(path: Path) -> SoundFormat:
    """What a file holds; decodes all of it where the header cannot be trusted."""
    with closing(open_sound(path)) as reader:
        samples = _counted_by_jump(reader)
        if samples is None:
            reader.close()
            samples = sum(block.size for block in blocks(path))
        if samples == 0:
            raise UnreadableAudio(path, "it holds no samples")
        return SoundFormat(reader.rate, reader.channels, samples, reader.container)


def blocks(
    path: Path, seconds: float = 10.0, wanted: Decoding | SoundChoice = USUAL
) -> Iterator[Samples]:
    """The whole file as mono float32 at its own rate, ``seconds`` at a time.

    NaN and infinity come as 0.
    """
    with closing(open_sound(path, wanted)) as reader:
        frames = max(1, round(seconds * reader.rate))
        while (block := reader.read(frames)).size:
            yield block
            refuse_endless(path, reader)


def refuse_endless(path: Path, reader: Reader) -> None:
    """UnreadableAudio once more has been decoded than anyone records."""
    if reader.position > LONGEST_HOURS * 3600 * reader.rate:
        raise UnreadableAudio(path, f"it is longer than {LONGEST_HOURS} hours")


def _look_into(source: FileRange) -> tuple[Container, FileRange]:
    """What a file is, and where it begins: after a tag that does not belong to its kind."""
    path = source.path
    try:
        head = _head(source)
        tag = id3_bytes(head)
        if tag and source.start + tag < source.end:
            after = FileRange(path, source.start + tag, source.stop)
            behind = sniff(_head(after))
            if isinstance(behind, Container) and behind.demuxer not in ("mp3", "aac", ""):
                return behind, after
        audio_format = sniff(head)
    except OSError as error:
        raise UnreadableAudio(path, f"it cannot be opened ({_why(error)})") from None
    if isinstance(audio_format, str):
        raise UnreadableAudio(path, audio_format)
    return audio_format, source


def _head(source: FileRange) -> bytes:
    with closing(source.open()) as file:
        return file.read(HEAD_BYTES) or b""


def _try_both(source: FileRange, container: Container, wanted: Decoding | SoundChoice) -> Reader:
    if not container.soundfile:
        return AvReader(source, container, wanted)
    try:
        return SoundfileReader(source, container, wanted)
    except UnreadableAudio as by_soundfile:
        if not container.demuxer:
            raise UnreadableAudio(
                source.path, "it is not a kind of sound file this program knows"
            ) from None
        try:
            return AvReader(source, container, wanted)
        except UnreadableAudio:
            raise by_soundfile from None


def _counted_by_jump(reader: Reader) -> int | None:
    """The promised number of samples if the last of them, and nothing after it, is there."""
    if not reader.jumps_exactly or not reader.promised:
        return None
    reader.seek(reader.promised - 1)
    return reader.promised if reader.read(2).size == 1 else None


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
