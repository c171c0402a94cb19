"""Clips against the planted truth: speaker of their speech, and edges inside words."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from curator.demo.truth import Sentence, Truth, Utterance
from curator.domain.span import Span

INSIDE_MS = 30
"""Minimum distance of an edge from both ends of a speech span to count as cutting a word."""
ALONE = 0.9
"""Minimum share of a clip's speech for a single speaker."""


class Whose(StrEnum):
    """Speaker of a clip. BOTH: the host and another speaker, neither negligible."""

    HOST = "host"
    CONTESTANT = "contestant"
    BOTH = "both"
    NOBODY = "nobody"


def speech_in(span: Span, stretches: Iterable[Span]) -> int:
    """Number of speech samples within ``span``."""
    return sum(span.overlap(stretch) for stretch in stretches)


def whose(truth: Truth, span: Span) -> Whose:
    """Speaker of the speech in ``span``."""
    host = sum(speech_in(span, u.stretches) for u in truth.host)
    others = sum(speech_in(span, u.stretches) for u in truth.contestants)
    if not host + others:
        return Whose.NOBODY
    share = host / (host + others)
    if share >= ALONE:
        return Whose.HOST
    return Whose.CONTESTANT if share <= 1 - ALONE else Whose.BOTH


def main_utterance(truth: Truth, span: Span) -> Utterance | None:
    """Turn with the largest share of a clip's speech; None without speech."""
    best = max(truth.utterances, key=lambda utterance: speech_in(span, utterance.stretches))
    return best if speech_in(span, best.stretches) else None


def cuts_a_word(truth: Truth, span: Span) -> tuple[bool, bool]:
    """Whether a clip starts, and whether it stops, more than ``INSIDE_MS`` inside a word."""
    margin = INSIDE_MS * truth.rate // 1000
    inside = [
        any(
            s.start + margin < edge < s.stop - margin for u in truth.utterances for s in u.stretches
        )
        for edge in (span.start, span.stop)
    ]
    return inside[0], inside[1]


def holds_the_cut(truth: Truth, span: Span) -> bool:
    """Whether a clip holds the word in which the recording breaks off."""
    last = Span(truth.cut_at - INSIDE_MS * truth.rate // 1000, truth.cut_at)
    return span.overlap(last) > 0


def sentences_in(truth: Truth, span: Span) -> Sequence[tuple[Utterance, Sentence]]:
    """Sentences that a clip holds more than a negligible part of."""
    breath = 2 * INSIDE_MS * truth.rate // 1000
    return [
        (utterance, sentence)
        for utterance in truth.utterances
        for sentence in utterance.sentences
        if speech_in(span, sentence.stretches) > breath
    ]
