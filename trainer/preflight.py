"""Which clips a target can train on, and why not the others, before a second is paid for.

The stock trainer drops such clips without a word; here each is named with its reason. The same
limits, from the same file, are applied by ``curator check``. A back-end with its vocabulary at
hand adds what only its tokenizer knows.
"""

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import soundfile

from trainer.manifest import Bundle, Clip
from trainer.target import Target

SILENT_PEAK = 0.001  # -60 dBFS: below it there is nothing to learn from
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
    """Every clip of the bundle judged by its text and its sound."""
    rejected: dict[str, tuple[Reason, ...]] = {}
    usable = []
    for clip in bundle.clips:
        reasons = (*text_reasons(clip, target), *audio_reasons(bundle, clip, target))
        if reasons:
            rejected[clip.id] = reasons
        else:
            usable.append(clip)
    return Preflight(tuple(usable), rejected)


def text_reasons(clip: Clip, target: Target) -> list[Reason]:
    """What is wrong with the clip's text and language."""
    language = clip.language.split("-")[0].lower()
    if language not in target.alphabets:
        return [Reason("language", f"the language {clip.language!r} is not one it speaks")]
    text = " ".join(clip.text.split())
    if not text:
        return [Reason("empty_text", "it has no text")]
    found = []
    letters = target.alphabets[language]
    if not any(sign in letters or sign in target.digits for sign in text):
        found.append(Reason("no_letters", "its text has nothing that can be spoken"))
    unknown = sorted(set(text) - letters - target.signs - {" "})
    if unknown:
        shown = " ".join(unknown[:SHOWN_CHARACTERS])
        found.append(
            Reason("unknown_characters", f"its text has characters unknown to it: {shown}")
        )
    limit = target.max_characters[language]
    if len(text) > limit:
        found.append(Reason("text_too_long", f"its text has {len(text)} of {limit} characters"))
    return found


def audio_reasons(bundle: Bundle, clip: Clip, target: Target) -> list[Reason]:
    """What is wrong with the clip's file: there, whole, right rate, long enough, not silent."""
    path = bundle.audio(clip)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [Reason("missing_audio", f"{clip.audio} is not there")]
    except OSError as error:
        return [Reason("missing_audio", f"{clip.audio} cannot be read: {error.strerror}")]
    if hashlib.sha256(data).hexdigest() != clip.sha256:
        return [Reason("wrong_audio", f"{clip.audio} is not the file that was exported")]
    try:
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        return [Reason("wrong_audio", f"{clip.audio} is not readable sound: {error.error_string}")]
    return _sound_reasons(samples, rate, clip, target)


def _sound_reasons(samples: np.ndarray, rate: int, clip: Clip, target: Target) -> list[Reason]:
    """samples: float32 of shape (frames, channels)."""
    frames, channels = samples.shape
    if rate != target.rate or channels != 1:
        return [Reason("wrong_audio", f"{clip.audio} has {rate} Hz and {channels} channels")]
    if frames != clip.samples:
        said = f"{frames} samples where the manifest says {clip.samples}"
        return [Reason("wrong_audio", f"{clip.audio} has {said}")]
    seconds = frames / rate
    if frames < target.min_samples:
        least = target.min_samples / rate
        return [Reason("too_short", f"it lasts {seconds:.2f} s, at least {least:.2f} s are needed")]
    if frames > target.max_samples:
        most = target.max_samples / rate
        return [Reason("too_long", f"it lasts {seconds:.2f} s, at most {most:.2f} s are possible")]
    if not np.isfinite(samples).all():
        return [Reason("wrong_audio", f"{clip.audio} has samples that are not numbers")]
    if float(np.abs(samples).max()) < SILENT_PEAK:
        return [Reason("silent", "it is silent")]
    return []


def counts(rejected: Mapping[str, Iterable[Reason]]) -> dict[str, int]:
    """How many clips have each reason, most frequent first."""
    found: dict[str, int] = {}
    for reasons in rejected.values():
        for key in {reason.key for reason in reasons}:
            found[key] = found.get(key, 0) + 1
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
