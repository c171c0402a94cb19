"""Each measure moves the right way on real speech with known damage, and the others stay."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from tests.conftest import REAL_SPEECH
from tests.trainer.evaluate import damage
from trainer.evaluate.measures import Sample, VoiceStatistics, measures
from trainer.evaluate.measures.similarity import direction
from trainer.evaluate.samples import as_sample
from trainer.speech.pace import letters, spoken_seconds, usual_rate
from trainer.speech.prior import fit_prior
from trainer.speech.sound import LISTENING_RATE, Sound, for_listening, read_sound
from trainer.speech.transcriber import Transcriber

pytestmark = [pytest.mark.slow, pytest.mark.real_speech, pytest.mark.model]

CLIPS = 40
RIGHT_WAY = 0.95  # of the clips
HEARD_AGAIN = 12  # clips on which Whisper, which errs itself, checks that words stay
BY_KEY = {key: each for each in measures() for key in each.keys}


@dataclass(frozen=True)
class Heard:
    """The clips as recorded: what they say is what Whisper hears in them, listened to once."""

    sounds: list[Sound]
    samples: list[Sample]
    voice: VoiceStatistics
    transcriber: Transcriber

    def values(self, key: str, samples: list[Sample]) -> np.ndarray:
        found = [BY_KEY[key].measure(sample, self.voice).get(key) for sample in samples]
        return np.array([np.nan if value is None else value for value in found])

    def change(self, key: str, samples: list[Sample]) -> np.ndarray:
        """Damaged less as recorded."""
        return self.values(key, samples) - self.values(key, self.samples[: len(samples)])

    def damaged(self, sounds: list[Sound], listens: bool = False) -> list[Sample]:
        """The damaged sounds; unless somebody listens, with the words of the undamaged."""
        transcriber = self.transcriber if listens else None
        return [
            replace(made, transcript=made.transcript if listens else plain.transcript)
            for sound, plain in zip(sounds, self.samples, strict=False)
            for made in [as_sample(sound, plain.texts, "en", transcriber)]
        ]


@pytest.fixture(scope="module")
def heard() -> Heard:
    transcriber = Transcriber("tiny.en")
    sounds = [sound for _, sound in damage.clips(REAL_SPEECH, CLIPS)]
    plain = [
        as_sample(sound, [""], "en", transcriber, f"clip-{at}") for at, sound in enumerate(sounds)
    ]
    samples = [replace(sample, texts=[sample.transcript]) for sample in plain]
    counts = [letters(sample.transcript) for sample in samples]
    seconds = [spoken_seconds(sample.spans) for sample in samples]
    vectors = {sample.clip: direction(sample) for sample in samples}
    prior = fit_prior(counts, seconds, (0.15, 1 / 13))
    return Heard(
        sounds, samples, VoiceStatistics(vectors, prior, usual_rate(counts, seconds)), transcriber
    )


def share(found: np.ndarray) -> float:
    return float(np.mean(found))


def test_most_clips_as_recorded_end_well(heard):
    assert len(heard.sounds) >= CLIPS - 2
    for key in ("run_on", "early_stop", "wer", "repeats"):
        assert share(heard.values(key, heard.samples) == 0) >= RIGHT_WAY, key
    assert np.median(heard.values("length_ratio", heard.samples)) == pytest.approx(1, abs=0.05)


def test_speech_cut_short(heard):
    found = heard.damaged([damage.cut_short(sound) for sound in heard.sounds], listens=True)
    for key in ("wer", "cer", "early_stop"):
        assert share(heard.change(key, found) > 0) >= RIGHT_WAY, key
    assert share(heard.change("length_ratio", found) < -0.2) >= RIGHT_WAY
    for key in ("run_on", "clipping", "repeats"):
        assert share(heard.change(key, found) == 0) >= RIGHT_WAY, key


def test_a_tail_of_noise(heard):
    found = heard.damaged([damage.noise_tail(s, at) for at, s in enumerate(heard.sounds)])
    assert share(heard.change("tail", found) > 0.6) >= RIGHT_WAY
    assert share(heard.change("run_on", found) == 1) >= RIGHT_WAY
    for key, most in {"length_ratio": 0.1, "similarity": 0.03, "pitch": 0.3}.items():
        assert share(np.abs(heard.change(key, found)) <= most) >= RIGHT_WAY, key
    for key in ("early_stop", "clipping"):
        assert share(heard.change(key, found) == 0) >= RIGHT_WAY, key
    again = heard.damaged([found[at].sound for at in range(HEARD_AGAIN)], listens=True)
    assert share(heard.change("wer", again) <= 0.1) >= 0.9


def test_a_word_said_twice(heard):
    found = heard.damaged([damage.said_twice(sound) for sound in heard.sounds])
    for key in ("echo", "length_ratio"):
        assert share(heard.change(key, found) > 0) >= RIGHT_WAY, key
    assert share(np.abs(heard.change("similarity", found)) <= 0.05) >= RIGHT_WAY
    for key in ("early_stop", "clipping"):
        assert share(heard.change(key, found) == 0) >= RIGHT_WAY, key


def test_another_speaker(heard):
    paths = sorted((REAL_SPEECH / "librispeech-test-other").rglob("*.flac"))[::2][:CLIPS]
    sounds = [for_listening(read_sound(path))[: 4 * LISTENING_RATE] for path in paths]
    found = heard.damaged([Sound(sound, LISTENING_RATE) for sound in sounds])
    assert share(heard.change("similarity", found) < -0.1) >= RIGHT_WAY
    assert share(heard.change("clipping", found) == 0) >= RIGHT_WAY


def test_slowed_by_a_fifth(heard):
    found = heard.damaged([damage.slowed(sound) for sound in heard.sounds])
    ratio = heard.values("rate", found) / heard.values("rate", heard.samples)
    assert share(np.abs(ratio - 0.8) < 0.06) >= RIGHT_WAY
    assert share(heard.change("length_ratio", found) > 0.1) >= RIGHT_WAY
    assert share(np.abs(heard.change("similarity", found)) <= 0.1) >= RIGHT_WAY
    for key in ("early_stop", "clipping"):
        assert share(heard.change(key, found) == 0) >= RIGHT_WAY, key
    again = heard.damaged([found[at].sound for at in range(HEARD_AGAIN)], listens=True)
    assert share(heard.change("wer", again) <= 0.1) >= 0.9


def test_added_noise(heard):
    found = heard.damaged([damage.noisy(s, at) for at, s in enumerate(heard.sounds)])
    for key in ("dnsmos", "dnsmos_bak", "energy_spread"):
        assert share(heard.change(key, found) < 0) >= RIGHT_WAY, key
    assert share(np.abs(heard.change("roughness", found)) > 0.2) >= RIGHT_WAY
    for key in ("early_stop", "clipping", "run_on"):
        assert share(heard.change(key, found) == 0) >= RIGHT_WAY, key
    # In noise a faint first or last word may not count as speech: 0.1 holds for 37 of 39 clips.
    assert share(np.abs(heard.change("length_ratio", found)) <= 0.15) >= RIGHT_WAY
