"""What cleaning did to a clip, and the rules by which it is refused or chosen.

Cleaning is offered, never assumed: it has to leave the voice and the words as they were.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from curator.domain.fact import Producer
from curator.domain.recipe import NOTHING
from curator.domain.span import Span

SIMILARITY = "similarity"  # cosine to the chosen voice
ERRORS = "word_errors"  # wrong words of the accepted transcript
SPEECH, BACKGROUND, OVERALL = "dnsmos_sig", "dnsmos_bak", "dnsmos_ovrl"  # MOS
LOST = "voice_lost"  # dB of the voice's energy that are gone, in the band that lost most
GAPS = "voice_gaps"  # share of voiced frames that are gone
PITCH = "pitch"  # semitones by which the voice's pitch has moved
KEYS = (SIMILARITY, ERRORS, SPEECH, BACKGROUND, OVERALL, LOST, GAPS, PITCH)
"""What is measured, as it is stored. The last three are 0 before."""

MOST_SIMILARITY_LOST = 0.05
MOST_VOICE_LOST_DB = 12.0
MOST_GAPS = 0.065
MOST_PITCH = 0.5
MOST_SPEECH_LOST = 0.45
"""Of DNSMOS's speech quality: cleaning that is heard in the voice itself."""

WORTH_OVERALL = 0.15
"""MOS that a recipe has to gain on average before it is better than none."""


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """A measure of a clip as it was and as it is cleaned."""

    before: float
    after: float

    @property
    def gained(self) -> float:
        """By how much it is more."""
        return self.after - self.before


Measures = Mapping[str, BeforeAfter]


@dataclass(frozen=True, slots=True)
class ClipCleaned:
    """What a recipe (by hash) did to a clip, by key."""

    clip_id: int
    span: Span
    made_by: Producer
    recipe: str
    measures: Mapping[str, BeforeAfter]


@dataclass(frozen=True, slots=True)
class CleaningVerdict:
    """Whether a cleaning is refused, why, and what it did, in a sentence."""

    refused: tuple[str, ...]
    sentence: str

    @property
    def is_accepted(self) -> bool:
        """Whether it may be used."""
        return not self.refused


def judged(measures: Measures) -> CleaningVerdict:
    """The guard's verdict on one clip."""
    reasons = []
    similarity, errors = measures.get(SIMILARITY), measures.get(ERRORS)
    if similarity and -similarity.gained > MOST_SIMILARITY_LOST:
        reasons.append(
            f"the voice is no longer the same: similarity {similarity.before:.2f} -> "
            f"{similarity.after:.2f}"
        )
    if errors and errors.gained > 0:
        reasons.append(f"words are lost: {errors.before:.0f} -> {errors.after:.0f} wrong")
    for key, most, words in _LIMITS:
        found = measures.get(key)
        if found and found.after > most:
            reasons.append(words.format(found.after))
    speech = measures.get(SPEECH)
    if speech and -speech.gained > MOST_SPEECH_LOST:
        reasons.append(f"the speech sounds worse: {speech.before:.1f} -> {speech.after:.1f}")
    return CleaningVerdict(tuple(reasons), described(measures))


_LIMITS = (
    (LOST, MOST_VOICE_LOST_DB, "a part of the voice is gone: {:.0f} dB of one band"),
    (GAPS, MOST_GAPS, "the voice has gaps: {:.0%} of it is gone"),
    (PITCH, MOST_PITCH, "the voice's pitch has moved by {:.1f} semitones"),
)


def described(measures: Measures) -> str:
    """What cleaning did: "background 2.1 -> 3.6, voice 0.91 -> 0.90, words unchanged"."""
    parts = []
    for key, name, digits in ((BACKGROUND, "background", 1), (SIMILARITY, "voice", 2)):
        found = measures.get(key)
        if found:
            parts.append(f"{name} {found.before:.{digits}f} -> {found.after:.{digits}f}")
    errors = measures.get(ERRORS)
    if errors:
        parts.append(
            "words unchanged"
            if not errors.gained
            else f"wrong words {errors.before:.0f} -> {errors.after:.0f}"
        )
    return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class CleaningComparison:
    """A recipe on the clips of a recording.

    refused: share of them that the guard refuses. gained: mean MOS overall over all clips, where
    a refused one gains nothing because it stays as it is.
    """

    recipe: str
    clips: int
    refused: float
    gained: float
    overall: BeforeAfter
    similarity: BeforeAfter | None


def compared(recipe: str, clips: Sequence[Measures]) -> CleaningComparison:
    """What a recipe does to the clips of a recording, the refused ones left as they are."""
    accepted = [judged(measures).is_accepted for measures in clips]
    used = [
        measures if good else _untouched(measures)
        for measures, good in zip(clips, accepted, strict=True)
    ]
    overall = mean_of(OVERALL, used) or BeforeAfter(0.0, 0.0)
    share = 1.0 - fmean(accepted) if accepted else 0.0
    return CleaningComparison(
        recipe, len(clips), share, overall.gained, overall, mean_of(SIMILARITY, used)
    )


def _untouched(measures: Measures) -> Measures:
    return {key: BeforeAfter(each.before, each.before) for key, each in measures.items()}


def mean_of(key: str, clips: Iterable[Measures]) -> BeforeAfter | None:
    """The mean of a measure before and after; None where no clip has it."""
    found = [measures[key] for measures in clips if key in measures]
    if not found:
        return None
    return BeforeAfter(fmean(each.before for each in found), fmean(each.after for each in found))


def best(comparisons: Sequence[CleaningComparison]) -> str:
    """The recipe that gains most quality overall, or "none".

    The rule: mean DNSMOS overall over all clips of the recording, refused ones as they were; a
    recipe that gains less than 0.15 or is refused for more than half of the clips is none at all;
    of two within 0.05 the one that keeps more of the voice.
    """
    worth = [c for c in comparisons if c.gained >= WORTH_OVERALL and c.refused <= 0.5]
    if not worth:
        return NOTHING
    most = max(c.gained for c in worth)
    near = [c for c in worth if c.gained >= most - 0.05]
    return max(near, key=lambda c: (c.similarity.after if c.similarity else 0.0, c.gained)).recipe
