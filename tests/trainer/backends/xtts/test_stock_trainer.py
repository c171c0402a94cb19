"""Known faults of the stock trainer in masking and sampling, which our design avoids.

A failure means that coqui-tts fixed the fault and our documentation must change.
"""

import math
import random

import numpy as np
import pytest
import torch

from trainer.backends.xtts.coqui import coqui

pytestmark = [pytest.mark.model, pytest.mark.slow]

CODES = 60
SAMPLES = CODES * 1024
STOP = 1025
LONGEST_PROMPT, SHORTEST_PROMPT = 132_300, 66_150  # samples


@pytest.fixture(scope="module")
def gpt():
    """Tiny stock GPT."""
    torch.manual_seed(0)
    network = coqui("tts.layers.xtts.gpt").GPT(
        layers=1,
        model_dim=64,
        heads=2,
        start_text_token=261,
        stop_text_token=0,
        number_text_tokens=300,
        num_audio_tokens=1026,
        start_audio_token=1024,
        stop_audio_token=STOP,
        max_text_tokens=402,
        max_mel_tokens=605,
        max_prompt_tokens=70,
        use_perceiver_resampler=True,
    )
    return network.train()


def targets_of(gpt, monkeypatch, slices, samples=SAMPLES):
    """Code targets of the stock forward, -1 if masked, and the loss."""
    calls = []
    module = coqui("tts.layers.xtts.gpt")
    original = module.F.cross_entropy

    def recording(logits, target, **more):
        calls.append(target.clone())
        return original(logits, target, **more)

    rows = len(slices)
    codes = math.ceil(samples / 1024)
    with monkeypatch.context() as patch:
        patch.setattr(module.F, "cross_entropy", recording)
        _, loss, _ = gpt(
            torch.randint(3, 260, (rows, 12)),
            torch.full((rows,), 12),
            torch.randint(0, 1024, (rows, codes)),
            torch.full((rows,), samples),
            cond_mels=torch.randn(rows, 1, 80, 60),
            cond_idxs=torch.tensor(slices),
            cond_lens=None,
        )
    return calls[1], loss


def test_only_the_last_row_of_a_batch_is_masked(gpt, monkeypatch):
    targets, _ = targets_of(gpt, monkeypatch, [[2048, 18_432]] * 3)
    assert [(row == -1).sum().item() for row in targets] == [1, 1, 57]


def test_the_mask_is_four_times_too_long(gpt, monkeypatch):
    targets, _ = targets_of(gpt, monkeypatch, [[2048, 18_432]])
    masked = (targets[0] == -1).nonzero().flatten().tolist()
    assert masked[:-1] == list(range(2048 // 256, min(18_432 // 256, CODES + 4)))
    assert masked[0] != 2048 // 1024


def test_a_batch_of_one_can_give_nan(gpt, monkeypatch):
    _, loss = targets_of(gpt, monkeypatch, [[0, SAMPLES]])
    assert torch.isnan(loss)


@pytest.mark.parametrize("seconds", [1.0, 3.0, 6.0])
def test_the_stop_target_is_often_masked(gpt, monkeypatch, seconds):
    samples = int(seconds * 22_050)
    count, dropped = 60, 0
    generator = random.Random(0)
    for _ in range(count):
        length = generator.randint(SHORTEST_PROMPT, LONGEST_PROMPT)
        length = samples // 2 if length > samples else length
        start = generator.randint(0, samples - length)
        targets, _ = targets_of(gpt, monkeypatch, [[start, start + length]], samples)
        dropped += targets[0][math.ceil(samples / 1024)].item() == -1
    assert 0.25 < dropped / count < 0.95


def test_an_epoch_uses_two_thirds_of_the_clips_and_skips_some_silently(monkeypatch):
    module = coqui("tts.layers.xtts.trainer.dataset")
    loaded = []

    def load(self, sample):
        if sample["text"] in ("7", "8"):
            raise ValueError("broken")
        loaded.append(sample["text"])
        wave = torch.zeros(1, 22_050)
        return torch.ones(5), "", wave, wave, torch.nan, [0, 10]

    monkeypatch.setattr(module.XTTSDataset, "load_item", load)
    config = coqui("tts.layers.xtts.trainer.gpt_trainer").GPTTrainerConfig()
    samples = [{"text": str(at), "language": "en", "audio_file": ""} for at in range(160)]
    dataset = module.XTTSDataset(config, samples, None, 22_050)
    state = random.getstate()
    random.seed(0)
    shares = []
    for _ in range(5):
        loaded.clear()
        for at in range(len(dataset)):
            dataset[at]
        shares.append(len(set(loaded)) / 160)
    random.setstate(state)
    assert np.mean(shares) == pytest.approx(1 - 1 / math.e, abs=0.04)
    assert len(dataset) == 160  # without a warning that two of them cannot be loaded
    torch.set_num_threads(1)


def test_the_mean_leaves_out_the_first_batch():
    average = coqui("model")  # imports coqui's packages
    assert average
    import importlib

    from trainer.backends.xtts.coqui import _their_trainer

    with _their_trainer():
        keep = importlib.import_module("trainer.generic_utils").KeepAverage
    mean = keep()
    for value in (10.0, 1.0, 1.0):
        mean.update_values({"loss": value})
    assert mean["loss"] == pytest.approx(1.0)
