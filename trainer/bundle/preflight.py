"""Which clips a target can train on, and why not the others, before a second is paid for.

The stock trainer drops such clips without a word; here each is named with its reason. The same
limits, from the same file, are applied by ``curator check``. A back-end with its vocabulary at
hand adds what only its tokenizer knows.
"""

import hashlib
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray

from trainer.bundle.manifest import Bundle, Clip
from trainer.target import Target

FULL_SCALE_16 = 32768  # what 1.0 is as a 16-bit sample
SHOWN_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a clip cannot be used: a key for programs, a sentence for people."""

    key: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Preflight:
    """What can be used, and for each other clip its reasons."""

    usable: tuple[Clip, ...]
    rejected: Mapping[str, tuple[Reason, ...]]

    @property
    def rejected_share(self) -> float:
        """Rejected clips of all clips, 0..1."""
        total = len(self.usable) + len(self.rejected)
        return len(self.rejected) / total if total else 0.0

    def without(self, more: Mapping[str, Sequence[Reason]]) -> "Preflight":
        """The same with further rejects, such as a tokenizer's."""
        rejected = dict(self.rejected)
        for clip_id, reasons in more.items():
            if reasons:
                rejected[clip_id] = (*rejected.get(clip_id, ()), *reasons)
        usable = tuple(clip for clip in self.usable if clip.id not in rejected)
        return Preflight(usable, rejected)


def preflight(bundle: Bundle, target: Target) -> Preflight:
    """Every clip of the bundle judged by its text and its sound; each has its first reason."""
    rejected: dict[str, tuple[Reason, ...]] = {}
    usable = []
    for clip in bundle.clips:
        reason = reason_against(bundle, clip, target)
        if reason:
            rejected[clip.id] = (reason,)
        else:
            usable.append(clip)
    return Preflight(tuple(usable), rejected)


def reason_against(bundle: Bundle, clip: Clip, target: Target) -> Reason | None:
    """The first reason of the target's order that applies to the clip; None if it can be used."""
    return (
        text_reason(clip.text, clip.language, target)
        or length_reason(clip.samples, target)
        or audio_reason(bundle, clip, target)
    )


def text_reason(text: str, language: str, target: Target) -> Reason | None:
    """What keeps the target from learning from a text; its file words the rules."""
    base = language.split("-")[0].lower()
    alphabet = target.alphabets.get(base)
    if alphabet is None:
        return Reason("language_unsupported", f"{target.name} is not set up for {language!r}")
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not text:
        return Reason("empty_text", "it has no text")
    if not any(character.isalnum() for character in text):
        return Reason("no_letters", "its text has no letter and no digit")
    unknown = [sign for sign in dict.fromkeys(text) if sign != " " and sign not in alphabet]
    if unknown:
        shown = ", ".join(f"{sign!a}" for sign in unknown[:SHOWN_CHARACTERS])
        return Reason("unknown_characters", f"{target.name} does not know {shown}")
    limit = target.max_characters.get(base)
    if limit is not None and len(text) > limit:
        return Reason("text_too_long", f"its text has {len(text)} characters, {limit} are possible")
    return None


def length_reason(samples: int, target: Target) -> Reason | None:
    """What is wrong with a clip of so many samples."""
    seconds = samples / target.rate
    if samples < target.min_samples:
        least = target.min_samples / target.rate
        return Reason("too_short", f"it lasts {seconds:.3f} s, at least {least:.2f} s are needed")
    if samples > target.max_samples:
        most = target.max_samples / target.rate
        return Reason("too_long", f"it lasts {seconds:.3f} s, at most {most:.2f} s are possible")
    return None


def audio_reason(bundle: Bundle, clip: Clip, target: Target) -> Reason | None:
    """What is wrong with the clip's file."""
    try:
        data = bundle.audio(clip).read_bytes()
    except FileNotFoundError:
        return Reason("audio_missing", f"{clip.audio} is not there")
    except OSError as error:
        return Reason("audio_missing", f"{clip.audio} cannot be opened: {error.strerror}")
    if hashlib.sha256(data).hexdigest() != clip.sha256:
        return Reason("audio_changed", f"{clip.audio} is not the file that was exported")
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            form = (file.samplerate, file.channels, file.subtype)
            samples = file.read(dtype="float32", always_2d=True)[:, 0]
    except soundfile.LibsndfileError as error:
        return Reason("audio_unreadable", f"{clip.audio} is no sound: {error.error_string}")
    return _sound_reason(samples, form, clip, target)


def _sound_reason(
    samples: NDArray[np.float32], form: tuple[int, int, str], clip: Clip, target: Target
) -> Reason | None:
    """samples: of the first channel. form: rate in Hz, channels, subtype of the file."""
    if form != (target.rate, 1, "PCM_16") or clip.rate != target.rate:
        said = f"{form[0]} Hz, {form[1]} channels, {form[2]}"
        return Reason(
            "audio_unreadable", f"{clip.audio} is not mono 16 bit {target.rate} Hz: {said}"
        )
    if len(samples) != clip.samples:
        said = f"{len(samples)} samples where the manifest says {clip.samples}"
        return Reason("audio_unreadable", f"{clip.audio} has {said}")
    if not np.isfinite(samples).all():
        return Reason("not_finite", f"{clip.audio} has samples that are no numbers")
    if float(np.abs(samples).max(initial=0.0)) * FULL_SCALE_16 <= target.silent_peak:
        return Reason("silent", "nothing is to be heard in it")
    return None


def counts(rejected: Mapping[str, Iterable[Reason]]) -> dict[str, int]:
    """How many clips have each reason, most frequent first."""
    found: dict[str, int] = {}
    for reasons in rejected.values():
        for key in {reason.key for reason in reasons}:
            found[key] = found.get(key, 0) + 1
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
