"""XTTS's stock class as a speaker: endings held to the band, by rules that see every code."""

import numpy as np
import pytest

from trainer.backends.xtts.speaker import XttsSpeaker
from trainer.speech.endings import Ending, EndingRules
from trainer.speech.prior import Band
from trainer.speech.speaker import open_speaker

pytestmark = pytest.mark.model

TEXT = "Take your time."


@pytest.fixture(scope="module")
def spoken(opened, speech, tmp_path_factory):
    """A speaker on the untrained network, and the sound it is to sound like."""
    backend = opened()
    folder = tmp_path_factory.mktemp("voice")
    backend.export(backend.network(), folder)
    return open_speaker(backend, folder), [speech.audio(speech.clips[0])]


class Watched(Ending):
    """Remembers what it was shown."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.seen: list[int] = []

    def shape(self, logits, said):
        self.seen.append(len(said))
        return super().shape(logits, said)


def test_the_band_holds_and_the_rules_see_every_code_from_the_first(spoken):
    speaker, prompts = spoken
    assert isinstance(speaker, XttsSpeaker)
    ending = Watched(Band(12, 15, 18), speaker.stop_token)
    sound = speaker.say(TEXT, "en", prompts, 3, ending)
    assert ending.seen == list(range(len(ending.seen)))
    assert 12 <= len(ending.seen) - 1 <= 18
    assert (
        0.8 * 12 / speaker.tokens_per_second < sound.seconds < 1.3 * 20 / speaker.tokens_per_second
    )


def test_without_rules_only_the_cap_holds_and_the_same_seed_sounds_the_same(spoken):
    speaker, prompts = spoken
    rules = EndingRules(only_cap=True)
    sounds = []
    for _ in range(2):
        ending = Watched(Band(12, 13, 14), speaker.stop_token, rules)
        sounds.append(speaker.say(TEXT, "en", prompts, 3, ending).samples)
        assert len(ending.seen) <= 16
    assert np.array_equal(*sounds)
