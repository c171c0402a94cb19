"""Reading by libsndfile: fast, and exact when jumping about."""

import contextlib
import sys
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from curator.audio import flac_end
from curator.audio.byte_view import ByteView, FileRange, Piece
from curator.audio.choice import chosen_channel, chosen_track, require_channel
from curator.audio.mono import Mixdown
from curator.audio.sniff import Container
from curator.audio.sound_extent import correction, sound_extent
from curator.audio.waveform import Samples, Samples16
from curator.domain.errors import UnreadableAudio
from curator.domain.foreign_files import descriptor, open_regular
from curator.domain.recording import Decoding, SoundChoice

_SIXTEEN_BIT = frozenset({"PCM_16", "PCM_S8", "PCM_U8", "ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM"})
"""Codings that lose nothing as int16, which is several times faster to read than float32."""

_Block = NDArray[np.int16 | np.float32]  # (frames, channels)

_CAREFUL_FRAMES = 512
"""At most this much before a damaged place is lost; packets are longer."""

_PLAIN = frozenset({"FLOAT", "DOUBLE", "ULAW", "ALAW"})

_VALUES_AT_ONCE = 1 << 20
"""Of all channels together: keeps a file with 32 channels as small in memory as one with 1."""


class SoundfileReader:
    """A file open for reading as mono. See ``decode.Reader``."""

    def __init__(
        self, source: FileRange, container: Container, wanted: Decoding | SoundChoice
    ) -> None:
        self._path = path = source.path
        self._source = source
        self.notes: list[str] = []
        self._pieces, claimed, held = _corrected(source)
        self._view: ByteView | None = None
        try:
            self._file = self._opened()
        except OSError as error:
            reason = f"it cannot be opened ({error.strerror})"
            raise UnreadableAudio(path, reason) from None
        except (soundfile.LibsndfileError, TypeError) as error:  # TypeError: called *.raw
            reason = f"it cannot be read as {container.name}{_in_brackets(error)}"
            raise UnreadableAudio(path, reason) from None
        kind = self._file.format
        if kind == "RAW":  # libsndfile takes any bytes for sound when the name ends in .gsm or .vox
            self._close()
            raise UnreadableAudio(path, "it is not a kind of sound file this program knows")
        self._sixteen = self._file.subtype in _SIXTEEN_BIT
        self.is_float = self._may_be_broken = self._file.subtype in ("FLOAT", "DOUBLE")
        self.rate = int(self._file.samplerate)
        self.channels = int(self._file.channels)
        self.container = container.name if container.demuxer else kind.lower()
        self.jumps_exactly = _jumps_exactly(self._file)
        try:
            self.decoding = _resolved(path, wanted, self.channels)
        except UnreadableAudio:
            self._close()
            raise
        self.mixdown = Mixdown(self.decoding.channel, self.decoding.gain)
        self.position = 0
        self.promised: int | None = _plausible(self._file.frames)
        self._ended = False
        if held and claimed is not None:
            self.notes.append(
                f"its header claims {claimed / self.rate:.1f} s of sound; "
                f"it holds {held / self.rate:.1f} s, and all of it was read"
            )
        elif claimed is not None:
            self.promised = claimed

    @property
    def silenced(self) -> int:
        """Values that were NaN or infinite so far."""
        return self.mixdown.silenced

    def _opened(self) -> soundfile.SoundFile:
        if not self._pieces and self._source.is_whole:
            return soundfile.SoundFile(_handle(self._path))
        pieces = self._pieces or ((self._source.start, self._source.end),)
        self._view = ByteView(self._path, pieces)
        try:
            return soundfile.SoundFile(self._view)
        except BaseException:
            self._view.close()
            raise

    def _close(self) -> None:
        self._file.close()
        if self._view is not None:
            self._view.close()  # libsndfile leaves the files of others open

    def read(self, frames: int) -> Samples:
        """The next ``frames`` samples, fewer only at the end."""
        at_once = max(1, _VALUES_AT_ONCE // self.channels)
        if frames <= at_once:
            return self._some(frames)
        parts = []
        while frames > 0:
            part = self._some(min(frames, at_once))
            if not part.size:
                break
            parts.append(part)
            frames -= part.size
        return np.concatenate(parts) if parts else np.empty(0, np.float32)

    def read16(self, frames: int) -> Samples16 | None:
        """The next ``frames`` samples of a mono 16-bit file as they are in it.

        None when it is none, or damaged, or ends before; then ``read`` has to be asked.
        """
        is_plain = self.channels == 1 and self.decoding.gain == 1
        if self._file.subtype != "PCM_16" or not is_plain or self._ended:
            return None
        try:
            samples: Samples16 = self._file.read(frames, dtype="int16")
        except soundfile.LibsndfileError:
            samples = np.empty(0, np.int16)
        if len(samples) < frames:
            self._close()  # after an error not even jumping works
            self._file = self._opened()
            self._file.seek(self.position)
            return None
        self.position += frames
        return samples

    def seek(self, frame: int) -> None:
        """Go on reading at ``frame``; only where ``jumps_exactly``."""
        if frame == self.position:
            return
        self.position = min(frame, self._file.frames)
        self._ended = False
        try:
            self._file.seek(self.position)
        except soundfile.LibsndfileError:  # beyond where a damaged file can be read
            self._ended = True

    def close(self) -> None:
        """Let go of the file."""
        self._close()

    def _block(self, frames: int) -> _Block:
        dtype = "int16" if self._sixteen else "float32"
        block: _Block = self._file.read(frames, dtype=dtype, always_2d=True)
        return block

    def _up_to_damage(self, frames: int) -> _Block:
        """What can be read before the damage: a read that fails gives nothing of what it read."""
        parts: list[_Block] = [np.empty((0, self.channels), np.float32)]
        self._close()  # after an error not even jumping works
        with contextlib.suppress(soundfile.LibsndfileError):
            self._file = self._opened()
            self._file.seek(self.position)
            parts = [self._block(min(_CAREFUL_FRAMES, frames))]
            while len(parts[-1]) and (frames := frames - len(parts[-1])) > 0:
                parts.append(self._block(min(_CAREFUL_FRAMES, frames)))
        return np.concatenate(parts)

    def _some(self, frames: int) -> Samples:
        if self._ended:
            return np.empty(0, np.float32)
        try:
            block = self._block(frames)
            self._ended = len(block) < frames
        except soundfile.LibsndfileError as error:
            block = self._up_to_damage(frames)
            self._ended = True
            seconds = (self.position + len(block)) / self.rate
            self.notes.append(f"it is damaged after {seconds:.1f} s{_in_brackets(error)}")
        self.position += len(block)
        return self.mixdown.mix(block, self._may_be_broken)


def _handle(path: Path) -> str | int:
    """The file as libsndfile takes it: without a name, which it would draw conclusions from.

    "-" would be standard input, and names that are not UTF-8 could not be passed. On Windows a
    descriptor of Python's means nothing to libsndfile.
    """
    if sys.platform == "win32":
        return str(path.absolute())
    return descriptor(path)


def _jumps_exactly(file: soundfile.SoundFile) -> bool:
    """Whether the same samples come after a jump as in one run.

    Measured: not in mp3 (some places in low bit rates never), Vorbis (it lands elsewhere) and Opus
    (slightly different for seconds). Codings nobody has measured are not trusted either.
    """
    plain = file.subtype.startswith("PCM_") or file.subtype in _PLAIN
    return plain and file.format != "OGG" and bool(file.seekable())


def _in_brackets(error: Exception) -> str:
    """What libsndfile says, as the end of a sentence; it does not always say something."""
    words = " ".join(str(getattr(error, "error_string", "")).split())
    words = words.removeprefix("Error : ").rstrip(". ")
    return f" ({words})" if words else ""


_MOST_FRAMES = 1 << 40
"""libsndfile says 2^63 - 1 when a header does not tell; nobody has a year of sound in one file."""


def _plausible(frames: int) -> int | None:
    return frames if 0 < frames < _MOST_FRAMES else None


def _corrected(source: FileRange) -> tuple[tuple[Piece, ...], int | None, int]:
    """(pieces with a corrected header, samples claimed, samples held).

    No pieces where the header is right. Held is 0 where the file holds no more than it claims.
    """
    stated, end = flac_end.stated_samples(source), flac_end.last_sample(source)
    if end is not None and stated < end:
        with open_regular(source.path) as file:
            file.seek(source.start)
            head = bytearray(file.read(42))
        whole = int.from_bytes(head[21:26], "big") >> 36 << 36 | min(end, (1 << 36) - 1)
        head[21:26] = whole.to_bytes(5, "big")
        return (bytes(head), (source.start + 42, source.end)), stated or None, end
    extent = sound_extent(source)
    if extent is None or not extent.frame_bytes or extent.claimed is None:
        return (), None, 0
    held, claimed = extent.stop - extent.start, extent.claimed // extent.frame_bytes
    if extent.beyond:
        fixed = correction(source)
        return fixed.pieces if fixed else (), claimed, held // extent.frame_bytes
    return (), claimed if extent.claimed > held else None, 0


def _resolved(path: Path, wanted: Decoding | SoundChoice, channels: int) -> Decoding:
    """Raises UnreadableAudio where a track or channel is wanted that is not there."""
    if isinstance(wanted, Decoding):
        require_channel(path, wanted.channel, channels)
        return wanted
    track = chosen_track(path, wanted, [""], default=0)
    return Decoding(track=track, channel=chosen_channel(path, wanted, channels))
