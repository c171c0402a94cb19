"""Which kept clips the target's trainer will refuse, and why.

The rules are data in ``resources/targets/*.toml``, where they are worded to the letter; the trainer
has code of its own for them, and a test holds the two to the same answer.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from curator.domain.clip import Clip
from curator.domain.target import Target

NAMED_CHARACTERS = 8
"""More unknown characters than this are counted, not named."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A kept clip that the trainer would not use.

    reason_key: one of the target's ``refusal_order``. sentence: for people, with the figures.
    """

    clip_id: int
    reason_key: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text, a length or a sound will not do."""

    reason_key: str
    sentence: str

    def of(self, clip: Clip) -> Refusal:
        """As the refusal of a clip."""
        return Refusal(clip.id, self.reason_key, self.sentence)


Listen = Callable[[Clip], Fault | None]
"""What is wrong with a clip's source and sound; None when nothing is."""


def check(
    clips: Iterable[Clip], target: Target, *, language: str = "", listen: Listen | None = None
) -> list[Refusal]:
    """The clips that will be refused, in their order, each with its first reason.

    language: of the project, for clips that nobody has transcribed. listen: looks at source and
    sound of the clips that are well otherwise; without it only texts and lengths are judged.
    """
    refusals = []
    for clip in clips:
        fault = fault_on_paper(clip, target, language)
        if fault is None and listen is not None:
            fault = listen(clip)
        if fault is not None:
            refusals.append(fault.of(clip))
    return refusals


def fault_on_paper(clip: Clip, target: Target, language: str = "") -> Fault | None:
    """What is wrong with a clip's text or length, which needs no sound."""
    spoken = language_of(clip, language)
    return text_fault(clip.text, spoken, target) or length_fault(
        written_samples(clip.span.samples, clip.rate, target.rate), target
    )


def language_of(clip: Clip, language: str) -> str:
    """What a clip is spoken in: as transcribed, else as the project says."""
    return clip.language or language


def folded(text: str) -> str:
    """A text as manifests carry it: Unicode NFC, white space folded to single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def written_samples(samples: int, rate: int, target_rate: int) -> int:
    """Length in samples after resampling from ``rate`` to ``target_rate`` Hz, as exported.

    >>> written_samples(44_101, 44_100, 22_050)
    22051
    """
    return (samples * target_rate + rate // 2) // rate


def text_fault(text: str, language: str, target: Target) -> Fault | None:
    """What keeps the target from learning from a text."""
    base = language.split("-")[0].lower()
    alphabet = target.alphabets.get(base)
    if alphabet is None:
        return Fault("language_unsupported", _unsupported(language, target))
    spoken = folded(text)
    if not spoken:
        return Fault("empty_text", "There is no text.")
    if not any(character.isalnum() for character in spoken):
        return Fault("no_letters", f"The text {spoken[:40]!r} has no letter and no digit.")
    unknown = [c for c in dict.fromkeys(spoken) if c != " " and c not in alphabet]
    if unknown:
        return Fault("unknown_characters", f"{target.name} does not know {_named(unknown)}.")
    longest = target.max_characters.get(base)
    if longest is not None and len(spoken) > longest:
        return Fault(
            "text_too_long",
            f"The text has {len(spoken)} characters; {target.name} takes at most {longest}.",
        )
    return None


def length_fault(samples: int, target: Target) -> Fault | None:
    """What is wrong with a clip of ``samples`` samples at the target's rate."""
    seconds = samples / target.rate
    if samples < target.min_samples:
        return Fault(
            "too_short",
            f"It lasts {seconds:.3f} s; {target.name} takes {target.min_s:.2f} s or more.",
        )
    if samples > target.max_samples:
        return Fault(
            "too_long",
            f"It lasts {seconds:.3f} s; {target.name} takes at most {target.max_s:.2f} s.",
        )
    return None


def _unsupported(language: str, target: Target) -> str:
    known = ", ".join(sorted(target.alphabets))
    spoken = repr(language) if language else "no known language"
    return f"It is in {spoken}; {target.name} is set up here for {known}."


def _named(characters: Sequence[str]) -> str:
    """Characters for people: "'%' and U+2028"."""
    names = [_name(c) for c in characters[:NAMED_CHARACTERS]]
    if len(characters) > NAMED_CHARACTERS:
        names.append(f"{len(characters) - NAMED_CHARACTERS} more")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _name(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return f"'{character}' ({code})" if character.isprintable() else code
