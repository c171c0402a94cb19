"""Real sizes on the meta device, where every wait for a value is an error; autocast on the CPU."""

import pytest
import torch

from trainer.config import resolve
from trainer.gpu_check.subject import SUBJECTS, clips

pytestmark = pytest.mark.model

META = torch.device("meta")
MODES = {
    "full": ("adapt.mode=full",),
    "lora": ("adapt.mode=lora",),
    "partial": ("adapt.mode=partial", 'adapt.parts=["heads", "transformer"]'),
    "checkpointed": ("adapt.mode=full", "precision.checkpointing=true"),
    "lora checkpointed": ("adapt.mode=lora", "precision.checkpointing=true"),
}
PARAMETERS = {"xtts": 441e6, "chatterbox": 532e6}


def network_and_batch(family, size, *changes):
    config = resolve(None, None, [f"model.backend={family}", *changes])
    subject = SUBJECTS[family](size)
    network = subject.network(config)
    subject.adapt(network, config)
    batch = subject.collate([subject.item(clip) for clip in clips(3)])
    return network.train(), batch


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("family", SUBJECTS)
def test_a_step_at_real_size_waits_for_no_value(family, mode):
    _, batch = network_and_batch(family, "tiny", *MODES[mode])  # imports, too
    with META:
        network, _ = network_and_batch(family, "real", *MODES[mode])
    network.to(META)
    plain = [value for name, value in network.named_parameters() if "lora_" not in name]
    assert sum(value.numel() for value in plain) == pytest.approx(PARAMETERS[family], rel=0.01)
    sums = network(batch.to(META))
    assert sums.shape == (3, 5)
    assert sums.dtype == torch.float32
    sums.sum().backward()
    with_gradient = {name for name, value in network.named_parameters() if value.grad is not None}
    trainable = {name for name, value in network.named_parameters() if value.requires_grad}
    assert with_gradient <= trainable
    unused = {name for name in trainable - with_gradient if "embed_tokens" not in name}
    assert len(unused) <= 0.02 * len(trainable), sorted(unused)[:5]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("family", SUBJECTS)
def test_autocast_keeps_the_sums_and_gradients_in_float32(family, mode, dtype):
    torch.manual_seed(0)
    network, batch = network_and_batch(family, "tiny", "model.dropout=0.0", *MODES[mode])
    exact = network(batch).detach()
    with torch.autocast("cpu", dtype=dtype):
        sums = network(batch)
    assert sums.dtype == torch.float32
    assert torch.allclose(sums[:, :3].detach(), exact[:, :3], rtol=0.02)
    sums[:, :2].sum().backward()
    gradients = [value.grad for value in network.parameters() if value.grad is not None]
    assert gradients
    assert {value.dtype for value in gradients} == {torch.float32}
    assert all(torch.isfinite(value).all() for value in gradients)
