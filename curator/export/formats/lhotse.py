"""Lhotse recordings, supervisions and cuts; no audio is written.

A recording of several channels gives cuts of all of them, since clips are heard as their mean,
unless one of them was imported.
"""

import gzip
from collections.abc import Iterable
from typing import Any

import msgspec

from curator.domain.clip import Clip
from curator.domain.errors import CuratorError, printable
from curator.domain.languages import folded
from curator.domain.recording import Recording
from curator.export.checks import language_of
from curator.export.contents import clip_name
from curator.export.formats import Listing

LABEL = "Lhotse (refers to the recordings)"
HAS_SOUNDS = False

DIGITS = 9  # of seconds: far below a sample


def files(listing: Listing) -> dict[str, bytes]:
    """Manifests of the kept clips only, since they are for training."""
    kept = [clip for clip in listing.clips if clip.state == "kept"]
    recordings = {clip.recording_id: listing.recordings[clip.recording_id] for clip in kept}
    described = {key: _recording(each, listing.names[key]) for key, each in recordings.items()}
    supervisions = {clip.id: _supervision(clip, recordings, listing) for clip in kept}
    cuts = (_cut(clip, described[clip.recording_id], supervisions[clip.id]) for clip in kept)
    return {
        "recordings.jsonl.gz": _packed(described.values()),
        "supervisions.jsonl.gz": _packed(supervisions.values()),
        "cuts.jsonl.gz": _packed(cuts),
    }


def _recording(recording: Recording, name: str) -> dict[str, Any]:
    path = str(recording.path)
    if not path.isprintable() and printable(path) != path:
        raise CuratorError(f"{printable(path)} has a name that Lhotse cannot read.", "Rename it.")
    if recording.decoding.track:
        raise CuratorError(
            f"{printable(recording.name)} is not the first track of its file, and Lhotse reads no "
            "other.",
            "Export with the sounds instead, for example: --format nemo",
        )
    channels = list(range(recording.channels))
    samples = _in_file(recording, recording.samples)
    return {
        "id": name,
        "sources": [{"type": "file", "channels": channels, "source": path}],
        "sampling_rate": recording.rate,
        "num_samples": samples,
        "duration": samples / recording.rate,
        "channel_ids": channels,
    }


def _channel(recording: Recording) -> int | list[int]:
    if recording.decoding.channel is not None:
        return recording.decoding.channel
    return 0 if recording.channels == 1 else list(range(recording.channels))


def _in_file(recording: Recording, sample: int) -> int:
    """A sample without the silence that stands for gaps: decoders read the file without them."""
    silence = sum(min(length, sample - at) for at, length in recording.decoding.gaps if at < sample)
    return sample - silence


def _supervision(clip: Clip, recordings: dict[int, Recording], listing: Listing) -> dict[str, Any]:
    recording = recordings[clip.recording_id]
    start, stop = (_in_file(recording, at) / clip.rate for at in (clip.span.start, clip.span.stop))
    return {
        "id": clip_name(clip),
        "recording_id": listing.names[clip.recording_id],
        "start": round(start, DIGITS),
        "duration": round(stop - start, DIGITS),
        "channel": _channel(recording),
        "text": folded(clip.text),
        "language": language_of(clip, listing.language),
        "speaker": listing.speaker,
        "custom": {"emotion": clip.emotion},
    }


def _cut(clip: Clip, recording: dict[str, Any], supervision: dict[str, Any]) -> dict[str, Any]:
    several = isinstance(supervision["channel"], list)
    return {
        "id": supervision["id"],
        "start": supervision["start"],
        "duration": supervision["duration"],
        "channel": supervision["channel"],
        "supervisions": [{**supervision, "start": 0.0}],
        "recording": recording,
        "type": "MultiCut" if several else "MonoCut",
    }


def _packed(rows: Iterable[dict[str, Any]]) -> bytes:
    # Without a time stamp, so that the same set gives the same bytes.
    return gzip.compress(msgspec.json.Encoder().encode_lines(list(rows)), mtime=0)
