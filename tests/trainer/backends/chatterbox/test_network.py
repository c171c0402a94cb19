"""Forward pass compared with the stock modules, and faults of the stock loss."""

import dataclasses

import numpy as np
import pytest
import torch
from torch.nn import functional

from trainer.backends import Item
from trainer.backends.chatterbox.batch import make_batch
from trainer.backends.chatterbox.package import chatterbox
from trainer.sections import Data

pytestmark = pytest.mark.model

CLOSE = 1e-5


@pytest.fixture(scope="module")
def network(opened):
    torch.manual_seed(0)
    return opened().network().eval()


@pytest.fixture(scope="module")
def items(dataset):
    """Items of different clip and prompt lengths, all with text."""
    _, gathered = dataset
    settings = Data(prompt_min_s=1.0, prompt_max_s=3.0)
    prompts = dataclasses.replace(gathered.prompts, settings=settings)
    clips = sorted(gathered.training.clips, key=lambda clip: clip.samples)
    chosen = [clips[0], clips[-1], clips[len(clips) // 2], clips[2]]
    return [dataclasses.replace(prompts.item(clip, 3), seed=None) for clip in chosen]


def means(network, batch):
    with torch.no_grad():
        return network(batch) / torch.from_numpy(np.maximum(batch.counts, 1))


def stock_logits(t3, item, backend, expression, *, textless=False):
    """Speech logits of stock inference for given tokens.

    textless: of the guidance branch.
    """
    special = backend._special
    tokens = torch.from_numpy(item.arrays["codes"].astype(np.int64))
    text = np.concatenate(([special.start_text], item.arrays["tokens"], [special.stop_text]))
    mean = np.mean([arrays["speaker"] for arrays in item.voices], axis=0)
    condition = chatterbox("models.t3.modules.cond_enc").T3Cond(
        speaker_emb=torch.from_numpy(mean / np.linalg.norm(mean))[None],
        cond_prompt_speech_tokens=torch.from_numpy(item.prompt[:, 0].astype(np.int64))[None],
        emotion_adv=expression * torch.ones(1, 1, 1),
    )
    start = torch.tensor([[special.start_speech]])
    both = torch.from_numpy(text.astype(np.int64)).expand(2, -1)
    embeds, _ = t3.prepare_input_embeds(
        t3_cond=condition,
        text_tokens=both,
        speech_tokens=start.expand(2, -1),
        cfg_weight=0.5,
    )
    embeds = embeds[1:] if textless else embeds[:1]
    pieces = [embeds, t3.speech_emb(start) + t3.speech_pos_emb.get_fixed_embedding(0)]
    for at, token in enumerate(tokens):
        place = t3.speech_pos_emb.get_fixed_embedding(at + 1)
        pieces.append(t3.speech_emb(token.view(1, 1)) + place)
    out = t3.tfmr(inputs_embeds=torch.cat(pieces, dim=1), output_hidden_states=True)
    first = embeds.shape[1]
    return t3.speech_head(out.hidden_states[-1][0, first:]), tokens


def test_the_loss_equals_that_of_stock_inference(network, items, dataset):
    backend, _ = dataset
    batch = backend.batch(items)
    ours = means(network, batch)
    for row, item in enumerate(items):
        with torch.no_grad():
            scalar = float(batch.expression[row])
            logits, tokens = stock_logits(network.t3, item, backend, scalar)
            targets = torch.cat([tokens, torch.tensor([backend._special.stop_speech])])
            nats = functional.cross_entropy(logits, targets, reduction="none")
        assert ours[row, 1].item() == pytest.approx(nats.mean().item(), abs=CLOSE)
        assert ours[row, 2].item() == pytest.approx(nats[-1].item(), abs=1e-4)


def test_a_row_does_not_depend_on_the_batch(network, items, dataset):
    backend, _ = dataset
    together = means(network, backend.batch(items))
    for row, item in enumerate(items):
        alone = means(network, backend.batch([item]))
        assert torch.allclose(together[row], alone[0], atol=CLOSE), row


def test_batch_gradients_equal_the_sum_over_rows(opened, items, dataset):
    backend, _ = dataset
    one, many = opened().network().eval(), opened().network().eval()
    many.load_state_dict(one.state_dict())
    one(backend.batch(items))[:, :2].sum().backward()
    for item in items:
        many(backend.batch([item]))[:, :2].sum().backward()
    compared = 0
    for (name, a), (_, b) in zip(one.named_parameters(), many.named_parameters(), strict=True):
        if a.grad is not None:
            assert torch.allclose(a.grad, b.grad, atol=CLOSE * max(1, b.grad.abs().max())), name
            compared += 1
    assert compared > 20


def test_the_stock_loss_fails_and_its_padding_changes_the_logits(network, items, dataset):
    backend, _ = dataset
    t3, special = network.t3, backend._special
    item = items[0]
    text = torch.tensor([[special.start_text, *item.arrays["tokens"].tolist(), special.stop_text]])
    speech = torch.tensor([[special.start_speech, *item.arrays["codes"].tolist()]])
    condition = chatterbox("models.t3.modules.cond_enc").T3Cond(
        speaker_emb=torch.from_numpy(item.arrays["speaker"])[None],
        cond_prompt_speech_tokens=speech[:, 1:11],
        emotion_adv=0.5 * torch.ones(1, 1, 1),
    )
    lengths = {
        "text_token_lens": torch.tensor([text.shape[1]]),
        "speech_token_lens": torch.tensor([speech.shape[1]]),
    }
    given = {"t3_cond": condition, "text_tokens": text, "speech_tokens": speech, **lengths}
    with pytest.raises(RuntimeError, match="Expected target size"):
        t3.loss(**given)
    assert_not_shifted(t3, given)
    with torch.no_grad():
        plain = t3(**given).speech_logits[0, : speech.shape[1]]
        padded = functional.pad(text, (0, 8), value=special.stop_text)
        shifted = t3(**{**given, "text_tokens": padded}).speech_logits[0, : speech.shape[1]]
    assert (plain - shifted).abs().max() > 100 * CLOSE


def assert_not_shifted(t3, given):
    """Check that, with transposed logits, targets would equal inputs."""
    targets = []

    def transposed(logits, target, **_):
        targets.append(target)
        return logits.sum()

    owner = chatterbox("models.t3.t3").F
    with pytest.MonkeyPatch.context() as patch, torch.no_grad():
        patch.setattr(owner, "cross_entropy", transposed)
        t3.loss(**given)
    assert torch.equal(targets[0], given["text_tokens"])
    assert torch.equal(targets[1], given["speech_tokens"])


def test_textless_rows_are_random_by_clip_and_epoch_without_text_loss(dataset):
    backend, gathered = dataset
    clips = gathered.training.clips
    choices = [
        [bool(backend.batch([gathered.prompts.item(clip, epoch)]).textless[0]) for clip in clips]
        for epoch in range(40)
    ]
    share = np.mean(choices)
    assert 0.10 <= share <= 0.20
    assert len({tuple(row) for row in choices}) > 20
    again = [bool(backend.batch([gathered.prompts.item(clip, 3)]).textless[0]) for clip in clips]
    assert again == choices[3]
    epoch, at = next((e, a) for e, row in enumerate(choices) for a, hit in enumerate(row) if hit)
    batch = backend.batch([gathered.prompts.item(clips[at], epoch)])
    assert batch.counts[0, 0] == 0
    evaluated = backend.batch([gathered.prompts.eval_item(clip, 2.0) for clip in clips])
    assert not evaluated.textless.any()


def test_a_textless_row_equals_the_guidance_branch(network, items, dataset):
    backend, _ = dataset
    item = dataclasses.replace(items[0], seed=1)
    batch = make_batch([item], backend._special, [0.5], 1.0)
    with torch.no_grad():
        logits, tokens = stock_logits(network.t3, item, backend, 0.5, textless=True)
    targets = torch.cat([tokens, torch.tensor([backend._special.stop_speech])])
    expected = functional.cross_entropy(logits, targets).item()
    assert means(network, batch)[0, 1].item() == pytest.approx(expected, abs=CLOSE)


def test_label_smoothing_sums_the_mean_over_the_vocabulary(opened, items, dataset):
    smooth = opened("loss.label_smoothing=0.1")
    network = smooth.network().eval()
    sums = network(dataset[0].batch(items[:1]))
    assert sums[0, 4] > sums[0, 1] / 2
    assert smooth.objective()["mel_smooth"][0] == pytest.approx(0.1)


def test_codes_of_a_self_prompt_are_masked(dataset):
    backend, gathered = dataset
    settings = Data(prompt_policy="self", prompt_min_s=1.0, prompt_max_s=1.0)
    same_clip = dataclasses.replace(gathered.prompts, settings=settings)
    clip = max(gathered.training.clips, key=lambda clip: clip.samples)
    item: Item = same_clip.item(clip, 0)
    first, last = item.masked
    assert np.array_equal(item.arrays["codes"][first:last], item.prompt[:, 0])
    counted = backend.batch([item]).counts[0, 1]
    assert counted == len(item.arrays["codes"]) + 1 - (last - first)
    other = gathered.prompts.item(clip, 0)
    assert other.masked == (0, 0)
    assert all(arrays is not item.arrays for arrays in other.voices)
