"""Reading by FFmpeg (PyAV): m4a, mp4, mkv, webm and all else that libsndfile does not know.

Only local bytes: FFmpeg is given an open file, never a name, is told the container, and may open
nothing else. It decodes forward only, since these codings carry state from packet to packet.
"""

import errno
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import av
import numpy as np
import soxr
from av.stream import Disposition
from numpy.typing import NDArray

from curator.audio.byte_view import ByteView, FileRange
from curator.audio.choice import chosen_channel, chosen_track, require_channel, track_name
from curator.audio.cut_off import is_cut_off, without_cut_fragment
from curator.audio.gaps import GapFinder
from curator.audio.mono import Mixdown
from curator.audio.reader import NOTED_S
from curator.audio.sniff import Container
from curator.audio.waveform import Samples
from curator.domain.errors import UnreadableAudio
from curator.domain.recording import Decoding, SoundChoice

_NO_PROTOCOL = "none"
"""There is no protocol of that name: whatever a file refers to stays closed."""

_TAG_OPTIONS: dict[str, Any] = (
    {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
)
"""PyAV before 19 refuses a file with a tag that is not UTF-8 unless told otherwise; PyAV 19 removed
the argument."""

_FIFO_FRAMES = 1 << 16
_SCALES = {"u8": 1 / 128, "s16": 1 / 32768, "s32": 1 / 2147483648, "s64": 1 / 9223372036854775808}
_KINDS = frozenset({*_SCALES, "flt", "dbl"})

_CHANNELS_PYAV_MISCOUNTS = 8
"""WORKAROUND PyAV (18.1) looks for an empty entry after the channels' planes, which from 8 channels
on is beyond the end of FFmpeg's list: it crashes. Packed samples have one plane."""

_SHORT_S = 1.0
"""Seconds by which a container's stated length may miss what it holds without being cut off."""


_OPUS_HEAD = b"OpusHead"
_PRE_SKIP = slice(10, 12)  # bytes of the header, in samples at 48 kHz


class _Bytes:
    """An open file without a name, so that no name can be taken for an address or a pattern.

    trouble: what went wrong in reading; PyAV prints and drops what is raised in here.
    """

    def __init__(self, file: io.FileIO | ByteView) -> None:
        self.trouble: OSError | None = None
        self._file = file

    def read(self, size: int) -> bytes:
        try:
            return self._file.read(size) or b""
        except OSError as error:
            self.trouble = error
            return b""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError, OverflowError):  # a damaged file points to before its start
            return -errno.EINVAL

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()


class AvReader:
    """A file open for reading as mono. See ``decode.Reader``."""

    jumps_exactly = False

    def __init__(
        self, source: FileRange, container: Container, wanted: Decoding | SoundChoice
    ) -> None:
        self._path = source.path
        self.container = container.name
        self.notes: list[str] = []
        self.position = 0
        self.promised: int | None = None
        self.mixdown = Mixdown(None, 1.0)
        self._wanted = wanted
        self._source = source
        self._resampler: soxr.ResampleStream | None = None
        self._resampled_from = 0
        self._unskipped = 0
        self._bytes = _Bytes(source.open())
        self._av: av.container.InputContainer | None = None
        try:
            self._open(container)
        except BaseException:
            self.close()
            raise

    @property
    def silenced(self) -> int:
        """Values that were NaN or infinite so far."""
        return self.mixdown.silenced

    @property
    def decoding(self) -> Decoding:
        """How the samples are read; with all gaps once all of it is read."""
        if isinstance(self._wanted, Decoding):
            return self._wanted
        return replace(self._decoding, gaps=tuple(self._gaps.found))

    def _open(self, container: Container) -> None:
        try:
            opened = self._opened(container)
        except (av.FFmpegError, OSError, ValueError) as error:
            whole = without_cut_fragment(self._source) if container.demuxer == "mov" else None
            reason = f"it cannot be read as {container.name} ({_one_line(error)})"
            if whole is None:
                raise UnreadableAudio(self._path, reason) from None
            self._bytes.close()
            self._bytes = _Bytes(whole.open())
            try:
                opened = self._opened(container)
            except (av.FFmpegError, OSError, ValueError):
                raise UnreadableAudio(self._path, reason) from None
        self._av = opened
        streams = opened.streams
        if not streams.audio:
            reason = "it has video but no sound" if streams.video else "no track in it can be read"
            raise UnreadableAudio(self._path, reason)
        self._stream = streams.audio[self._track(streams.audio)]
        if self._stream.codec_context is None:
            raise UnreadableAudio(self._path, "its sound is in a coding this program does not know")
        self.is_float = self._stream.codec_context.name.startswith("pcm_f")
        self._blocks = self._decoded()
        self._left = next(self._blocks, np.empty(0, np.float32))
        if not self._left.size:
            raise UnreadableAudio(self._path, "no sound in it can be decoded")

    def _opened(self, container: Container) -> av.container.InputContainer:
        options = {"protocol_whitelist": _NO_PROTOCOL, "format_whitelist": container.demuxer}
        opened: av.container.InputContainer = av.open(
            self._bytes,
            mode="r",
            format=container.demuxer,
            options=options,
            **_TAG_OPTIONS,
        )
        return opened

    def read(self, frames: int) -> Samples:
        """The next ``frames`` samples, fewer only at the end."""
        parts = [self._left[:frames]]
        self._left = self._left[frames:]
        missing = frames - parts[0].size
        while missing > 0 and (block := next(self._blocks, None)) is not None:
            parts.append(block[:missing])
            self._left = block[missing:]
            missing -= parts[-1].size
        self.position += frames - missing
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def seek(self, frame: int) -> None:
        """Cannot: see ``jumps_exactly``."""
        raise NotImplementedError("this coding is read from the start")

    def close(self) -> None:
        """Let go of the file."""
        if self._av is not None:
            self._av.close()
        self._bytes.close()

    def _track(self, tracks: Sequence[av.AudioStream]) -> int:
        """The track to read, counted from 0."""
        if isinstance(self._wanted, Decoding):
            self._decoding = self._wanted
            return min(self._wanted.track, len(tracks) - 1)
        titles = [str(track.metadata.get("title", "")) for track in tracks]
        flagged = [bool(track.disposition & Disposition.default) for track in tracks]
        default = flagged.index(True) if any(flagged) else 0
        number = chosen_track(self._path, self._wanted, titles, default)
        self._decoding = Decoding(track=number)
        if len(tracks) > 1:
            names = ", ".join(map(track_name, range(len(tracks)), titles))
            known = f" ({names})" if any(titles) else ""
            taken = f"track {track_name(number, titles[number])} was taken"
            if not self._wanted.track:
                is_default = flagged[number] and not all(flagged)
                taken = f"its default, {taken}" if is_default else "the first was taken"
            self.notes.append(f"it has {len(tracks)} sound tracks{known}; {taken}")
        return number

    def _decoded(self) -> Iterator[Samples]:
        """Mono blocks. Frames are gathered, as each is only a few milliseconds."""
        self.rate = self.channels = 0
        fifo, shape = av.AudioFifo(), None
        for frame in self._frames():
            if not self.rate:
                self._begin(frame)
            if frame.format.name.removesuffix("p") not in _KINDS:
                self.notes.append(f"its samples are {frame.format.name}, which cannot be used")
                break
            gap = round(self._gaps.before(frame) * self.rate)
            its_shape = (frame.format.name, frame.layout.nb_channels, frame.sample_rate)
            if gap or shape not in (None, its_shape):
                yield from self._mono(fifo.read())
                yield from self._rate_changed(its_shape[2])
                fifo = av.AudioFifo()
                yield from self._silence(gap)
            shape = its_shape
            frame.pts = None  # the fifo would refuse gaps
            fifo.write(frame)
            if fifo.samples >= _FIFO_FRAMES:
                yield from self._mono(fifo.read())
        if self.rate:
            yield from self._mono(fifo.read())
            yield from self._rate_changed(self.rate)
            self.notes += self._gaps.notes()
            self._note_end()

    def _note_end(self) -> None:
        """Note a missing end that the stated length does not show."""
        assert self._av is not None
        shown = (self.promised or 0) - self._gaps.position > NOTED_S * self.rate
        if not shown and is_cut_off(self._source, self._av.format.name.split(",")[0]):
            self.notes.append("it is cut off: its container claims more than is there")

    def _begin(self, frame: av.AudioFrame) -> None:
        """Take the format of the first frame."""
        self.rate, self.channels = frame.sample_rate, frame.layout.nb_channels
        length, unit = self._stream.duration, self._stream.time_base
        if length and unit:
            self.promised = max(0, int((float(length * unit) - _SHORT_S) * self.rate))
        if isinstance(self._wanted, SoundChoice):
            channel = chosen_channel(self._path, self._wanted, self.channels)
            self._decoding = replace(self._decoding, channel=channel)
        else:
            require_channel(self._path, self._wanted.channel, self.channels)
        self.mixdown = Mixdown(self._decoding.channel, self._decoding.gain)
        self._resampled_from = self.rate
        assert self._av is not None
        self._gaps = GapFinder(self._av, self.rate)
        self._gaps.is_on &= isinstance(self._wanted, SoundChoice)

    def _rate_changed(self, rate: int) -> Iterator[Samples]:
        """End resampling from the last rate and begin from another one."""
        if rate == self._resampled_from:
            return
        if self._resampler is not None:
            yield from self._out(self._resampler.resample_chunk(np.empty(0, np.float32), last=True))
        self._resampled_from, self._resampler = rate, None
        if rate != self.rate:
            self._resampler = soxr.ResampleStream(rate, self.rate, 1, "float32", "HQ")
            self.notes.append(f"its sample rate changes to {rate} Hz; that part was resampled")

    def _silence(self, samples: int) -> Iterator[Samples]:
        if samples:
            self._gaps.put_in(samples)
        while samples > 0:
            block = np.zeros(min(samples, _FIFO_FRAMES), np.float32)
            samples -= block.size
            yield from self._out(block)

    def _out(self, block: Samples) -> Iterator[Samples]:
        if block.size:
            self._gaps.position += block.size
            yield block

    def _frames(self) -> Iterator[av.AudioFrame]:
        damaged, started = 0, False
        packets = self._av.demux(self._stream) if self._av else iter(())
        while True:
            try:
                packet = next(packets)
            except (StopIteration, IndexError):
                # WORKAROUND PyAV (18.1) raises IndexError at the end of a file in which another
                # track turned up on the way; our own has been flushed by then.
                break
            except (av.FFmpegError, OSError) as error:
                self.notes.append(f"it is damaged or cut off ({_one_line(error)})")
                break
            if not started:
                started, self._unskipped = True, unskipped_samples(self._stream, packet)
            try:
                yield from packet.decode()
            except av.EOFError:
                break
            except (av.FFmpegError, ValueError):
                damaged += 1
        if self._bytes.trouble:
            reason = f"it cannot be read ({self._bytes.trouble.strerror})"
            raise UnreadableAudio(self._path, reason)
        if damaged:
            self.notes.append(f"{damaged} damaged packets were left out")

    def _mono(self, frame: av.AudioFrame | None) -> Iterator[Samples]:
        if frame is None:
            return
        block = _channels_last(frame)[self._unskipped :]
        self._unskipped = max(0, self._unskipped - frame.samples)
        if not block.shape[0]:
            return
        if self._decoding.channel is not None and block.shape[1] <= self._decoding.channel:
            block = np.zeros((block.shape[0], self._decoding.channel + 1), np.float32)
        mixed = self.mixdown.mix(block, may_be_broken=True)
        if self._resampler is not None:
            mixed = self._resampler.resample_chunk(mixed)
        yield from self._out(mixed)


def unskipped_samples(stream: av.AudioStream, packet: "av.Packet[av.AudioStream]") -> int:
    """Samples of the pre-skip of Opus that FFmpeg leaves at the start of a Matroska file.

    WORKAROUND FFmpeg (8.0) counts them at the rate that the track states, such as 24 kHz; the
    pre-skip in the header of Opus and the decoder are at 48 kHz.
    """
    head = bytes(stream.codec_context.extradata or b"")
    if not head.startswith(_OPUS_HEAD) or len(head) < _PRE_SKIP.stop:
        return 0
    if stream.container.format.name.split(",")[0] != "matroska":
        return 0
    skipped = [
        int.from_bytes(bytes(each)[:4], "little")
        for each in packet.iter_sidedata()
        if each.data_type == "skip_samples"
    ]
    return max(0, int.from_bytes(head[_PRE_SKIP], "little") - sum(skipped)) if skipped else 0


def _channels_last(frame: av.AudioFrame) -> NDArray[np.float32]:
    """(frames, channels) float32 in [-1, 1] of a frame in any sample format."""
    channels = frame.layout.nb_channels
    if frame.format.is_planar and channels >= _CHANNELS_PYAV_MISCOUNTS:
        frame = _packed(frame)
    raw = frame.to_ndarray()
    values = raw.T if frame.format.is_planar else raw.reshape(-1, channels)
    kind = frame.format.name.removesuffix("p")
    if kind == "u8":
        values = values.astype(np.float32) - np.float32(128)
    scale = _SCALES.get(kind)
    if scale is None:
        return np.array(values, np.float32)  # a copy: what is broken will be silenced in place
    return np.multiply(values, np.float32(scale), dtype=np.float32)


def _packed(frame: av.AudioFrame) -> av.AudioFrame:
    """The same samples with the channels of a moment side by side."""
    kind = frame.format.name.removesuffix("p")
    return av.AudioResampler(kind, frame.layout, frame.sample_rate).resample(frame)[0]


def _one_line(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return " ".join(str(text).split()).rstrip(".")
