"""Audacity: one label track per recording with start, stop and text separated by tabs.

``NAME.txt`` has the texts, ``NAME.categories.txt`` the categories; File > Import > Labels.
"""

from collections.abc import Sequence

from curator.domain.clip import Clip
from curator.export.formats import Listing
from curator.export.lanes import label, of_recordings

LABEL = "Audacity labels"
HAS_SOUNDS = False

DIGITS = 6  # as Audacity writes them


def files(listing: Listing) -> dict[str, bytes]:
    """Label tracks, without dropped clips."""
    tracks = {}
    for number, lanes in of_recordings(listing):
        clips = sorted((clip for lane in lanes for clip in lane), key=lambda clip: clip.span)
        left = [clip for clip in clips if clip.state != "dropped"]
        tracks[f"{listing.names[number]}.txt"] = _track(left, "text")
        tracks[f"{listing.names[number]}.categories.txt"] = _track(left, "category")
    return tracks


def _track(clips: Sequence[Clip], what: str) -> bytes:
    lines = (
        f"{clip.span.start_s(clip.rate):.{DIGITS}f}\t{clip.span.stop_s(clip.rate):.{DIGITS}f}\t"
        f"{label(clip, what)}\n"
        for clip in clips
    )
    return "".join(lines).encode()
