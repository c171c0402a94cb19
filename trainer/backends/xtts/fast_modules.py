"""The same arithmetic in fewer passes over memory: replaces modules that have no weights.

coqui's attention writes out the whole matrix of scores, and GPT-2's activation is eight separate
operations, each of which keeps its input for the backward pass. torch has both as one operation.
Names and weights of the network stay as they are.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint


class FusedAttention(nn.Module):
    """Stands for coqui's ``QKVAttentionLegacy``, without a mask and without relative positions."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads

    def forward(
        self, qkv: torch.Tensor, mask: torch.Tensor | None = None, rel_pos: None = None
    ) -> torch.Tensor:
        """qkv: (rows, heads x 3 x width, frames). Returns (rows, heads x width, frames)."""
        if mask is not None or rel_pos is not None:
            raise NotImplementedError("Voice prompts are not padded, so nothing is masked.")
        rows, width, frames = qkv.shape
        each = width // (3 * self.heads)
        whole = qkv.reshape(rows, self.heads, 3 * each, frames).transpose(2, 3)
        query, key, value = (part.contiguous() for part in torch.split(whole, each, dim=3))
        found = functional.scaled_dot_product_attention(query, key, value)
        return found.transpose(2, 3).reshape(rows, -1, frames)


def recompute(gpt: Any) -> None:  # noqa: ANN401
    """Let the transformer's blocks keep only their inputs, and compute the rest again going back.

    Not by transformers' own switch: it looks for the embedding of words, which XTTS takes out.
    """
    for block in gpt.gpt.h:
        block.forward = partial(_recomputed, block, block.forward)


def _recomputed(
    block: nn.Module,
    forward: Callable[..., Any],
    *given: Any,  # noqa: ANN401
    **named: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    if not (block.training and torch.is_grad_enabled()):
        return forward(*given, **named)
    return checkpoint(forward, *given, use_reentrant=False, **named)


def quicken(gpt: Any) -> None:  # noqa: ANN401 - a GPT of coqui-tts
    """Replace the slow modules of a GPT in place."""
    for block in gpt.conditioning_encoder.attn:
        block.attention = FusedAttention(block.attention.n_heads)
    for block in gpt.gpt.h:
        if type(block.mlp.act).__name__ == "NewGELUActivation":
            block.mlp.act = nn.GELU(approximate="tanh")
