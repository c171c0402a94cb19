"""What was decided since the project was opened, and how fast."""

import statistics
import time
from collections import Counter, deque

from curator.domain.decision import Changes, Field

PACED_BY = 20
"""Number of intervals between decisions whose median is the pace."""

LEAST_PACED_BY = 5
"""Fewest intervals that make a pace."""

BREAK_S = 60.0
"""Longer intervals count as breaks and are ignored."""

TALLIED = (Field.STATE, Field.EMOTION, Field.TEXT, Field.SPAN)
"""Fields whose decisions are counted."""


class SessionTally:
    """Clips with decisions made in this session; what is undone does not count."""

    def __init__(self) -> None:
        self._edits: dict[Field, Counter[int]] = {field: Counter() for field in TALLIED}
        self._steps: deque[float] = deque(maxlen=PACED_BY)
        self._decided_at = 0.0
        self.active_s = 0.0

    def follow(self, changes: Changes, *, undone: bool, now: float | None = None) -> None:
        """Count the changes of a decision, or take them back. now: of a monotonic clock, in s."""
        for field, edits in self._edits.items():
            if undone:
                edits.subtract(changes.of(field))
            else:
                edits.update(changes.of(field))
        if changes.field is not Field.STATE or len(changes.clips) != 1 or undone:
            return
        now = time.monotonic() if now is None else now
        passed = now - self._decided_at
        if self._decided_at and passed < BREAK_S:
            self._steps.append(passed)
            self.active_s += passed
        self._decided_at = now

    def clips(self, field: Field) -> list[int]:
        """Clips with decisions in this field."""
        return [clip for clip, times in self._edits[field].items() if times > 0]

    @property
    def pace_s(self) -> float | None:
        """Median of the last intervals between decisions, None with too few."""
        return statistics.median(self._steps) if len(self._steps) >= LEAST_PACED_BY else None
