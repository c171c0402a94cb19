"""Effect of cleaning on a clip, and the rules to refuse or choose a recipe.

Cleaning must not change the voice or the words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from curator.domain.fact import Producer
from curator.domain.recipe import NOTHING
from curator.domain.span import Span

SIMILARITY = "similarity"  # cosine to the chosen voice
ERRORS = "word_errors"  # word errors against the accepted transcript
SPEECH, BACKGROUND, OVERALL = "dnsmos_sig", "dnsmos_bak", "dnsmos_ovrl"  # MOS
LOST = "voice_lost"  # loss of the voice's energy in the worst band, dB
GAPS = "voice_gaps"  # share of lost voiced frames
PITCH = "pitch"  # change of pitch, semitones
KEYS = (SIMILARITY, ERRORS, SPEECH, BACKGROUND, OVERALL, LOST, GAPS, PITCH)
"""Keys of the measures, as stored. The last three are 0 before cleaning."""

MAX_SIMILARITY_LOST = 0.05
MAX_VOICE_LOST_DB = 12.0
MAX_GAPS = 0.065
MAX_PITCH = 0.5
MAX_SPEECH_LOST = 0.45
"""Loss of DNSMOS speech quality (SIG), MOS."""

WORTH_OVERALL = 0.15
"""Minimum mean gain of a recipe, MOS."""


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Value of a measure before and after cleaning."""

    before: float
    after: float

    @property
    def gained(self) -> float:
        """Difference after - before."""
        return self.after - self.before


Measures = Mapping[str, BeforeAfter]


@dataclass(frozen=True, slots=True)
class ClipCleaned:
    """Measures of a clip cleaned by a recipe (hash), by key."""

    clip_id: int
    span: Span
    made_by: Producer
    recipe: str
    measures: Mapping[str, BeforeAfter]


@dataclass(frozen=True, slots=True)
class CleaningVerdict:
    """Reasons to refuse a cleaning, and its effect as a sentence."""

    refused: tuple[str, ...]
    sentence: str

    @property
    def is_accepted(self) -> bool:
        """Whether the cleaning is accepted."""
        return not self.refused


def judged(measures: Measures) -> CleaningVerdict:
    """Verdict of the guard on one clip."""
    reasons = []
    similarity, errors = measures.get(SIMILARITY), measures.get(ERRORS)
    if similarity and -similarity.gained > MAX_SIMILARITY_LOST:
        reasons.append(
            f"the voice has changed: similarity {similarity.before:.2f} -> {similarity.after:.2f}"
        )
    if errors and errors.gained > 0:
        reasons.append(f"more word errors: {errors.before:.0f} -> {errors.after:.0f}")
    for key, most, words in _LIMITS:
        measure = measures.get(key)
        if measure and measure.after > most:
            reasons.append(words.format(measure.after))
    speech = measures.get(SPEECH)
    if speech and -speech.gained > MAX_SPEECH_LOST:
        reasons.append(f"speech quality is lower: {speech.before:.1f} -> {speech.after:.1f}")
    return CleaningVerdict(tuple(reasons), described(measures))


_LIMITS = (
    (LOST, MAX_VOICE_LOST_DB, "part of the voice is lost: {:.0f} dB in one band"),
    (GAPS, MAX_GAPS, "the voice has gaps: {:.0%} of it is lost"),
    (PITCH, MAX_PITCH, "the pitch has changed by {:.1f} semitones"),
)


def described(measures: Measures) -> str:
    """Effect of cleaning: "background 2.1 -> 3.6, voice 0.91 -> 0.90, words unchanged"."""
    parts = []
    for key, name, digits in ((BACKGROUND, "background", 1), (SIMILARITY, "voice", 2)):
        measure = measures.get(key)
        if measure:
            parts.append(f"{name} {measure.before:.{digits}f} -> {measure.after:.{digits}f}")
    errors = measures.get(ERRORS)
    if errors:
        parts.append(
            "words unchanged"
            if not errors.gained
            else f"word errors {errors.before:.0f} -> {errors.after:.0f}"
        )
    return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class CleaningComparison:
    """Effect of a recipe on the clips of a recording.

    refused: share of clips that the guard refuses. gained: mean gain of overall MOS over all clips,
    0 for refused ones, which stay unchanged.
    """

    recipe: str
    clips: int
    refused: float
    gained: float
    overall: BeforeAfter
    similarity: BeforeAfter | None


def compared(recipe: str, clips: Sequence[Measures]) -> CleaningComparison:
    """Effect of a recipe on the clips of a recording; refused clips stay unchanged."""
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
    """Mean of a measure before and after; None if no clip has it."""
    values = [measures[key] for measures in clips if key in measures]
    if not values:
        return None
    return BeforeAfter(fmean(each.before for each in values), fmean(each.after for each in values))


def best(comparisons: Sequence[CleaningComparison]) -> str:
    """Recipe with the highest gain of overall quality, or "none".

    Criterion: mean overall DNSMOS over all clips of the recording, refused ones unchanged. Recipes
    with a gain below 0.15, or refused for more than half of the clips, are excluded; among recipes
    within 0.05, the one with the most similar voice is chosen.
    """
    worth = [c for c in comparisons if c.gained >= WORTH_OVERALL and c.refused <= 0.5]
    if not worth:
        return NOTHING
    most = max(c.gained for c in worth)
    near = [c for c in worth if c.gained >= most - 0.05]
    return max(near, key=lambda c: (c.similarity.after if c.similarity else 0.0, c.gained)).recipe
