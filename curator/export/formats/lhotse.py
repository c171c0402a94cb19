"""Lhotse recordings, supervisions and cuts; no audio is written.

A recording of several channels gives cuts of all of them, since clips are heard as their mean.
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
    channels = list(range(recording.channels))
    return {
        "id": name,
        "sources": [{"type": "file", "channels": channels, "source": path}],
        "sampling_rate": recording.rate,
        "num_samples": recording.samples,
        "duration": recording.seconds,
        "channel_ids": channels,
    }


def _channel(recording: Recording) -> int | list[int]:
    return 0 if recording.channels == 1 else list(range(recording.channels))


def _supervision(clip: Clip, recordings: dict[int, Recording], listing: Listing) -> dict[str, Any]:
    recording = recordings[clip.recording_id]
    return {
        "id": clip_name(clip),
        "recording_id": listing.names[clip.recording_id],
        "start": round(clip.span.start_s(clip.rate), DIGITS),
        "duration": round(clip.seconds, DIGITS),
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
