"""What a person decides about clips, as edits; and what is found out anew afterwards."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from curator.domain.clip import Clip
from curator.domain.decision import (
    Changes,
    Edit,
    Field,
    choose_voice,
    correct_text,
    drop,
    give_emotion,
    keep,
    nudge,
    recut,
    undecide,
)
from curator.domain.findings import INSIDE_A_WORD
from curator.domain.span import Span
from curator.domain.splitting import merge, split
from curator.jobs.context import Work
from curator.ui.session import Session

LEAST_S = 0.05
"""No nudge makes a clip shorter."""

SETTLED_MS = 1500
"""So long after the last change of an edge, what depends on it is found out anew."""

OTHER_SAMPLES = (Field.SPAN, Field.PRESENCE, Field.RECIPE)
"""A decision about these changes what would be exported of a clip, sample by sample."""

Repeatable = Callable[[Sequence[int]], Edit]


class ClipDecisions(QObject):
    """Makes edits of intentions and has the session carry them out."""

    repeatable = Signal(str)  # what "repeat the last decision" would do

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._last: Repeatable | None = None
        self._anew: set[int] = set()  # clips of which other samples would be exported than before
        self._recordings_anew: set[int] = set()  # and the same of recordings
        self._settling = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settling.timeout.connect(self.follow_cuts)

    def keep(self, clips: Sequence[int]) -> Changes | None:
        """Put clips into the set."""
        return self._repeatable(keep, clips)

    def drop(self, clips: Sequence[int]) -> Changes | None:
        """Leave clips out."""
        return self._repeatable(drop, clips)

    def undecide(self, clips: Sequence[int]) -> Changes | None:
        """Take back whether clips are kept."""
        return self._repeatable(undecide, clips)

    def give_emotion(self, clips: Sequence[int], emotion: str | None) -> Changes | None:
        """Put clips into a category, or out of any."""
        return self._repeatable(lambda them: give_emotion(them, emotion), clips)

    def repeat(self, clips: Sequence[int]) -> Changes | None:
        """Decide the same about these clips as was decided last."""
        return self._session.apply(self._last(clips)) if self._last else None

    def correct(self, clip: Clip, text: str) -> Changes | None:
        """Say what is said; the machine's own words take the correction back."""
        wanted = None if clip.transcript and text == clip.transcript.text else text
        return self._session.apply(correct_text([clip.id], wanted))

    def choose_voice(self, clips: Sequence[int]) -> Changes | None:
        """Say that the set is about the voice of these clips."""
        described = f"clip {clips[0]}" if len(clips) == 1 else f"{len(clips)} clips"
        return self._session.apply(choose_voice(clips, described))

    def move_edge(
        self, clip: Clip, edge: str, sample: int, *, little: bool = False
    ) -> Changes | None:
        """Move the "start" or "stop" of a clip to a sample of its recording.

        little: whether several such moves in a row are one edit.
        """
        least = max(1, round(LEAST_S * clip.rate))
        span = clip.span
        length = self._session.project.recordings.get(clip.recording_id).samples
        if edge == "start":
            span = Span(max(0, min(sample, span.stop - least)), span.stop)
        else:
            span = Span(span.start, min(length, max(sample, span.start + least)))
        if span == clip.span:
            return None
        edit = nudge(clip.id, span) if little else recut(clip.id, span)
        return self._session.apply(edit)

    def recut_to_pause(self, clip: Clip) -> Changes | None:
        """Move the edges that cut a word to the nearest pause; None where there is none."""
        edges = clip.edges
        if edges is None:
            return None
        start, stop = clip.span.start, clip.span.stop
        if edges.starts_in_word >= edges.ends_in_word or edges.starts_in_word >= INSIDE_A_WORD:
            start = edges.start_pause if edges.start_pause is not None else start
        if edges.ends_in_word >= edges.starts_in_word or edges.ends_in_word >= INSIDE_A_WORD:
            stop = edges.stop_pause if edges.stop_pause is not None else stop
        if start >= stop or Span(start, stop) == clip.span:
            return None
        return self._session.apply(recut(clip.id, Span(start, stop)))

    def split(self, clip: Clip, at: int) -> Changes | None:
        """Make two clips of one."""
        return self._session.apply(split(clip, at))

    def merge(self, first: Clip, later: Clip) -> Changes | None:
        """Make one clip of two."""
        return self._session.apply(merge(first, later))

    def transcribe_again(self, clips: Sequence[int]) -> None:
        """Have the machine listen to clips once more."""
        options, wanted = self._session.settings.options, list(clips)

        def task(work: Work) -> int:
            from curator.jobs.reanalyse import transcribe_again

            return transcribe_again(work, options, wanted)

        self._session.jobs.ask("transcribe", task)

    def note(self, changes: Changes) -> None:
        """Something was decided, undone or done again: find out anew what depends on it, soon."""
        if Field.VOICE in changes.fields:
            self._session.jobs.ask("voice", _compare)
        if self._session.read_only:
            return
        clips = {clip for field in OTHER_SAMPLES for clip in changes.of(field)}
        recordings = set(changes.of(Field.RECORDING_RECIPE))
        if clips or recordings:
            self._anew |= clips
            self._recordings_anew |= recordings
            self._settling.start()

    @Slot()
    def follow_cuts(self) -> None:
        """Find out anew, beside the window, what depends on moved edges and on cleaning."""
        clips, self._anew = self._anew, set()
        recordings, self._recordings_anew = self._recordings_anew, set()
        if not self._is_analysed():
            return
        options = self._session.settings.options

        def task(work: Work) -> int:
            from curator.jobs.reanalyse import follow_cut

            spans = work.project.clips.spans(None if recordings else clips)
            there = {clip for clip, number, _ in spans if clip in clips or number in recordings}
            return follow_cut(work, options, there) if there else 0

        self._session.jobs.ask("follow", task)

    def stop(self) -> None:
        """Nothing is found out any more; the next analysis will."""
        self._settling.stop()

    def _is_analysed(self) -> bool:
        """Whether anything was found out about sounds before: else the person has not asked yet."""
        from curator.jobs.derived_facts import PACE

        return self._session.project.facts.project_fact(PACE) is not None

    def _repeatable(self, edit: Repeatable, clips: Sequence[int]) -> Changes | None:
        if not clips:
            return None
        self._last = edit
        self.repeatable.emit(edit(clips).label)
        return self._session.apply(edit(clips))


def _compare(work: Work) -> int:
    from curator.jobs.derived_facts import conclude

    conclude(work.project, work.write)
    return 0
