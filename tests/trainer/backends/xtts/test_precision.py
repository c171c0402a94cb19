"""Checkpointing and half precision: gradients, memory and loss differences."""

import pytest
import torch

pytestmark = pytest.mark.model

EOS_PARTS = 3


@pytest.fixture(scope="module")
def batch(opened, dataset):
    clips = dataset.training.clips[:4]
    return opened().batch([dataset.prompts.item(clip, 0) for clip in clips])


def learnt(opened, batch, *changes, autocast=None):
    """Loss sums of one forward pass, and the gradient of every parameter that learns."""
    backend = opened(*changes)
    torch.manual_seed(1)
    network = backend.network().train()
    backend.adapt(network)
    torch.manual_seed(2)
    with torch.autocast("cpu", dtype=autocast, enabled=autocast is not None):
        sums = network(batch).sum(dim=0)
    torch.autograd.backward(sums[:2].sum())
    named = network.named_parameters()
    return sums.detach(), {name: value.grad for name, value in named if value.requires_grad}


@pytest.mark.parametrize("mode", ["full", "lora"])
def test_checkpointing_gives_the_same_gradients_with_dropout(opened, batch, mode):
    changes = (f"adapt.mode={mode}", "model.dropout=0.1")
    sums, grads = learnt(opened, batch, *changes)
    again, regrads = learnt(opened, batch, *changes, "precision.checkpointing=true")
    assert torch.equal(sums, again)
    assert set(grads) == set(regrads)
    for name, grad in grads.items():
        assert (grad is None) == (regrads[name] is None), name
        assert grad is None or torch.equal(grad, regrads[name]), name


def test_checkpointing_stores_less_for_the_backward_pass(opened):
    kept = []
    for setting in ("false", "true"):
        network = opened(f"precision.checkpointing={setting}").network().train()
        values = 0

        def count(tensor):
            nonlocal values
            values += tensor.numel()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            network.gpt.gpt(inputs_embeds=torch.randn(2, 100, 64, requires_grad=True))
        kept.append(values)
    assert kept[1] < 0.3 * kept[0]


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_half_precision_is_close(opened, batch, kind):
    sums, grads = learnt(opened, batch, "model.dropout=0.0")
    half, halves = learnt(opened, batch, "model.dropout=0.0", autocast=kind)
    assert half.dtype == torch.float32
    assert torch.allclose(half[:EOS_PARTS], sums[:EOS_PARTS], rtol=0.01)
    one, other = (
        torch.cat([grad.flatten() for grad in gradients.values() if grad is not None])
        for gradients in (grads, halves)
    )
    assert torch.cosine_similarity(one, other, dim=0) > 0.99
