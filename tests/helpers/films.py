"""Films and calls with several sound tracks, late sound and gaps, written with PyAV."""

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from av.stream import Disposition

from curator.audio.waveform import Samples

FRAME = 1024
"""Samples of a packet of AAC."""

RATE = 48_000


def write_tracks(
    path: Path, tracks: Sequence[tuple[str, Samples]], default: int | None = None
) -> Path:
    """A Matroska file with titled AAC tracks at 48 kHz. default: the one with the default flag."""
    with av.open(str(path), "w", format="matroska") as out:
        streams = []
        for number, (title, _) in enumerate(tracks):
            stream = out.add_stream("aac", rate=RATE, layout="mono")
            stream.metadata["title"] = title
            stream.disposition = Disposition.default if number == default else Disposition(0)
            streams.append(stream)
        for stream, (_, sound) in zip(streams, tracks, strict=True):
            _encode(out, stream, [(0, sound)])
    return path


def write_call(path: Path, parts: Sequence[tuple[float, Samples]], form: str = "matroska") -> Path:
    """AAC at 48 kHz whose parts begin at the given seconds, with no packets between."""
    with av.open(str(path), "w", format=form) as out:
        stream = out.add_stream("aac", rate=RATE, layout="mono")
        _encode(out, stream, [(round(start * RATE), sound) for start, sound in parts])
    return path


def write_late_film(path: Path, sound: Samples, late_s: float) -> Path:
    """An mp4 film whose sound begins so many seconds after its picture."""
    with av.open(str(path), "w", format="mp4") as out:
        picture = out.add_stream("mpeg4", rate=25)
        picture.width = picture.height = 64
        picture.pix_fmt = "yuv420p"
        stream = out.add_stream("aac", rate=RATE, layout="mono")
        for number in range(round(25 * (late_s + sound.size / RATE))):
            image = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
            image.pts = number
            for packet in picture.encode(image):
                out.mux(packet)
        for packet in picture.encode(None):
            out.mux(packet)
        _encode(out, stream, [(round(late_s * RATE), sound)])
    return path


def _encode(
    out: av.container.OutputContainer,
    stream: av.AudioStream,
    parts: Sequence[tuple[int, Samples]],
) -> None:
    """Whole packets of each part. parts: (first sample on the clock, sound)."""
    for start, sound in parts:
        whole = sound[: sound.size // FRAME * FRAME]
        for at in range(0, whole.size, FRAME):
            frame = av.AudioFrame.from_ndarray(whole[None, at : at + FRAME], "fltp", "mono")
            frame.sample_rate, frame.pts = RATE, start + at
            for packet in stream.encode(frame):
                out.mux(packet)
    for packet in stream.encode(None):
        out.mux(packet)
