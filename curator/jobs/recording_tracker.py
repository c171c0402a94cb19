"""Progress of a step by recording, summed from the progress of its items."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from curator.domain.progress import RecordingProgress


class RecordingTracker:
    """Reports how far a step is with each recording, as its items are worked on.

    items: of the step. lengths: seconds of audio by item. recordings: recording by item; items
    without one are not reported.
    """

    def __init__(
        self,
        observe: Callable[[RecordingProgress], None],
        items: Iterable[int],
        lengths: Mapping[int, float],
        recordings: Mapping[int, int],
    ) -> None:
        self._observe, self._recordings = observe, recordings
        self._seconds: dict[int, float] = defaultdict(float)
        self._done_s: dict[int, float] = defaultdict(float)
        self._of_item: dict[int, float] = {}  # of the items in progress
        for item in items:
            if item in recordings:
                self._seconds[recordings[item]] += lengths[item]

    def follow(self, item: int, seconds: float, is_done: bool) -> None:
        """Take the seconds of audio done of an item; fewer than before if it is done again."""
        recording = self._recordings.get(item)
        if recording is None or recording not in self._seconds:
            return
        self._done_s[recording] += seconds - self._of_item.pop(item, 0.0)
        if seconds and not is_done:
            self._of_item[item] = seconds
        of = self._seconds[recording]
        self._observe(RecordingProgress(recording, min(of, self._done_s[recording]), of))
