"""XTTS's stock class as a speaker: endings held to the band, by rules that see every code."""

from functools import partial

import numpy as np
import pytest
import torch

from trainer.backends.xtts.coqui import coqui
from trainer.backends.xtts.decode import sampler
from trainer.backends.xtts.speaker import XttsSpeaker
from trainer.backends.xtts.stock import load_stock
from trainer.backends.xtts.vocoder import stock_class, width_of
from trainer.speech.endings import Ending, EndingRules
from trainer.speech.generate import EndingProcessor
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


def codes_of(model, prompts, sample) -> list[int]:
    """What is drawn for the text after one seed."""
    latent, _ = model.get_conditioning_latents(audio_path=[str(path) for path in prompts])
    tokens = torch.IntTensor(model.tokenizer.encode(TEXT.lower(), lang="en"))[None]
    told = {"temperature": 0.75, "top_k": 50, "top_p": 0.85, "repetition_penalty": 10.0}
    torch.manual_seed(5)
    with torch.no_grad():
        found = sample(cond_latents=latent, text_inputs=tokens, do_sample=True, **told)
    return found[0].tolist()


@pytest.mark.filterwarnings("ignore::UserWarning")  # torchaudio's, of its next version
def test_our_loop_draws_the_codes_of_the_stock_sampler(spoken, opened, tmp_path):
    _, prompts = spoken
    backend = opened()
    backend.export(backend.network(), tmp_path)
    model = load_stock(tmp_path)
    stock = codes_of(model, prompts, partial(model.gpt.generate, max_new_tokens=60))
    assert len(set(stock)) > 20
    assert codes_of(model, prompts, sampler(model.gpt, None, 60)) == stock

    band, stop = Band(8, 12, 16), model.gpt.stop_audio_token
    text = model.tokenizer.encode(TEXT.lower(), lang="en")
    processor = EndingProcessor(Ending(band, stop), 32 + len(text) + 2 + 1)
    ruled = partial(model.gpt.generate, max_new_tokens=17, logits_processor=[processor])
    ours = sampler(model.gpt, Ending(band, stop), 17)
    assert codes_of(model, prompts, ours) == codes_of(model, prompts, ruled)


def test_the_stock_class_is_changed_only_where_the_vocoder_is_narrower(opened, tmp_path):
    for width in (512, 64):
        backend = opened(f"model.vocoder_width={width}")
        folder = tmp_path / str(width)
        folder.mkdir()
        backend.export(backend.network(), folder)
        assert width_of(folder / "model.pth") == width
    stock = coqui("tts.models.xtts").Xtts
    assert stock_class(512) is stock
    assert type(load_stock(tmp_path / "512")) is stock
    assert isinstance(load_stock(tmp_path / "64"), stock)
