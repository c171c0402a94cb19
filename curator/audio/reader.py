"""Protocol of an open sound file."""

from typing import Protocol

from curator.audio.mono import Mixdown
from curator.audio.waveform import Samples
from curator.domain.recording import Decoding

NOTED_S = 0.05
"""Seconds short of the promised length that are noted; codecs round to their packets."""


class Reader(Protocol):
    """A file open for reading as mono float32 in [-1, 1] (decoders may overshoot a little).

    position: the sample that is read next. promised: how many there should be by the header, or
    None when it does not say. jumps_exactly: whether ``seek`` may be used. is_float: whether the
    file holds floats, which may lie beyond full scale. notes: what people should know about the
    file, complete once all of it is read.
    """

    rate: int
    channels: int
    container: str
    position: int
    promised: int | None
    jumps_exactly: bool
    is_float: bool
    notes: list[str]

    @property
    def silenced(self) -> int:
        """How many values were NaN or infinite so far."""
        ...

    @property
    def decoding(self) -> Decoding:
        """How the samples are read, complete once all of them are."""
        ...

    @property
    def mixdown(self) -> Mixdown:
        """What mixes the channels, with what it found out about them."""
        ...

    def read(self, frames: int) -> Samples:
        """The next ``frames`` samples, fewer only at the end."""
        ...

    def seek(self, frame: int) -> None:
        """Go on reading at ``frame``."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...
