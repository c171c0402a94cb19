"""Decisions about clips as edits, and the analysis of clips that they changed."""

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
    recut,
    undecide,
)
from curator.domain.decision import (
    nudge as nudge_edit,
)
from curator.domain.errors import CuratorError
from curator.domain.findings import INSIDE_A_WORD
from curator.domain.span import Span
from curator.domain.splitting import merge, split
from curator.jobs.context import JobContext
from curator.ui.session import Session

MIN_CLIP_S = 0.05
"""Minimum duration of a clip after its edge was moved, in seconds."""

REANALYSE_DELAY_MS = 1500
"""Delay between the last change of clips and their analysis."""

SAMPLE_FIELDS = (Field.SPAN, Field.PRESENCE, Field.RECIPE)
"""Decisions about these fields change the exported samples of a clip."""

Repeatable = Callable[[Sequence[int]], Edit]


class ClipDecisions(QObject):
    """Creates edits for decisions and applies them through the session."""

    repeatable = Signal(str)  # label of the decision that `repeat` applies

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._last: Repeatable | None = None
        self._changed_clips: set[int] = set()  # exported samples changed
        self._changed_recordings: set[int] = set()
        self._delay = QTimer(self, singleShot=True, interval=REANALYSE_DELAY_MS)
        self._delay.timeout.connect(self.reanalyse)

    def keep(self, clips: Sequence[int]) -> Changes | None:
        """Keep clips: add them to the set."""
        return self._repeatable(keep, clips)

    def drop(self, clips: Sequence[int]) -> Changes | None:
        """Drop clips: remove them from the set."""
        return self._repeatable(drop, clips)

    def undecide(self, clips: Sequence[int]) -> Changes | None:
        """Reset clips to undecided."""
        return self._repeatable(undecide, clips)

    def give_category(self, clips: Sequence[int], category: str | None) -> Changes | None:
        """Set the category of clips, None for no category."""
        return self._repeatable(lambda others: give_emotion(others, category), clips)

    def repeat(self, clips: Sequence[int]) -> Changes | None:
        """Apply the last repeatable decision to these clips. Raises CuratorError without one."""
        if self._last is None:
            raise CuratorError(self.tr("No decision to repeat yet."))
        return self._session.apply(self._last(clips))

    def correct(self, clip: Clip, text: str) -> Changes | None:
        """Correct a transcript; a text equal to the machine transcript removes the correction."""
        wanted = None if clip.transcript and text == clip.transcript.text else text
        return self._session.apply(correct_text([clip.id], wanted))

    def choose_voice(self, clips: Sequence[int]) -> Changes | None:
        """Set these clips as the reference of the voice."""
        described = f"clip {clips[0]}" if len(clips) == 1 else f"{len(clips)} clips"
        return self._session.apply(choose_voice(clips, described))

    def move_edge(
        self, clip: Clip, edge: str, sample: int, *, nudge: bool = False
    ) -> Changes | None:
        """Move the "start" or "stop" of a clip to a sample of its recording.

        nudge: consecutive nudges are merged into one undo step.
        """
        minimum = max(1, round(MIN_CLIP_S * clip.rate))
        span = clip.span
        length = self._session.project.recordings.get(clip.recording_id).samples
        if edge == "start":
            span = Span(max(0, min(sample, span.stop - minimum)), span.stop)
        else:
            span = Span(span.start, min(length, max(sample, span.start + minimum)))
        if span == clip.span:
            return None
        edit = nudge_edit(clip.id, span) if nudge else recut(clip.id, span)
        return self._session.apply(edit)

    def trim_to(self, clip: Clip, part: Span) -> Changes | None:
        """Move both edges of a clip to those of a part of its recording."""
        minimum = max(1, round(MIN_CLIP_S * clip.rate))
        if part.samples < minimum or part == clip.span:
            return None
        return self._session.apply(recut(clip.id, part))

    def trim_to_pause(self, clip: Clip) -> Changes | None:
        """Move the edges that cut a word to the nearest pause; None if there is none."""
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
        """Split a clip in two at a sample of the recording."""
        return self._session.apply(split(clip, at))

    def merge(self, first: Clip, later: Clip) -> Changes | None:
        """Merge two clips into one."""
        return self._session.apply(merge(first, later))

    def transcribe_again(self, clips: Sequence[int]) -> None:
        """Queue the transcription of clips."""
        options, wanted = self._session.settings.options, list(clips)

        def task(work: JobContext) -> int:
            from curator.jobs.reanalyse import transcribe_again

            return transcribe_again(work, options, wanted)

        self._session.jobs.ask("transcribe", task)

    def follow(self, changes: Changes) -> None:
        """Schedule the analysis that depends on a decision, an undo or a redo."""
        if Field.VOICE in changes.fields:
            self._session.jobs.ask("voice", _compare)
        if self._session.read_only:
            return
        clips = {clip for field in SAMPLE_FIELDS for clip in changes.of(field)}
        recordings = set(changes.of(Field.RECORDING_RECIPE))
        if clips or recordings:
            self._changed_clips |= clips
            self._changed_recordings |= recordings
            self._delay.start()

    @Slot()
    def reanalyse(self) -> None:
        """Queue the analysis of clips with moved edges or another cleaning recipe."""
        clips, self._changed_clips = self._changed_clips, set()
        recordings, self._changed_recordings = self._changed_recordings, set()
        if not self._is_analysed():
            return
        options = self._session.settings.options

        def task(work: JobContext) -> int:
            from curator.jobs.reanalyse import follow_cut

            spans = work.project.clips.spans(None if recordings else clips)
            changed = {clip for clip, number, _ in spans if clip in clips or number in recordings}
            return follow_cut(work, options, changed) if changed else 0

        self._session.jobs.ask("follow", task)

    def stop(self) -> None:
        """Cancel the scheduled analysis; the next full analysis includes it."""
        self._delay.stop()

    def _is_analysed(self) -> bool:
        """Whether the project was analysed before; if not, the person starts the first analysis."""
        from curator.jobs.derived_facts import PACE

        return self._session.project.facts.project_fact(PACE) is not None

    def _repeatable(self, edit: Repeatable, clips: Sequence[int]) -> Changes | None:
        if not clips:
            return None
        self._last = edit
        self.repeatable.emit(edit(clips).label)
        return self._session.apply(edit(clips))


def _compare(work: JobContext) -> int:
    from curator.jobs.derived_facts import conclude

    conclude(work.project, work.write)
    return 0
