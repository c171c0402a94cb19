"""A small truth and clips that fit it, for tests of the comparison."""

from curator.demo.truth import NoisyPassage, Sentence, Truth, Utterance
from curator.domain.clip import Clip, Finding
from curator.domain.decision import State
from curator.domain.span import Span

RATE = 1000  # one sample is a millisecond


def an_utterance(start, stop, *, speaker="host", category="neutral", text="a b c d", fault=""):
    span = Span(start, stop)
    return Utterance(speaker, category, (Sentence(text, span, (span,)),), fault)


def a_truth(*utterances: Utterance, cut_at: int = 99_000) -> Truth:
    """The utterances given, in a recording of 100 s that breaks off at ``cut_at`` ms."""
    return Truth(
        seed=0,
        rate=RATE,
        samples=100_000,
        snr_db=30.0,
        noisy=NoisyPassage(Span(0, 0), 20.0),
        cut_at=cut_at,
        clipped_fraction=0.05,
        voices={},
        utterances=utterances,
    )


def a_clip(number, start, stop, *findings, text="a b c d", state=State.KEPT, emotion=None):
    return Clip(
        id=number,
        recording_id=1,
        recording="show.wav",
        rate=RATE,
        span=Span(start, stop),
        pause_group=0,
        state=state,
        text=text,
        text_decided=False,
        emotion=emotion,
        transcript=None,
        edges=None,
        map=None,
        findings=tuple(Finding(key, "error", key) for key in findings),
    )
