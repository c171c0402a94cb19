"""Sampler compared with the stock sampler, and logits rules."""

import pytest
import torch

from trainer.backends.chatterbox.decode import sampler
from trainer.backends.chatterbox.package import chatterbox

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def t3(opened):
    return opened().network().eval().t3


def arguments(t3, **changes):
    """Arguments of the stock sampler."""
    condition = chatterbox("models.t3.modules.cond_enc").T3Cond(
        speaker_emb=torch.nn.functional.normalize(torch.ones(1, 256)),
        cond_prompt_speech_tokens=torch.arange(40)[None],
        emotion_adv=0.5 * torch.ones(1, 1, 1),
    )
    text = torch.tensor([[t3.hp.start_text_token, 9, 17, 12, t3.hp.stop_text_token]]).expand(2, -1)
    defaults = {"temperature": 0.8, "cfg_weight": 0.5, "repetition_penalty": 1.2}
    defaults |= {"min_p": 0.05, "top_p": 1.0, "max_new_tokens": 12}
    return {"t3_cond": condition, "text_tokens": text.clone(), **defaults, **changes}


@pytest.mark.parametrize("changes", [{}, {"temperature": 1.0, "top_p": 0.9, "min_p": 0.0}])
def test_without_a_rule_tokens_equal_the_stock_sampler(t3, changes):
    torch.manual_seed(7)
    stock = t3.inference(**arguments(t3, **changes))
    torch.manual_seed(7)
    assert torch.equal(sampler(t3, None)(**arguments(t3, **changes)), stock)


def test_a_rule_gets_the_previous_tokens_and_decides_the_next(t3):
    calls = []

    def stop_after_four(logits, tokens):
        calls.append(list(tokens))
        if len(tokens) < 4:
            return logits
        forced = torch.full_like(logits, -1e4)
        forced[0, t3.hp.stop_speech_token] = 0.0
        return forced

    torch.manual_seed(0)
    tokens = sampler(t3, stop_after_four)(**arguments(t3))[0].tolist()
    assert len(tokens) == 5
    assert tokens[-1] == t3.hp.stop_speech_token
    assert calls == [tokens[:at] for at in range(5)]


def test_no_hooks_remain_on_the_network(t3):
    hooks = sum(len(module._forward_hooks) for module in t3.modules())
    for _ in range(2):
        sampler(t3, None)(**arguments(t3, max_new_tokens=2))
    assert sum(len(module._forward_hooks) for module in t3.modules()) == hooks
