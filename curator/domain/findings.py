"""Rules that turn facts into plain-language findings.

An error says: do not train on this clip as it is. A warning says: listen to it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from curator.domain import hallucination
from curator.domain.clip import Clip, Finding
from curator.domain.target import Target
from curator.domain.text_rules import text_fault

INSIDE_A_WORD = 0.5  # an edge fact of this much or more is a cut word (curator.stages.edges)
CLIPPED_SHARE = 0.0005  # of the samples at full scale: audible clipping several times a second
POOR_SNR_DB = 8.0  # speech is barely louder than the noise
NOISY_SNR_DB = 15.0  # the model learns the noise
NARROW_BAND_HZ = 5_500.0  # telephone and low-rate streams; XTTS speaks up to 11 kHz
LONG_SILENCE_S = 0.6  # at an end: the model learns to pause there
QUIET_LUFS = -38.0  # close to the 16-bit noise floor
DOUBTFUL_WORDS = 0.6  # mean word probability below which one word in three is wrong
POOR_QUALITY_MOS = 2.0  # DNSMOS overall, of 5: "poor"
OVERLAP = 0.5  # curator.stages.scorers.overlap: 2 to 4 % of clips of one person reach it
CERTAIN_OVERLAP = 0.9  # almost none reaches it
VOICE_CHANGES = 0.38  # 1 - cosine of speaker vectors before and after: 3 % of single-speaker clips
MUSIC = 0.5  # curator.stages.scorers.music
CERTAIN_MUSIC = 0.9

REJECTED_TEXT = frozenset({"no_letters", "unknown_characters", "text_too_long"})
"""Faults of a text that are findings of a clip; an unsupported language is not one clip's fault."""


@dataclass(frozen=True, slots=True)
class WholeSet:
    """Statistics of the whole set that rules depend on.

    voice_threshold: similarity below which a clip is another voice, None if no voice is chosen.
    pace: usual range of characters per second in this set, None if there are too few clips.
    language: of the project, for clips without a transcript; "" if not stated.
    """

    target: Target
    voice_threshold: float | None
    pace: tuple[float, float] | None
    language: str = ""


Rule = Callable[[Clip, WholeSet], Iterator[Finding]]


def _cut_word(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    if clip.edges is None:
        return
    starts = clip.edges.starts_in_word >= INSIDE_A_WORD
    ends = clip.edges.ends_in_word >= INSIDE_A_WORD
    if not (starts or ends):
        return
    where = "Starts and ends" if starts and ends else "Starts" if starts else "Ends"
    pause = clip.edges.start_pause if starts else clip.edges.stop_pause
    sentence = f"{where} inside a word"
    if pause is not None:
        sentence += f"; the nearest pause is at {pause / clip.rate:.2f} s"
    yield Finding("cut_word", "error", f"{sentence}.")


def _other_voice(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    similarity, threshold = clip.speaker_similarity, whole.voice_threshold
    if similarity is None or threshold is None or similarity >= threshold:
        return
    yield Finding(
        "other_voice",
        "error",
        f"Another voice? Similarity {similarity:.2f} to the chosen voice; "
        f"threshold {threshold:.2f}.",
    )


def _clipped(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    share = clip.scores.get("clipping", 0.0)
    if share >= CLIPPED_SHARE:
        yield Finding(
            "clipped",
            "error",
            f"Clipped: {share:.2%} of the samples are at full scale; cleaning cannot restore them.",
        )


def _length(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    target = whole.target
    if clip.seconds > target.max_s:
        sentence = (
            f"Too long: {clip.seconds:.1f} s; {target.name} accepts up to {target.max_s:.1f} s."
        )
        yield Finding("too_long", "error", sentence)
    elif clip.seconds < target.min_s:
        sentence = f"Too short: {clip.seconds:.2f} s; {target.name} needs {target.min_s:.1f} s."
        yield Finding("too_short", "error", sentence)


def _no_text(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    if not clip.text.strip() and (clip.transcript is not None or clip.text_decided):
        yield Finding("no_text", "error", "No speech was transcribed.")


def _invented(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    if clip.text_decided or clip.transcript is None:
        return  # a person decided the text
    for sentence in hallucination.signs(clip.transcript, clip.seconds, whole.pace):
        yield Finding("invented", "error", sentence)


def _doubtful(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    if clip.text_decided or clip.transcript is None or not clip.words:
        return
    if clip.transcript.confidence < DOUBTFUL_WORDS:
        yield Finding(
            "doubtful_text",
            "warning",
            f"Uncertain transcript: mean word probability {clip.transcript.confidence:.2f}.",
        )


def _rejected_text(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    if not clip.text.strip():
        return
    fault = text_fault(clip.text, clip.language or whole.language, whole.target)
    if fault is not None and fault.reason_key in REJECTED_TEXT:
        yield Finding(fault.reason_key, "error", fault.sentence)


def _odd_pace(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    if not clip.text_decided:
        return  # the rule "invented" checks the pace of a transcript
    if sentence := hallucination.odd_pace(clip.text, clip.seconds, whole.pace):
        yield Finding("odd_pace", "warning", sentence)


def _noise(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    snr = clip.scores.get("snr")
    if snr is not None and snr < NOISY_SNR_DB:
        severity = "error" if snr < POOR_SNR_DB else "warning"
        yield Finding("noisy", severity, f"Noisy: speech is {snr:.0f} dB above the noise.")


def _narrow(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    band = clip.scores.get("bandwidth")
    if band is not None and band < NARROW_BAND_HZ:
        yield Finding(
            "narrow_band", "warning", f"Narrow band: no energy above {band / 1000:.1f} kHz."
        )


def _silence(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    for key, where in (("lead_silence", "start"), ("trail_silence", "end")):
        seconds = clip.scores.get(key, 0.0)
        if seconds > LONG_SILENCE_S:
            yield Finding("silence", "warning", f"Silence of {seconds:.1f} s at the {where}.")


def _quiet(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    loudness = clip.scores.get("loudness")
    if loudness is not None and loudness < QUIET_LUFS:
        yield Finding("quiet", "warning", f"Very quiet: {loudness:.0f} LUFS.")


def _poor(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    mos = clip.scores.get("dnsmos_ovrl")
    if mos is not None and mos < POOR_QUALITY_MOS:
        yield Finding("poor_quality", "warning", f"Poor quality: overall DNSMOS {mos:.1f} of 5.")


def _overlap(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    share = clip.scores.get("overlap", 0.0)
    if share < OVERLAP:
        return
    start = clip.scores.get("overlap_start", 0.0)
    stop = clip.scores.get("overlap_stop", clip.seconds)
    severity = "error" if share >= CERTAIN_OVERLAP else "warning"
    sentence = f"Overlapping speech from {start:.1f} to {stop:.1f} s?"
    yield Finding("overlap", severity, sentence)


def _two_voices(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    if clip.scores.get("voice_change", 0.0) >= VOICE_CHANGES:
        moment = clip.scores.get("voice_change_at", 0.0)
        yield Finding("two_voices", "warning", f"Another speaker from {moment:.1f} s on?")


def _music(clip: Clip, whole: WholeSet) -> Iterator[Finding]:
    share = clip.scores.get("music", 0.0)
    if share >= MUSIC:
        severity = "error" if share >= CERTAIN_MUSIC else "warning"
        yield Finding("music", severity, "Background music.")


RULES: dict[str, Rule] = {
    "cut_word": _cut_word,
    "other_voice": _other_voice,
    "clipped": _clipped,
    "length": _length,
    "no_text": _no_text,
    "invented": _invented,
    "doubtful_text": _doubtful,
    "rejected_text": _rejected_text,
    "odd_pace": _odd_pace,
    "noisy": _noise,
    "narrow_band": _narrow,
    "silence": _silence,
    "quiet": _quiet,
    "poor_quality": _poor,
    "overlap": _overlap,
    "two_voices": _two_voices,
    "music": _music,
}

FINDING_KEYS = (
    frozenset(RULES) - {"length", "rejected_text"} | {"too_long", "too_short"} | REJECTED_TEXT
)
"""All keys of findings, the values of ``finding:`` in queries."""


def findings_of(clip: Clip, whole: WholeSet) -> tuple[Finding, ...]:
    """Findings of a clip, errors first."""
    findings = [finding for rule in RULES.values() for finding in rule(clip, whole)]
    return tuple(sorted(findings, key=lambda finding: finding.severity != "error"))


def usual_pace(clips: Sequence[Clip]) -> tuple[float, float] | None:
    """Usual range of characters per second among ``clips``."""
    return hallucination.pace_fence(
        [len(clip.machine_text) / clip.seconds for clip in clips if clip.machine_text]
    )
