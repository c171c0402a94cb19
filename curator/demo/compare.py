"""Comparison of the analysis of a demo recording with its ground truth."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from curator.demo.script import HOST
from curator.demo.truth import CLIPPED, Sentence, Truth
from curator.demo.truth_lookup import (
    Whose,
    cuts_a_word,
    holds_the_cut,
    sentences_in,
    speech_in,
    whose,
)
from curator.demo.word_errors import WordErrors, normaliser, word_errors
from curator.domain.clip import Clip
from curator.domain.decision import State
from curator.domain.span import Span

WORD_ERRORS_PASS = 0.15
CUTS_PASS = 0.01
HOST_FLAGGED_PASS = 0.02
HEARD_S = 0.5
"""Minimum overlap with the clipped turn for a clip to count as clipped."""


_LABELS = {
    "word error rate of the host's kept clips": "word error rate, kept host clips",
    "clips that start or stop inside a word": "clips cut inside a word",
    "contestants' clips told by their voice": "contestant clips flagged as another speaker",
    "host's clips taken for another voice": "host clips flagged as another speaker",
    "clipped clips told": "clipped clips flagged",
    "clips in which the recording breaks off told": "truncated clips flagged",
    "clips with two voices, and told": "two-speaker clips flagged",
    "good clips with an error finding": "false alarms on good clips",
    "seconds of good speech kept": "good speech kept",
}
"""Printed names of the measures, which are keys of the JSON result."""


@dataclass(frozen=True, slots=True)
class ComparisonLine:
    """A line of the table. passed: None without a pass criterion."""

    measure: str
    planted: str
    detected: str
    passed: bool | None

    @property
    def label(self) -> str:
        """Printed name of the measure."""
        return _LABELS.get(self.measure, self.measure)


@dataclass(frozen=True, slots=True)
class DemoComparison:
    """Counts of one or more recordings; instances can be added.

    cuts: clips with an edge more than 30 ms inside a word, except those with the planted
    cut. flagged: by speaker similarity. both: clips with the host's and another voice.
    clipped, cut: clips with the planted fault, and how many of them were flagged.
    false_alarms: clips of the host alone with an error finding but without a planted fault.
    categories: planted turns and kept clips by category. host_speech_s and kept_speech_s: seconds
    of the host's speech in the recording, without its faults, and in kept clips.
    """

    recordings: int = 0
    clips: int = 0
    kept: int = 0
    words: WordErrors = field(default_factory=WordErrors)
    cuts: int = 0
    contestant_clips: int = 0
    contestants_flagged: int = 0
    both: int = 0
    both_flagged: int = 0
    host_clips: int = 0
    host_flagged: int = 0
    clipped_clips: int = 0
    clipped_flagged: int = 0
    cut_clips: int = 0
    cut_flagged: int = 0
    false_alarms: int = 0
    host_speech_s: float = 0.0
    kept_speech_s: float = 0.0
    planted_categories: Counter[str] = field(default_factory=Counter)
    kept_categories: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "DemoComparison") -> "DemoComparison":
        return DemoComparison(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__slots__}
        )

    @property
    def lines(self) -> tuple[ComparisonLine, ...]:
        """All measures; those with a pass criterion first."""
        return (*_judged(self), *_unjudged(self), *_categories(self))

    @property
    def passed(self) -> bool:
        """Whether all pass criteria are met."""
        return all(line.passed is not False for line in self.lines)


def compare(truth: Truth, clips: Sequence[Clip]) -> DemoComparison:
    """Compare one recording. clips: all of its clips, with decisions and findings."""
    kept = [clip for clip in clips if clip.state is State.KEPT]
    by_voice = {kind: [clip for clip in clips if whose(truth, clip.span) is kind] for kind in Whose}
    host, contestants, both = (
        by_voice[kind] for kind in (Whose.HOST, Whose.CONTESTANT, Whose.BOTH)
    )
    clipped = [clip for clip in clips if _holds_clipping(truth, clip)]
    cut = [clip for clip in clips if holds_the_cut(truth, clip.span)]
    broken = {clip.id for clip in cut}
    faulty = broken | {clip.id for clip in clipped}
    spoken = [c for c in host if c.state is State.KEPT and c.id not in broken]
    return DemoComparison(
        recordings=1,
        clips=len(clips),
        kept=len(kept),
        words=_words(truth, spoken),
        cuts=sum(any(cuts_a_word(truth, clip.span)) for clip in clips if clip.id not in broken),
        contestant_clips=len(contestants),
        contestants_flagged=_flagged(contestants, "other_voice"),
        both=len(both),
        both_flagged=_flagged(both, "other_voice"),
        host_clips=len(host),
        host_flagged=_flagged(host, "other_voice"),
        clipped_clips=len(clipped),
        clipped_flagged=_flagged(clipped, "clipped"),
        cut_clips=len(cut),
        cut_flagged=_flagged(cut, "cut_word"),
        false_alarms=sum(
            any(finding.severity == "error" for finding in clip.findings)
            for clip in host
            if clip.id not in faulty and not any(cuts_a_word(truth, clip.span))
        ),
        host_speech_s=_seconds(truth, [Span(0, truth.samples)]),
        kept_speech_s=_seconds(truth, [clip.span for clip in kept]),
        planted_categories=Counter(u.category for u in truth.host if u.category),
        kept_categories=Counter(clip.emotion for clip in kept if clip.emotion),
    )


def total(comparisons: Iterable[DemoComparison]) -> DemoComparison:
    """Sum over recordings."""
    return sum(comparisons, DemoComparison())


def table(lines: Sequence[ComparisonLine]) -> str:
    """Format the lines as a table."""
    head = ComparisonLine("", "expected", "detected", None)
    wide = [max(len(getattr(line, name)) for line in (head, *lines)) for name in _COLUMNS]
    verdict = {True: "pass", False: "FAIL", None: ""}
    return "\n".join(
        "  ".join(
            (
                line.label.ljust(wide[0]),
                line.planted.rjust(wide[1]),
                line.detected.rjust(wide[2]),
                verdict[line.passed],
            )
        ).rstrip()
        for line in (head, *lines)
    )


def as_dict(comparison: DemoComparison) -> dict[str, object]:
    """JSON object by measure: planted, found and passed."""
    return {
        line.measure: {"planted": line.planted, "found": line.detected, "passed": line.passed}
        for line in comparison.lines
    }


_COLUMNS = ("label", "planted", "detected")


def _judged(c: DemoComparison) -> tuple[ComparisonLine, ...]:
    cuts, flagged = c.cuts / max(1, c.clips), c.host_flagged / max(1, c.host_clips)
    return (
        ComparisonLine(
            "word error rate of the host's kept clips",
            f"{c.words.said} words",
            f"{c.words.rate:.1%}",
            c.words.said > 0 and c.words.rate <= WORD_ERRORS_PASS,
        ),
        ComparisonLine(
            "clips that start or stop inside a word",
            f"of {c.clips}",
            f"{c.cuts} ({cuts:.1%})",
            cuts <= CUTS_PASS,
        ),
        ComparisonLine(
            "contestants' clips told by their voice",
            str(c.contestant_clips),
            str(c.contestants_flagged),
            0 < c.contestant_clips == c.contestants_flagged,
        ),
        ComparisonLine(
            "host's clips taken for another voice",
            f"of {c.host_clips}",
            f"{c.host_flagged} ({flagged:.1%})",
            flagged <= HOST_FLAGGED_PASS,
        ),
        ComparisonLine(
            "clipped clips told",
            str(c.clipped_clips),
            str(c.clipped_flagged),
            c.recordings <= c.clipped_clips == c.clipped_flagged,
        ),
        ComparisonLine(
            "clips in which the recording breaks off told",
            str(c.recordings),
            str(c.cut_flagged),
            c.recordings <= c.cut_clips == c.cut_flagged,
        ),
    )


def _unjudged(c: DemoComparison) -> tuple[ComparisonLine, ...]:
    return (
        ComparisonLine("clips with two voices, and told", str(c.both), str(c.both_flagged), None),
        ComparisonLine(
            "good clips with an error finding", f"of {c.host_clips}", str(c.false_alarms), None
        ),
        ComparisonLine(
            "seconds of good speech kept",
            f"{c.host_speech_s:.0f} s",
            f"{c.kept_speech_s:.0f} s",
            None,
        ),
    )


def _categories(c: DemoComparison) -> tuple[ComparisonLine, ...]:
    return tuple(
        ComparisonLine(
            f"turns of {key}, and clips kept", str(turns), str(c.kept_categories[key]), None
        )
        for key, turns in sorted(c.planted_categories.items())
    )


def _flagged(clips: Sequence[Clip], key: str) -> int:
    return sum(any(finding.key == key for finding in clip.findings) for clip in clips)


def _holds_clipping(truth: Truth, clip: Clip) -> bool:
    """Whether a clip overlaps the clipped turn by at least HEARD_S."""
    stretches = truth.with_fault(CLIPPED).stretches
    return speech_in(clip.span, stretches) >= HEARD_S * truth.rate


def _seconds(truth: Truth, spans: Sequence[Span]) -> float:
    """Seconds of fault-free host speech within ``spans``."""
    good = [u for u in truth.host if not u.fault]
    return sum(speech_in(span, u.stretches) for span in spans for u in good) / truth.rate


def _words(truth: Truth, clips: Sequence[Clip]) -> WordErrors:
    """Word errors of host clips; neighbours that share a sentence are joined."""
    groups: list[list[Clip]] = []
    for clip in sorted(clips, key=lambda clip: clip.span):
        if groups and _share_a_sentence(truth, groups[-1][-1], clip):
            groups[-1].append(clip)
        else:
            groups.append([clip])
    return sum((_errors_of(truth, group) for group in groups), WordErrors())


def _share_a_sentence(truth: Truth, first: Clip, second: Clip) -> bool:
    ours, theirs = sentences_in(truth, first.span), sentences_in(truth, second.span)
    return bool(ours and theirs) and ours[-1] == theirs[0]


def _errors_of(truth: Truth, group: Sequence[Clip]) -> WordErrors:
    span = Span(group[0].span.start, group[-1].span.stop)
    sentences = [sentence for u, sentence in sentences_in(truth, span) if u.speaker == HOST]
    normal = normaliser()
    said = [normal(sentence.text).split() for sentence in sentences]
    heard = normal(" ".join(clip.text for clip in group)).split()
    first_whole = not sentences or _whole(span, sentences[0])
    last_whole = not sentences or _whole(span, sentences[-1])
    return word_errors(
        [word for words in said for word in words],
        heard,
        free_start=0 if first_whole else len(said[0]),
        free_stop=0 if last_whole else len(said[-1]),
    )


def _whole(span: Span, sentence: Sentence) -> bool:
    """Whether at least 97% of a sentence lies in ``span``."""
    spoken = sum(stretch.samples for stretch in sentence.stretches)
    return speech_in(span, sentence.stretches) >= 0.97 * spoken
