"""Imported audio file, and how its samples are read from the file."""

import hashlib
import json
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

CHANNEL_NAMES = ("left", "right")
"""Names of the first two channels; others are numbered from 1."""

MIX = "mix"
"""Choice of the mean of all channels, also where they cancel each other."""

EACH = "each"
"""Choice of one recording for each channel."""


@dataclass(frozen=True, slots=True)
class SoundChoice:
    """Which sound of a file to import.

    track: number from 1 or title of a sound track; "" is the one with the default flag, else the
    first. channel: MIX, EACH, "left", "right" or a number from 1; "" is the mean of all channels,
    or one of two that cancel each other.
    """

    track: str = ""
    channel: str = ""

    @property
    def index(self) -> int | None:
        """The one channel that is wanted, counted from 0. Raises ValueError if it is none."""
        if self.channel in ("", MIX, EACH):
            return None
        if self.channel in CHANNEL_NAMES:
            return CHANNEL_NAMES.index(self.channel)
        if not self.channel.isdecimal() or int(self.channel) < 1:
            raise ValueError(f"{self.channel!r} is no channel")
        return int(self.channel) - 1

    def of_channel(self, channel: int | None) -> "SoundChoice":
        """The same track, with the channel counted from 0."""
        return SoundChoice(self.track, "" if channel is None else str(channel + 1))


USUAL = SoundChoice()
"""The default track, mixed."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How the samples of a recording are read from its file; fixed at import.

    track: sound track, counted from 0. channel: counted from 0; None is the mean of all channels.
    gain: factor of every sample. gaps: (position, samples) of silence that stands for a gap in the
    time stamps, in samples of the recording, ascending. parts: byte offsets at which a further
    stream begins in a file of several.
    """

    track: int = 0
    channel: int | None = None
    gain: float = 1.0
    gaps: tuple[tuple[int, int], ...] = ()
    parts: tuple[int, ...] = ()

    def to_json(self) -> str:
        """Values other than the defaults as a JSON object."""
        usual = asdict(Decoding())
        values = {key: value for key, value in asdict(self).items() if value != usual[key]}
        return json.dumps(values, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Decoding":
        """The inverse of ``to_json``. Raises ValueError, TypeError or KeyError for other texts."""
        values: dict[str, Any] = json.loads(text)
        if "gaps" in values:
            values["gaps"] = tuple((int(at), int(samples)) for at, samples in values["gaps"])
        if "parts" in values:
            values["parts"] = tuple(map(int, values["parts"]))
        decoding = cls(**values)
        decoding._check()
        return decoding

    def _check(self) -> None:
        """Raise ValueError for values that no import writes."""
        places = [self.track, 0 if self.channel is None else self.channel]
        if any(type(place) is not int or not 0 <= place < MOST_CHANNELS for place in places):
            raise ValueError(f"a track or channel {places}")
        if not isinstance(self.gain, int | float) or not 0 < self.gain < 1e9:
            raise ValueError(f"a gain of {self.gain}")
        if any(samples <= 0 for _, samples in self.gaps):
            raise ValueError("a gap that is empty")
        for offsets in ([0, *self.parts], [-1, *(at for at, _ in self.gaps)]):
            if any(after <= before for before, after in pairwise(offsets)):
                raise ValueError("parts or gaps that are not in order")
        if len(self.parts) > MOST_PARTS:
            raise ValueError(f"{len(self.parts)} parts")

    def key(self, content_hash: str) -> str:
        """Hash of the sound that is read so from a file: the file's own if nothing is special."""
        if self == Decoding():
            return content_hash
        return hashlib.sha256(f"{content_hash} {self.to_json()}".encode()).hexdigest()


MOST_PARTS = 2_000
"""Streams of a file that are read one after the other; each is opened for itself."""

MOST_CHANNELS = 1 << 10
"""Of tracks, too; no decoder reads more."""

PLAIN = Decoding()
"""The mean of the channels of the first track, as it is."""

LOWEST_RATE = 1_000
HIGHEST_RATE = 768_000
"""Hz; beyond these a header is broken, not unusual."""

LONGEST_HOURS = 100
"""A few kB of some codings decode to years of silence; nobody's recording is that long."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Audio file as imported; the file itself is never modified.

    samples: length at ``rate`` Hz. content_hash: SHA-256 of the file's bytes, hex.
    mtime_ns, size: for fast detection of changes. sound_key: identifies the sound and names its
    files in the cache; stays when the file is re-tagged; "" is that of the file. sound_hash:
    SHA-256 of its 16 kHz copy, hex; "" is unknown. notes: what was unusual at import, and what was
    done about it.
    """

    id: int
    path: Path
    content_hash: str
    size: int
    mtime_ns: int
    rate: int
    channels: int
    samples: int
    container: str
    licence: str = ""
    consent: str = ""
    decoding: Decoding = PLAIN
    sound_key: str = ""
    sound_hash: str = ""
    notes: tuple[str, ...] = ()

    @property
    def cache_key(self) -> str:
        """Name of its files in the cache."""
        return self.sound_key or self.decoding.key(self.content_hash)

    @property
    def name(self) -> str:
        """File name without its folder, with track and channel unless they are the usual ones."""
        return display_name(self.path, self.decoding)

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.samples / self.rate


def display_name(path: Path, decoding: Decoding) -> str:
    """File name, with track and channel unless they are the usual ones."""
    parts = [f"track {decoding.track + 1}"] if decoding.track else []
    if decoding.channel is not None:
        parts.append(channel_name(decoding.channel))
    return f"{path.name} ({', '.join(parts)})" if parts else path.name


def channel_name(channel: int) -> str:
    """A channel counted from 0 as people name it: "left", "right", "channel 3"."""
    return CHANNEL_NAMES[channel] if channel < len(CHANNEL_NAMES) else f"channel {channel + 1}"
