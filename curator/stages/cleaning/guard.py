"""Clip before and after cleaning -> what that did to voice, words and quality.

Both are heard at 16 kHz, as the networks that judge them are. A change of loudness is no loss.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import CACHE_RATE, Samples, Samples16, Waveform
from curator.domain.cleaning import (
    BACKGROUND,
    ERRORS,
    GAPS,
    LOST,
    OVERALL,
    PITCH,
    SIMILARITY,
    SPEECH,
    BeforeAfter,
    ClipCleaned,
)
from curator.domain.fact import ClipFact, Producer, Transcript
from curator.domain.speaker_encoder import RESEMBLYZER
from curator.stages import ClipSound, Failed
from curator.stages.delivery.pitch import pitch
from curator.stages.scoring.scorers import ScorerInput, scorers
from curator.stages.speaker.embed import speaker_vectors
from curator.stages.speaker.resemblyzer import SpeakerArray
from curator.stages.transcription.transcribe import TranscribeClips

Numbers = NDArray[np.float64]

BANDS_HZ = (150.0, 400.0, 1000.0, 2000.0, 3200.0, 4500.0, 6000.0, 7600.0)
CORE_HZ = (200.0, 3000.0)  # where a voice is loud whatever was done to its edges
WINDOW, HOP = 512, 160  # samples at 16 kHz
ABOVE_FLOOR_DB = 10.0  # a frame so far above a band's quiet ones holds voice, not noise
BELOW_PEAK_DB = 30.0
GAP_DB = 15.0  # a voiced frame that has lost so much is gone
FLOOR = 0.15  # the share of frames that are taken for quiet
FEW_FRAMES = 8
SEMITONES = 12.0
CLIPS_AT_ONCE = 16


@dataclass(frozen=True, slots=True, eq=False)
class ClipPair:
    """A clip as it is (``sound``), the cache of its recording as cleaned, and what is said."""

    sound: ClipSound
    cleaned16: Samples16
    text: str

    @property
    def after(self) -> ClipSound:
        """The clip as it would be."""
        return replace(self.sound, recording16=self.cleaned16)


class GuardClips:
    """Measures what a recipe did to clips.

    recipe: its hash. voice: the direction of the chosen voice, or None while nobody knows it.
    words: hears what is said, or None when words are not to be compared. encoder: key of the
    network that the voice is known by.
    """

    key = "clean_guard"
    version = 1

    def __init__(
        self,
        recipe: str,
        voice: SpeakerArray | None,
        words: TranscribeClips | None,
        encoder: str = RESEMBLYZER,
    ) -> None:
        self._encoder = encoder
        self._recipe = recipe
        self._voice = voice
        self._words = words
        self.options = words.options if words else "without words"
        (quality,) = (info for info in scorers() if info.key == "dnsmos")
        self._quality = quality.create("fast")

    def run(self, items: Iterable[ClipPair]) -> Iterator[ClipCleaned | Failed]:
        """The measures of each clip, in order."""
        waiting = iter(items)
        while group := list(islice(waiting, CLIPS_AT_ONCE)):
            yield from self._group(group)

    def _group(self, pairs: Sequence[ClipPair]) -> Iterator[ClipCleaned | Failed]:
        if not pairs:
            return
        before = [pair.sound.wave.samples for pair in pairs]
        after = [pair.after.wave.samples for pair in pairs]
        alike = self._alike(before, after)
        words = [self._texts([pair.sound for pair in pairs]), self._texts([p.after for p in pairs])]
        made_by = Producer(self.key, self.version, self.options)
        for place, pair in enumerate(pairs):
            old, new = before[place], after[place]
            measures = self._quality_of(old, new) | voice_measures(old, new)
            if alike is not None:
                measures[SIMILARITY] = alike[place]
            group_texts = [texts[place] for texts in words]
            if pair.text.strip() and None not in group_texts:
                wrong = [float(wrong_words(pair.text, text or "")) for text in group_texts]
                measures[ERRORS] = BeforeAfter(wrong[0], wrong[1])
            sound = pair.sound
            yield ClipCleaned(sound.clip_id, sound.span, made_by, self._recipe, measures)

    def _alike(
        self, before: Sequence[Samples], after: Sequence[Samples]
    ) -> list[BeforeAfter] | None:
        """How much each clip sounds like the voice, 0..1.

        A voice that is known from noisy clips has their noise in it. So the cleaned clip is also
        heard with the noise of its own pauses put back, and what is more alike counts: whoever
        speaks otherwise than before is unlike the voice both ways.
        """
        if self._voice is None:
            return None
        noisy = [with_noise_of(old, new) for old, new in zip(before, after, strict=True)]
        vectors = speaker_vectors([*before, *after, *noisy], encoder=self._encoder)
        cosines = (vectors @ self._voice).reshape(3, -1)
        new = np.maximum(cosines[1], cosines[2])
        return [BeforeAfter(float(a), float(b)) for a, b in zip(cosines[0], new, strict=True)]

    def _texts(self, sounds: Sequence[ClipSound]) -> list[str | None]:
        """What Whisper hears in each; None where it cannot say."""
        if self._words is None:
            return [None] * len(sounds)
        results = self._words.run(sounds)
        return [
            result.fact.text
            if isinstance(result, ClipFact) and isinstance(result.fact, Transcript)
            else None
            for result in results
        ]

    def _quality_of(self, before: Samples, after: Samples) -> dict[str, BeforeAfter]:
        old = self._quality(ScorerInput(Waveform(before, CACHE_RATE)))
        new = self._quality(ScorerInput(Waveform(after, CACHE_RATE)))
        return {
            key: BeforeAfter(old[key], new[key])
            for key in (SPEECH, BACKGROUND, OVERALL)
            if key in old and key in new
        }


def with_noise_of(before: Samples, after: Samples) -> Samples:
    """The cleaned clip over steady noise like that which was taken out of its quiet moments."""
    count = min(before.size, after.size)
    if count < WINDOW * FEW_FRAMES:
        return after
    old, new = _power(before[:count]), _power(after[:count])
    level = _decibels(old)
    quiet = level <= np.quantile(level, FLOOR)
    taken = np.maximum(old[quiet].mean(axis=0) - new[quiet].mean(axis=0), 0.0)
    # White noise of variance 1 has the power of the window in every bin.
    gain = np.sqrt(taken / np.sum(np.square(np.hanning(WINDOW))))
    white = np.fft.rfft(np.random.default_rng(0).standard_normal(after.size))
    shape = np.interp(np.linspace(0.0, 1.0, white.size), np.linspace(0.0, 1.0, gain.size), gain)
    mixed: Samples = (after + np.fft.irfft(white * shape, after.size)).astype(np.float32)
    return mixed


def voice_measures(before: Samples, after: Samples) -> dict[str, BeforeAfter]:
    """What is gone of a voice, and how far its pitch has moved. Both at 16 kHz, equally long."""
    lost, gaps = voice_lost(before, after)
    moved = pitch_moved(before, after)
    shares = {LOST: lost, GAPS: gaps, PITCH: moved}
    return {key: BeforeAfter(0.0, value) for key, value in shares.items()}


def voice_lost(before: Samples, after: Samples) -> tuple[float, float]:
    """How many dB the band lost that lost most, and the share of voiced frames that are gone."""
    if before.size < WINDOW * FEW_FRAMES:
        return 0.0, 0.0
    old, new = _power(before), _power(after)  # (frames, bins)
    hertz = np.fft.rfftfreq(WINDOW, 1 / CACHE_RATE)
    core = (hertz >= CORE_HZ[0]) & (hertz < CORE_HZ[1])
    old_core, new_core = _decibels(old[:, core]), _decibels(new[:, core])
    voiced = _voiced(old_core)
    if voiced.sum() < FEW_FRAMES:
        return 0.0, 0.0
    gain = float(np.median((new_core - old_core)[voiced]))
    gaps = float(np.mean((new_core - old_core)[voiced] < gain - GAP_DB))
    lost = 0.0
    for low, high in pairwise(BANDS_HZ):
        band = (hertz >= low) & (hertz < high)
        band_old, band_new = _decibels(old[:, band]), _decibels(new[:, band])
        voiced_in_band = _voiced(band_old)
        if voiced_in_band.sum() >= FEW_FRAMES:
            lost = max(lost, gain - float(np.median((band_new - band_old)[voiced_in_band])))
    return lost, gaps


def pitch_moved(before: Samples, after: Samples) -> float:
    """Absolute pitch change in semitones; 0 without voiced frames."""
    old, new = pitch(before).hertz, pitch(after).hertz
    count = min(old.size, new.size)
    both = (old[:count] > 0) & (new[:count] > 0)
    if both.sum() < FEW_FRAMES:
        return 0.0
    return abs(SEMITONES * float(np.median(np.log2(new[:count][both] / old[:count][both]))))


def wrong_words(reference: str, hypothesis: str) -> int:
    """Word-level Levenshtein distance.

    Case, punctuation and accents do not count.
    """
    first, second = _plain(reference), _plain(hypothesis)
    row = list(range(len(second) + 1))
    for i, word in enumerate(first, start=1):
        last, row[0] = row[0], i
        for j, other in enumerate(second, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1]


def _plain(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return re.findall(r"\w+", bare.replace("'", "").replace("’", ""))


def _power(samples: Samples) -> Numbers:
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    spectrum = np.fft.rfft(frames * np.hanning(WINDOW), axis=1)
    return np.asarray(np.square(np.abs(spectrum)), np.float64)


def _decibels(power: Numbers) -> Numbers:
    """Of each frame. power: (frames, bins)."""
    return np.asarray(10.0 * np.log10(power.mean(axis=1) + 1e-10))


def _voiced(level: Numbers) -> NDArray[np.bool_]:
    """The frames that are far above the quiet ones and not far below the loudest."""
    floor, peak = np.quantile(level, FLOOR), np.quantile(level, 0.98)
    return np.asarray((level > floor + ABOVE_FLOOR_DB) & (level > peak - BELOW_PEAK_DB))
