"""Forward pass compared with the stock one: sums, gradients, stop targets."""

import math

import numpy as np
import pytest
import torch

from trainer.backends import Item
from trainer.backends.xtts.batch import STOPS
from trainer.data.prompts import Prompts

pytestmark = pytest.mark.model
TEXT, MEL, EOS = 0, 1, 2


@pytest.fixture(scope="module")
def backend(opened):
    return opened("model.dropout=0.0", "data.prompt_max_s=3.0")


@pytest.fixture(scope="module")
def network(backend):
    torch.manual_seed(0)
    return backend.network()


@pytest.fixture(scope="module")
def stock(backend, network):
    """The GPT as coqui builds it, with the same weights."""
    from trainer.backends.dropout import set_dropout
    from trainer.backends.xtts.networks import load_gpt

    gpt = load_gpt(backend.base, backend._tokens)
    set_dropout(gpt, 0.0)
    return gpt.train()


def items_of(dataset, number, epoch=0):
    clips = dataset.training.clips[:number]
    return [dataset.prompts.item(clip, epoch) for clip in clips]


def stock_losses(gpt, items):
    """Text and mel loss of ``GPT.forward`` without masking, on the same codes and prompts."""
    tokens = [torch.from_numpy(item.arrays["tokens"].astype(np.int64)) for item in items]
    codes = [torch.from_numpy(item.arrays["codes"].astype(np.int64)) for item in items]
    pad = torch.nn.utils.rnn.pad_sequence
    mels = torch.stack([torch.from_numpy(item.prompt.T.astype(np.float32)) for item in items])
    text, mel, _ = gpt(
        pad(tokens, batch_first=True),
        torch.tensor([len(row) for row in tokens]),
        pad(codes, batch_first=True),
        torch.tensor([len(row) * 1024 for row in codes]),
        cond_mels=mels[:, None],
        cond_idxs=None,
        cond_lens=None,
    )
    return text, mel


def with_equal_prompts(items, frames=200):
    """Items with prompts of one length, as the stock forward requires."""
    return [Item(item.clip, item.arrays, item.prompt[:frames]) for item in items]


def test_sums_and_gradients_equal_the_stock_forward(backend, network, stock, dataset):
    items = with_equal_prompts(items_of(dataset, 5))
    batch = backend.batch(items)
    sums, counts = network(batch).sum(dim=0), batch.counts.sum(axis=0)
    ours = (sums[TEXT] / counts[TEXT], sums[MEL] / counts[MEL])
    stock_values = stock_losses(stock, items)
    for one, other in zip(ours, stock_values, strict=True):
        assert abs(one.item() - other.item()) <= 1e-5
    mine = torch.autograd.grad(0.01 * ours[0] + ours[1], list(network.gpt.parameters()))
    theirs = torch.autograd.grad(0.01 * stock_values[0] + stock_values[1], list(stock.parameters()))
    names = [name for name, _ in network.gpt.named_parameters()]
    assert names == [name for name, _ in stock.named_parameters()]
    assert max((a - b).abs().max().item() for a, b in zip(mine, theirs, strict=True)) <= 1e-5


def test_the_loss_of_a_clip_does_not_depend_on_the_batch(backend, network, dataset):
    items = items_of(dataset, 6)
    together = network(backend.batch(items))
    for row, item in enumerate(items):
        alone = network(backend.batch([item]))[0]
        assert torch.allclose(alone, together[row], atol=2e-3, rtol=1e-5)


def test_prompts_of_different_lengths_are_not_padded(backend, dataset):
    settings = dataset.prompts.settings.__class__(prompt_min_s=3.0, prompt_max_s=6.0)
    prompts = Prompts(dataset.prompts.voices, dataset.prompts.features, settings, 0)
    items = [prompts.item(clip, 0) for clip in dataset.training.clips]
    assert len({len(item.prompt) for item in items}) > 1
    batch = backend.batch(items)
    shown = sum(mel.shape[0] * mel.shape[2] for mel in batch.prompts)
    assert shown == sum(len(item.prompt) for item in items)


def test_the_prompt_is_never_from_the_clip_itself(dataset):
    for clip in dataset.training.clips:
        for epoch in range(5):
            assert dataset.prompts.item(clip, epoch).masked == (0, 0)


def test_stop_targets_stay_with_2000_self_prompts_at_batch_1(backend, dataset):
    settings = dataset.prompts.settings.__class__(prompt_policy="self")
    prompts = Prompts(dataset.prompts.voices, dataset.prompts.features, settings, 0)
    clips = dataset.training.clips
    for epoch in range(2000):
        item = prompts.item(clips[epoch % len(clips)], epoch)
        batch = backend.batch([item])
        stop = backend._special.stop_mel
        assert int((batch.speech_target == stop).sum()) == STOPS
        assert int(batch.speech_target[batch.eos_at[0]]) == stop
        codes = len(item.arrays["codes"])
        first, last = item.masked
        assert 0 <= first < last
        # In codes: at most half of the clip, and partly covered codes.
        assert last - first <= math.ceil(codes / 2) + 2
        hidden = codes - (len(batch.speech_target) - STOPS)
        assert hidden == min(last, codes) - first
        assert batch.counts[0][MEL] == len(batch.speech_target) > 0


@pytest.mark.slow
def test_2000_random_batches_of_1_are_finite_with_a_stop_target(backend, network, dataset):
    settings = dataset.prompts.settings.__class__(prompt_policy="self", prompt_max_s=3.0)
    prompts = Prompts(dataset.prompts.voices, dataset.prompts.features, settings, 0)
    random = np.random.default_rng(0)
    clips = dataset.training.clips
    with torch.no_grad():
        for epoch in range(2000):
            batch = backend.batch([prompts.item(clips[random.integers(len(clips))], epoch)])
            sums = network(batch)
            assert sums.shape[0] == len(batch.clip_ids) == 1
            assert torch.isfinite(sums).all()
            assert batch.counts[0, EOS] == 1
            assert sums[0, EOS] > 0


def test_the_stop_token_is_weighted_as_configured(opened, network, dataset):
    """The first stop target of each clip has weight 3, other targets 1."""
    backend = opened("model.dropout=0.0", "loss.eos_weight=3.0", "loss.text_weight=0.0")
    batch = backend.batch(items_of(dataset, 4))
    network.eval()
    sums, counts = network(batch).sum(dim=0), batch.counts.sum(axis=0)
    places = {part: at for at, part in enumerate(backend.parts)}
    loss = sum(
        weight * sums[places[part]] / counts[places[over]]
        for part, (weight, over) in backend.objective().items()
    )
    hidden = network.hidden(batch).index_select(0, batch.speech_at)
    logits = network.gpt.mel_head(network.gpt.final_norm(hidden)).float()
    nats = torch.nn.functional.cross_entropy(logits, batch.speech_target, reduction="none")
    weights = torch.ones_like(nats)
    weights[batch.eos_at] = 3.0
    network.train()
    assert abs(loss.item() - ((nats * weights).sum() / counts[MEL]).item()) <= 1e-5


def test_label_smoothing_equals_the_stock_formula(opened, network, stock, dataset):
    backend = opened("model.dropout=0.0", "loss.label_smoothing=0.1")
    smoothed = backend.network()
    smoothed.gpt.load_state_dict(network.gpt.state_dict())
    items = with_equal_prompts(items_of(dataset, 3))
    batch = backend.batch(items)
    sums, counts = smoothed(batch).sum(dim=0), batch.counts.sum(axis=0)
    places = {part: at for at, part in enumerate(backend.parts)}
    loss = sum(
        weight * sums[places[part]] / counts[places[over]]
        for part, (weight, over) in backend.objective().items()
    )
    stock.label_smoothing = 0.1
    try:
        text, mel = stock_losses(stock, items)
    finally:
        stock.label_smoothing = 0.0
    assert abs(loss.item() - (0.01 * text + mel).item()) <= 1e-5
