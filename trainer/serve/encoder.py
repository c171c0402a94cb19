"""Incremental encoding of speech: bytes of a chunk as soon as they exist."""

import io
import struct
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import numpy as np

from trainer.speech.sound import Sound

PCM_RATE = 24_000  # Hz, of OpenAI's "pcm"; all families that can be trained synthesise at it
UNKNOWN_SIZE = 0xFFFFFFFF  # of a WAV file that is still being written
CONTAINERS = {
    "mp3": ("mp3", "libmp3lame"),
    "aac": ("adts", "aac"),
    "opus": ("ogg", "libopus"),
    "flac": ("flac", "flac"),
}
"""Container and codec of FFmpeg by response format."""
BIT_RATE = 96_000  # of lossy formats; transparent for one voice


class Encoder(Protocol):
    """Encodes consecutive chunks of one sound."""

    def encode(self, sound: Sound) -> bytes:
        """Bytes that the chunk adds, maybe none."""
        ...

    def finish(self) -> bytes:
        """Bytes that were held back."""
        ...


def make_encoder(name: str) -> Encoder:
    """Encoder of a response format."""
    return PcmEncoder(header=name == "wav") if name in ("wav", "pcm") else FfmpegEncoder(name)


def encoded(name: str, chunks: Iterable[Sound]) -> Iterator[bytes]:
    """Bytes of consecutive chunks; no item is empty."""
    encoder = make_encoder(name)
    for chunk in chunks:
        if data := encoder.encode(chunk):
            yield data
    if data := encoder.finish():
        yield data


def as_int16(sound: Sound) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """Samples as 16-bit integers, little-endian."""
    return (np.clip(sound.samples, -1.0, 1.0) * 32767.0).round().astype("<i2")


class PcmEncoder:
    """16-bit mono samples, with or without a WAV header of unknown length."""

    def __init__(self, *, header: bool) -> None:
        self._header = header

    def encode(self, sound: Sound) -> bytes:
        """See Encoder."""
        head = b""
        if self._header:
            self._header = False
            head = _wav_header(sound.rate)
        return head + as_int16(sound).tobytes()

    def finish(self) -> bytes:
        """See Encoder."""
        return b""


class FfmpegEncoder:
    """Compressed format by PyAV."""

    def __init__(self, name: str) -> None:
        self._container_name, self._codec = CONTAINERS[name]
        self._buffer = io.BytesIO()
        self._container: Any = None
        self._stream: Any = None
        self._sent = 0
        self._samples = 0

    def encode(self, sound: Sound) -> bytes:
        """See Encoder."""
        import av

        if self._container is None:
            self._container = av.open(self._buffer, mode="w", format=self._container_name)
            self._stream = self._container.add_stream(self._codec, rate=sound.rate)
            self._stream.layout = "mono"
            if self._codec != "flac":
                self._stream.bit_rate = BIT_RATE
        frame: Any = av.AudioFrame.from_ndarray(as_int16(sound)[None], format="s16", layout="mono")
        frame.sample_rate = sound.rate
        frame.pts = self._samples
        self._samples += len(sound.samples)
        for packet in self._stream.encode(frame):
            self._container.mux(packet)
        return self._new_bytes()

    def finish(self) -> bytes:
        """See Encoder."""
        if self._container is None:
            return b""
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()
        self._container = None
        return self._new_bytes()

    def _new_bytes(self) -> bytes:
        """Bytes written since the last call."""
        data = self._buffer.getbuffer()[self._sent :].tobytes()
        self._sent += len(data)
        return data


def _wav_header(rate: int) -> bytes:
    """Header of 16-bit mono audio of unknown length."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    riff = struct.pack("<4sI4s", b"RIFF", UNKNOWN_SIZE, b"WAVE")
    return riff + form + struct.pack("<4sI", b"data", UNKNOWN_SIZE)
