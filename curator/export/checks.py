"""Rules by which the target's trainer refuses clips.

The rules are specified in ``resources/targets/*.toml``. The trainer has its own implementation; a
test compares the two.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from curator.domain.clip import Clip
from curator.domain.languages import GROWN, base_code, folds, languages
from curator.domain.target import Target
from curator.domain.text_rules import Fault, text_fault


@dataclass(frozen=True, slots=True)
class Refusal:
    """Refusal of a kept clip by the trainer.

    reason_key: one of the target's ``refusal_order``. sentence: the reason, with numbers.
    """

    clip_id: int
    reason_key: str
    sentence: str

    @classmethod
    def for_fault(cls, clip: int, fault: Fault) -> "Refusal":
        """Refusal of a clip for a fault."""
        return cls(clip, fault.reason_key, fault.sentence)


CheckSound = Callable[[Clip], Fault | None]
"""Checks the source and sound of a clip; None if both are accepted."""


def check(
    clips: Iterable[Clip],
    target: Target,
    *,
    language: str = "",
    check_sound: CheckSound | None = None,
) -> list[Refusal]:
    """Refusals of clips in order, each with its first reason.

    language: of the project, for clips without a transcript. check_sound: checks clips with a
    valid text and length; without it only text and length are checked.
    """
    refusals = []
    for clip in clips:
        fault = text_or_length_fault(clip, target, language)
        if fault is None and check_sound is not None:
            fault = check_sound(clip)
        if fault is not None:
            refusals.append(Refusal.for_fault(clip.id, fault))
    return refusals


def text_or_length_fault(clip: Clip, target: Target, language: str = "") -> Fault | None:
    """Fault of a clip's text or length."""
    spoken = language_of(clip, language)
    return text_fault(clip.text, spoken, target) or length_fault(
        written_samples(clip.span.samples, clip.rate, target.rate), target
    )


def language_of(clip: Clip, language: str) -> str:
    """Language of a clip: of the transcript, else the project's."""
    return clip.language or language


def grown_languages(clips: Iterable[Clip], target: Target, language: str = "") -> tuple[str, ...]:
    """Codes of the clips' languages that the target learns only in training, sorted."""
    codes = {base_code(language_of(clip, language)) for clip in clips}
    return tuple(sorted(code for code in codes if target.treatments.get(code) == GROWN))


def text_notes(clips: Sequence[Clip], target: Target, language: str = "") -> tuple[str, ...]:
    """Notes on languages that training adds to the vocabulary, and on folded characters."""
    added = (
        f"{languages()[code].english} will be added to {target.name}'s vocabulary in training."
        for code in grown_languages(clips, target, language)
    )
    changes = folds(clip.text for clip in clips)
    return (*added, *([changes] if changes else []))


def written_samples(samples: int, rate: int, target_rate: int) -> int:
    """Length at ``target_rate`` Hz of ``samples`` samples at ``rate`` Hz, as exported.

    >>> written_samples(44_101, 44_100, 22_050)
    22051
    """
    return (samples * target_rate + rate // 2) // rate


def length_fault(samples: int, target: Target) -> Fault | None:
    """Fault of a length in samples at the target's rate."""
    seconds = samples / target.rate
    if samples < target.min_samples:
        return Fault(
            "too_short",
            f"The clip lasts {seconds:.3f} s; {target.name} needs at least {target.min_s:.2f} s.",
        )
    if samples > target.max_samples:
        return Fault(
            "too_long",
            f"The clip lasts {seconds:.3f} s; {target.name} accepts at most {target.max_s:.2f} s.",
        )
    return None
