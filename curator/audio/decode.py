"""Any file people own -> mono float32 at its own rate, or UnreadableAudio with the reason."""

import os
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from curator.audio.av_reader import AvReader
from curator.audio.sniff import HEAD_BYTES, Container, sniff
from curator.audio.soundfile_reader import SoundfileReader
from curator.audio.waveform import Samples
from curator.domain.errors import UnreadableAudio

LOWEST_RATE = 1_000
HIGHEST_RATE = 768_000
"""Hz; beyond these a header is broken, not unusual."""

LONGEST_HOURS = 100
"""A few kB of some codings decode to years of silence; nobody's recording is that long."""

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


class Reader(Protocol):
    """A file open for reading as mono float32 in [-1, 1] (decoders may overshoot a little).

    position: the sample that is read next. promised: how many there should be by the header, or
    None when it does not say. jumps_exactly: whether ``seek`` may be used. silenced: how many
    values were NaN or infinite so far. notes: what people should know about the file, complete
    once all of it is read.
    """

    rate: int
    channels: int
    container: str
    position: int
    promised: int | None
    jumps_exactly: bool
    silenced: int
    notes: list[str]

    def read(self, frames: int) -> Samples:
        """The next ``frames`` samples, fewer only at the end."""
        ...

    def seek(self, frame: int) -> None:
        """Go on reading at ``frame``."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def open_sound(path: Path) -> Reader:
    """Open a file by what is in it; UnreadableAudio if it is not sound."""
    container = _look_into(path)
    reader = _try_both(path, container)
    if not LOWEST_RATE <= reader.rate <= HIGHEST_RATE:
        reader.close()
        raise UnreadableAudio(path, f"it claims {reader.rate} samples a second")
    return reader


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
    try:
        with os.scandir(path):
            return "it is a folder, not a file"
    except OSError as error:
        return f"it is a folder that cannot be listed ({_why(error)})"


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


def blocks(path: Path, seconds: float = 10.0) -> Iterator[Samples]:
    """The whole file as mono float32 at its own rate, ``seconds`` at a time.

    NaN and infinity come as 0.
    """
    with closing(open_sound(path)) as reader:
        frames = max(1, round(seconds * reader.rate))
        while (block := reader.read(frames)).size:
            yield block
            refuse_endless(path, reader)


def refuse_endless(path: Path, reader: Reader) -> None:
    """UnreadableAudio once more has been decoded than anyone records."""
    if reader.position > LONGEST_HOURS * 3600 * reader.rate:
        raise UnreadableAudio(path, f"it is longer than {LONGEST_HOURS} hours")


def _look_into(path: Path) -> Container:
    stated(path)
    try:
        with path.open("rb") as file:
            audio_format = sniff(file.read(HEAD_BYTES))
    except OSError as error:
        raise UnreadableAudio(path, f"it cannot be opened ({_why(error)})") from None
    if isinstance(audio_format, str):
        raise UnreadableAudio(path, audio_format)
    return audio_format


def _try_both(path: Path, container: Container) -> Reader:
    if not container.soundfile:
        return AvReader(path, container)
    try:
        return SoundfileReader(path, container)
    except UnreadableAudio as by_soundfile:
        if not container.demuxer:
            raise UnreadableAudio(
                path, "it is not a kind of sound file this program knows"
            ) from None
        try:
            return AvReader(path, container)
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
