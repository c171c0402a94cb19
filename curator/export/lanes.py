"""Assignment of overlapping clips to tiers without overlap."""

from collections.abc import Iterable, Iterator, Sequence

from curator.domain.clip import Clip
from curator.export.formats import Listing

Lanes = list[list[Clip]]


def of_recordings(listing: Listing) -> Iterator[tuple[int, Lanes]]:
    """(recording id, clips on as few tiers as possible) of each recording with clips."""
    by_recording: dict[int, list[Clip]] = {}
    for clip in listing.clips:
        if clip.span.samples:
            by_recording.setdefault(clip.recording_id, []).append(clip)
    for number, clips in sorted(by_recording.items()):
        yield number, _lanes(clips)


def _lanes(clips: Iterable[Clip]) -> Lanes:
    lanes: Lanes = []
    for clip in sorted(clips, key=lambda clip: clip.span):
        free = next((lane for lane in lanes if lane[-1].span.stop <= clip.span.start), None)
        if free is None:
            lanes.append([clip])
        else:
            free.append(clip)
    return lanes


def tiers(lanes: Sequence[Sequence[Clip]]) -> Iterator[tuple[str, Sequence[Clip], str]]:
    """(name, clips, label type) of every tier; types: "text", "category", "state"."""
    for number, lane in enumerate(lanes, start=1):
        for what in ("text", "category", "state"):
            yield what if number == 1 else f"{what} {number}", lane, what


def label(clip: Clip, what: str) -> str:
    """Label of a clip on a tier, on one line."""
    texts = {"text": clip.text, "category": clip.emotion or "", "state": clip.state.value}
    return " ".join(texts[what].encode("utf-8", "replace").decode().split())
