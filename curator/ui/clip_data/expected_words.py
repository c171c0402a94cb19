"""Words of clips without a transcript of their own, from the transcript of the recording."""

from bisect import bisect_left

from curator.domain.fact import Transcript
from curator.domain.span import Span
from curator.store.project import Project

MAX_RECORDINGS = 4
"""Transcripts of recordings in memory."""


class ExpectedWords:
    """Parts of the transcripts of recordings; read once per recording."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._transcripts: dict[int, tuple[Transcript, list[float]] | None] = {}

    def forget(self) -> None:
        """Read the transcripts again."""
        self._transcripts.clear()

    def of(self, recording: int, span: Span) -> Transcript | None:
        """Transcript of a span, None if the recording has none."""
        from curator.stages.transcription.transcribe import transcript_of

        known = self._transcript(recording)
        if known is None:
            return None
        whole, middles = known
        words = whole.words[bisect_left(middles, span.start) : bisect_left(middles, span.stop)]
        return transcript_of(words, whole.language, whole.no_speech)

    def _transcript(self, recording: int) -> tuple[Transcript, list[float]] | None:
        if recording not in self._transcripts:
            while len(self._transcripts) >= MAX_RECORDINGS:
                del self._transcripts[next(iter(self._transcripts))]
            whole = self._project.facts.recording_transcript(recording)
            middles = [(word.start + word.stop) / 2 for word in whole.words] if whole else []
            self._transcripts[recording] = (whole, middles) if whole else None
        return self._transcripts[recording]
