"""Checks of clips against a target's limits, each rejected clip with its reason.

``curator check`` applies the same limits from the same file. A backend adds the checks of its own
tokenizer.
"""

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray

from trainer.bundle.manifest import Bundle, Clip
from trainer.foreign_files import read_bytes
from trainer.languages import base_code, folded
from trainer.target import Target

FULL_SCALE_16 = 32768  # 16-bit value of 1.0
MAX_CHARACTERS_SHOWN = 8
MAX_CLIP_BYTES = 1 << 26  # of one clip's WAV file: 25 min at 22 kHz


@dataclass(frozen=True, slots=True)
class Reason:
    """Reason of a rejection. key: machine-readable. sentence: for people, without full stop."""

    key: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Preflight:
    """Usable clips, and the reasons of each rejected clip."""

    usable: tuple[Clip, ...]
    rejected: Mapping[str, tuple[Reason, ...]]

    @property
    def rejected_share(self) -> float:
        """Share of rejected clips, 0..1."""
        total = len(self.usable) + len(self.rejected)
        return len(self.rejected) / total if total else 0.0

    def without(self, more: Mapping[str, Sequence[Reason]]) -> "Preflight":
        """Result with additional rejections, such as a tokenizer's."""
        rejected = dict(self.rejected)
        for clip_id, reasons in more.items():
            if reasons:
                rejected[clip_id] = (*rejected.get(clip_id, ()), *reasons)
        usable = tuple(clip for clip in self.usable if clip.id not in rejected)
        return Preflight(usable, rejected)


def preflight(bundle: Bundle, target: Target) -> Preflight:
    """Check text and audio of every clip; a rejected clip gets its first reason."""
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
    """First reason, in the target's order, to reject a clip; None if it is usable."""
    return (
        text_reason(clip.text, clip.language, target)
        or length_reason(clip.samples, target)
        or audio_reason(bundle, clip, target)
    )


def text_reason(text: str, language: str, target: Target) -> Reason | None:
    """Reason to reject a text; the rules are described in the target's file."""
    base = base_code(language)
    alphabet = target.alphabets.get(base)
    if alphabet is None:
        return Reason(
            "language_unsupported", f"{target.name} does not support the language {language!r}"
        )
    text = folded(text)
    if not text:
        return Reason("empty_text", "the text is empty")
    if not any(character.isalnum() for character in text):
        return Reason("no_letters", "the text has no letters or digits")
    unknown = [
        character
        for character in dict.fromkeys(text)
        if character != " " and character not in alphabet
    ]
    if unknown:
        shown = ", ".join(f"{character!a}" for character in unknown[:MAX_CHARACTERS_SHOWN])
        return Reason(
            "unknown_characters", f"{target.name} does not support the characters {shown}"
        )
    limit = target.max_characters.get(base)
    if limit is not None and len(text) > limit:
        return Reason("text_too_long", f"the text has {len(text)} characters, the limit is {limit}")
    return None


def length_reason(samples: int, target: Target) -> Reason | None:
    """Reason to reject a clip by its length."""
    seconds = samples / target.rate
    if samples < target.min_samples:
        least = target.min_samples / target.rate
        return Reason("too_short", f"it lasts {seconds:.3f} s, the minimum is {least:.2f} s")
    if samples > target.max_samples:
        most = target.max_samples / target.rate
        return Reason("too_long", f"it lasts {seconds:.3f} s, the maximum is {most:.2f} s")
    return None


def audio_reason(bundle: Bundle, clip: Clip, target: Target) -> Reason | None:
    """Reason to reject a clip by its audio file."""
    try:
        data = read_bytes(bundle.audio(clip), MAX_CLIP_BYTES)
    except FileNotFoundError:
        return Reason("audio_missing", f"{clip.audio} is missing")
    except OSError as error:
        return Reason("audio_missing", f"{clip.audio} cannot be opened: {error.strerror}")
    if hashlib.sha256(data).hexdigest() != clip.sha256:
        return Reason("audio_changed", f"{clip.audio} was changed since the export")
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            audio_format = (file.samplerate, file.channels, file.subtype)
            if file.frames > clip.samples:  # whatever its header says, no more is decoded
                return _length_reason(file.frames, clip)
            samples = file.read(dtype="float32", always_2d=True)[:, 0]
    except soundfile.LibsndfileError as error:
        return Reason(
            "audio_unreadable", f"{clip.audio} is not readable audio: {error.error_string}"
        )
    return _samples_reason(samples, audio_format, clip, target)


def _samples_reason(
    samples: NDArray[np.float32], audio_format: tuple[int, int, str], clip: Clip, target: Target
) -> Reason | None:
    """Reason to reject decoded samples. audio_format: rate in Hz, channels, subtype."""
    if audio_format != (target.rate, 1, "PCM_16") or clip.rate != target.rate:
        actual = f"{audio_format[0]} Hz, {audio_format[1]} channels, {audio_format[2]}"
        return Reason(
            "audio_unreadable", f"{clip.audio} is not mono 16 bit {target.rate} Hz: {actual}"
        )
    if len(samples) != clip.samples:
        return _length_reason(len(samples), clip)
    if not np.isfinite(samples).all():
        return Reason("not_finite", f"{clip.audio} has samples that are not finite")
    if float(np.abs(samples).max(initial=0.0)) * FULL_SCALE_16 <= target.silent_peak:
        return Reason("silent", "it is silent")
    return None


def _length_reason(frames: int, clip: Clip) -> Reason:
    actual = f"{frames} samples, but the manifest says {clip.samples}"
    return Reason("audio_unreadable", f"{clip.audio} has {actual}")


def counts(rejected: Mapping[str, Iterable[Reason]]) -> dict[str, int]:
    """Number of clips per reason, most frequent first."""
    result: dict[str, int] = {}
    for reasons in rejected.values():
        for key in {reason.key for reason in reasons}:
            result[key] = result.get(key, 0) + 1
    return dict(sorted(result.items(), key=lambda item: (-item[1], item[0])))
