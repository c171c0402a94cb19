"""Speaker on the stock class: ending control and equality with the stock sampler."""

from functools import partial

import numpy as np
import pytest
import torch

from trainer.backends.open_speaker import open_speaker
from trainer.backends.xtts.coqui import coqui
from trainer.backends.xtts.decode import sampler
from trainer.backends.xtts.speaker import XttsSpeaker
from trainer.backends.xtts.stock import load_stock
from trainer.backends.xtts.vocoder import stock_class, width_of
from trainer.errors import BrokenBase
from trainer.speech.endings import Ending, EndingRules
from trainer.speech.prior import Band
from trainer.speech.speaker import SamplingSettings

pytestmark = pytest.mark.model

TEXT = "Take your time."


@pytest.fixture(scope="module")
def spoken(opened, speech, tmp_path_factory):
    """Speaker of an untrained export, and its prompt."""
    backend = opened()
    folder = tmp_path_factory.mktemp("voice")
    backend.export(backend.network(), folder)
    return open_speaker(backend, folder), [speech.audio(speech.clips[0])]


class Watched(Ending):
    """Ending that records its calls."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.calls: list[int] = []

    def shape(self, logits, codes):
        self.calls.append(len(codes))
        return super().shape(logits, codes)


def test_the_length_is_in_the_band_and_rules_get_every_code(spoken):
    speaker, prompts = spoken
    assert isinstance(speaker, XttsSpeaker)
    ending = Watched(Band(12, 15, 18), speaker.stop_token)
    sound = speaker.synthesise(TEXT, "en", prompts, 3, ending)
    assert ending.calls == list(range(len(ending.calls)))
    assert 12 <= len(ending.calls) - 1 <= 18
    assert (
        0.8 * 12 / speaker.tokens_per_second < sound.seconds < 1.3 * 20 / speaker.tokens_per_second
    )


def test_only_the_cap_applies_and_output_is_reproducible(spoken):
    speaker, prompts = spoken
    rules = EndingRules(only_cap=True)
    sounds = []
    for _ in range(2):
        ending = Watched(Band(12, 13, 14), speaker.stop_token, rules)
        sounds.append(speaker.synthesise(TEXT, "en", prompts, 3, ending).samples)
        assert len(ending.calls) <= 16
    assert np.array_equal(*sounds)


def test_streamed_chunks_are_the_sound_of_the_piece(spoken):
    speaker, prompts = spoken
    whole, chunks = None, []
    for sampling in (SamplingSettings(), SamplingSettings(0.9, 0.7, 3.0)):
        endings = [Watched(Band(70, 75, 80), speaker.stop_token) for _ in range(2)]
        whole = speaker.synthesise(TEXT, "en", prompts, 3, endings[0], sampling)
        sampled = []
        chunks = []
        for chunk in speaker.stream(TEXT, "en", prompts, 3, endings[1], sampling):
            chunks.append(chunk.samples)
            sampled.append(len(endings[1].calls))
        streamed = np.concatenate(chunks)
        assert endings[0].calls == endings[1].calls
        assert len(chunks) >= 3
        assert sampled[0] < 0.4 * len(endings[1].calls)
        assert abs(len(streamed) - len(whole.samples)) <= 1024
        length = min(len(streamed), len(whole.samples)) - 4096
        assert np.abs(whole.samples).max() > 0
        apart = np.abs(streamed[:length] - whole.samples[:length]).max()
        assert apart < 0.01 * np.abs(whole.samples).max()
    plain = speaker.synthesise(
        TEXT, "en", prompts, 3, Watched(Band(70, 75, 80), speaker.stop_token)
    )
    assert not np.array_equal(plain.samples[:20000], whole.samples[:20000])


def test_a_check_that_raises_ends_the_sampling(spoken):
    speaker, prompts = spoken
    calls = []

    def check():
        calls.append(1)
        if len(calls) == 20:
            raise KeyboardInterrupt

    ending = Ending(Band(70, 75, 80), speaker.stop_token, check=check)
    with pytest.raises(KeyboardInterrupt):
        list(speaker.stream(TEXT, "en", prompts, 3, ending))
    assert len(calls) == 20


class Ruled:
    """Ending rules as a logits processor of transformers. prefix: ids before the first code."""

    def __init__(self, ending, prefix):
        self.ending, self.prefix = ending, prefix

    def __call__(self, input_ids, scores):
        codes = input_ids[0, self.prefix :].tolist()
        return torch.from_numpy(self.ending.shape(scores[0].numpy(), codes))[None].to(scores)


def codes_of(model, prompts, sample) -> list[int]:
    """Sampled codes of the text with a fixed seed."""
    latent, _ = model.get_conditioning_latents(audio_path=[str(path) for path in prompts])
    tokens = torch.IntTensor(model.tokenizer.encode(TEXT.lower(), lang="en"))[None]
    options = {"temperature": 0.75, "top_k": 50, "top_p": 0.85, "repetition_penalty": 10.0}
    torch.manual_seed(5)
    with torch.no_grad():
        codes = sample(cond_latents=latent, text_inputs=tokens, do_sample=True, **options)
    return codes[0].tolist()


@pytest.mark.filterwarnings("ignore::UserWarning")  # torchaudio's, of its next version
def test_codes_equal_the_stock_sampler(spoken, opened, tmp_path):
    _, prompts = spoken
    backend = opened()
    backend.export(backend.network(), tmp_path)
    model = load_stock(tmp_path)
    stock = codes_of(model, prompts, partial(model.gpt.generate, max_new_tokens=60))
    assert len(set(stock)) > 20
    assert codes_of(model, prompts, sampler(model.gpt, None, 60)) == stock

    band, stop = Band(8, 12, 16), model.gpt.stop_audio_token
    text = model.tokenizer.encode(TEXT.lower(), lang="en")
    processor = Ruled(Ending(band, stop), 32 + len(text) + 2 + 1)
    ruled = partial(model.gpt.generate, max_new_tokens=17, logits_processor=[processor])
    ours = sampler(model.gpt, Ending(band, stop), 17)
    assert codes_of(model, prompts, ours) == codes_of(model, prompts, ruled)


def test_a_narrow_vocoder_equals_the_full_width_one(opened, tmp_path):
    backend = opened("model.vocoder_width=64")
    backend.export(backend.network(), tmp_path)
    stock = coqui("tts.models.xtts").Xtts
    assert stock_class(512) is stock
    assert width_of(tmp_path / "model.pth") == 64

    settings = coqui("tts.configs.xtts_config").XttsConfig()
    settings.load_json(str(tmp_path / "config.json"))
    whole = stock(settings)
    whole.load_checkpoint(settings, checkpoint_dir=str(tmp_path), eval=True, strict=True)
    narrow = load_stock(tmp_path)
    latents = torch.randn(1, 12, backend.base.model_args()["decoder_input_dim"])
    embedding = torch.randn(1, 512, 1)
    with torch.inference_mode():
        sounds = [model.hifigan_decoder(latents, g=embedding) for model in (whole, narrow)]
    assert sounds[0].std() > 0
    assert torch.allclose(*sounds, atol=1e-6)
    counts = [
        sum(p.numel() for p in model.hifigan_decoder.waveform_decoder.parameters())
        for model in (whole, narrow)
    ]
    assert counts[1] < 0.2 * counts[0]


def test_a_partly_narrow_vocoder_is_an_error(opened, tmp_path):
    backend = opened("model.vocoder_width=64")
    backend.export(backend.network(), tmp_path)
    content = torch.load(tmp_path / "model.pth", weights_only=True)
    content["model"]["hifigan_decoder.waveform_decoder.ups.1.bias"][-1] = 0.5
    torch.save(content, tmp_path / "model.pth")
    with pytest.raises(BrokenBase, match="neither narrow nor of full width"):
        load_stock(tmp_path)


def test_every_reference_gives_its_share_of_the_prompt(spoken, speech):
    """One reference alone differs from it with others, however long the first one is."""
    speaker, _ = spoken
    longest = sorted(speech.clips, key=lambda clip: -clip.duration_s)[:3]
    paths = tuple(speech.audio(clip) for clip in longest)
    (one, voice), (several, voices) = speaker._voice(paths[:1]), speaker._voice(paths)
    assert not torch.allclose(one, several, atol=1e-4)
    assert not torch.allclose(voice, voices, atol=1e-4)
    alone = torch.stack([speaker._voice((path,))[0] for path in paths]).mean(dim=0)
    assert torch.allclose(several, alone, atol=1e-4)  # each is shorter than its share


def test_lengths_and_sampler_settings_are_those_of_the_configuration(spoken, speech):
    speaker, _ = spoken
    calls = []

    def record(**options):
        calls.append(options)
        return torch.zeros(1, 32, 64), torch.zeros(1, 512, 1)

    original = speaker._model.get_conditioning_latents
    speaker._model.get_conditioning_latents = record
    try:
        paths = tuple(speech.audio(clip) for clip in speech.clips[3:7])
        speaker._voice(paths[:1])
        speaker._voice(paths)
    finally:
        speaker._model.get_conditioning_latents = original
        speaker._voices.clear()
    config = speaker._model.config
    assert calls[0]["gpt_cond_len"] == config.gpt_cond_len == 12
    assert calls[0]["gpt_cond_chunk_len"] == config.gpt_cond_chunk_len
    assert calls[0]["max_ref_length"] == config.max_ref_len
    assert [call["gpt_cond_len"] for call in calls[1:]] == [6] * 4
    assert speaker._sampling["repetition_penalty"] == config.repetition_penalty
