"""Praat: one TextGrid per recording with tiers for text, category and state."""

from collections.abc import Iterator, Sequence

from curator.domain.clip import Clip
from curator.export.formats import Listing
from curator.export.lanes import label, of_recordings, tiers

LABEL = "Praat TextGrid"
HAS_SOUNDS = False

DIGITS = 9

Interval = tuple[float, float, str]


def files(listing: Listing) -> dict[str, bytes]:
    """One TextGrid per recording."""
    grids = {}
    for number, lanes in of_recordings(listing):
        seconds = round(listing.recordings[number].seconds, DIGITS)
        its = [(name, _intervals(clips, what, seconds)) for name, clips, what in tiers(lanes)]
        grids[f"{listing.names[number]}.TextGrid"] = _grid(its, seconds)
    return grids


def _intervals(clips: Sequence[Clip], what: str, seconds: float) -> list[Interval]:
    """Intervals covering the recording; gaps between clips have no label."""
    intervals: list[Interval] = []
    at = 0.0
    for clip in clips:
        start = round(clip.span.start_s(clip.rate), DIGITS)
        stop = min(seconds, round(clip.span.stop_s(clip.rate), DIGITS))
        if start > at:
            intervals.append((at, start, ""))
        intervals.append((start, stop, label(clip, what)))
        at = stop
    if at < seconds:
        intervals.append((at, seconds, ""))
    return intervals


def _grid(its: Sequence[tuple[str, Sequence[Interval]]], seconds: float) -> bytes:
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {seconds}",
        "tiers? <exists>",
        f"size = {len(its)}",
        "item []:",
    ]
    for number, (name, intervals) in enumerate(its, start=1):
        lines += [f"    item [{number}]:", *_tier(name, intervals, seconds)]
    return ("\n".join(lines) + "\n").encode()


def _tier(name: str, intervals: Sequence[Interval], seconds: float) -> Iterator[str]:
    yield '        class = "IntervalTier"'
    yield f"        name = {_quoted(name)}"
    yield "        xmin = 0"
    yield f"        xmax = {seconds}"
    yield f"        intervals: size = {len(intervals)}"
    for number, (start, stop, text) in enumerate(intervals, start=1):
        yield f"        intervals [{number}]:"
        yield f"            xmin = {start}"
        yield f"            xmax = {stop}"
        yield f"            text = {_quoted(text)}"


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
