"""Gaps in the time stamps of a file: sound that was not recorded or not sent."""

import av

GAP_S = 0.1
"""Shortest gap that is kept, as FFmpeg's aresample does (min_hard_comp); less is jitter."""

STEP_S = 0.01
"""Smaller steps between frames are rounding of time stamps and drift of clocks."""

LONGEST_S = 3600.0
"""Longest gap that is believed where the file does not say how long it is."""

SLACK_S = 1.0
"""How far after the stated end of a file a time stamp may be."""

TIMED = frozenset({"mov", "matroska", "ogg", "asf", "flv", "mpegts", "mpeg"})
"""Demuxers whose time stamps are in the file; the others count samples."""


class GapFinder:
    """Compares the time stamps of frames with the sound before them.

    position: samples read so far, with the silence put in. found: (position, samples) of each gap.
    """

    def __init__(self, container: av.container.InputContainer, rate: int) -> None:
        self.position = 0
        self.found: list[tuple[int, int]] = []
        self.is_on = container.format.name.split(",")[0] in TIMED
        self._origin = (container.start_time or 0) / av.time_base
        duration = (container.duration or 0) / av.time_base
        self._end = duration + SLACK_S if duration > 0 else None
        self._rate = rate
        self._expected: float | None = 0.0
        self._owed = 0.0
        self.ignored_s = 0.0

    def before(self, frame: av.AudioFrame) -> float:
        """Seconds of silence that belong before a frame; 0 without a gap."""
        if not self.is_on or frame.pts is None or frame.time_base is None:
            self._expected = None
            return 0.0
        at = float(frame.pts * frame.time_base) - self._origin
        step = 0.0 if self._expected is None else at - self._expected
        self._expected = at + frame.samples / frame.sample_rate
        if abs(step) < STEP_S:
            return 0.0
        self._owed = max(self._owed + step, -GAP_S)
        if self._owed < GAP_S:
            return 0.0
        gap, self._owed = self._owed, 0.0
        if gap > LONGEST_S if self._end is None else at > self._end:
            self.ignored_s = max(self.ignored_s, gap)
            return 0.0
        return gap

    def put_in(self, samples: int) -> None:
        """Note a gap at the position."""
        self.found.append((self.position, samples))

    def notes(self) -> list[str]:
        """What was found, as ends of sentences about the file."""
        notes = []
        seconds = [samples / self._rate for _, samples in self.found]
        if self.found and self.found[0][0] == 0:
            notes.append(
                f"its sound starts {seconds.pop(0):.2f} s after the file; silence stands before it"
            )
        if len(seconds) == 1:
            notes.append(f"it has a gap of {seconds[0]:.2f} s, which is kept as silence")
        elif seconds:
            whole = f"{len(seconds)} gaps, {sum(seconds):.2f} s in all"
            notes.append(f"it has {whole}, which are kept as silence")
        if self.ignored_s:
            notes.append(
                f"its time stamps jump by {self.ignored_s:.0f} s, beyond its end; this was ignored"
            )
        return notes
