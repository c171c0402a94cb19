"""Fused replacements of attention and activation modules without weights.

coqui's attention stores the whole score matrix, and GPT-2's activation consists of eight
operations that each store their input for the backward pass. torch has fused versions of both.
Parameter names and weights do not change.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint


class FusedAttention(nn.Module):
    """Fused ``QKVAttentionLegacy`` of coqui, without mask and relative positions."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads

    def forward(
        self, qkv: torch.Tensor, mask: torch.Tensor | None = None, rel_pos: None = None
    ) -> torch.Tensor:
        """qkv: (rows, heads x 3 x width, frames). Returns (rows, heads x width, frames)."""
        if mask is not None or rel_pos is not None:
            raise NotImplementedError("Voice prompts are not padded, so masks are not supported.")
        rows, width, frames = qkv.shape
        head_width = width // (3 * self.heads)
        heads = qkv.reshape(rows, self.heads, 3 * head_width, frames).transpose(2, 3)
        query, key, value = (part.contiguous() for part in torch.split(heads, head_width, dim=3))
        attended = functional.scaled_dot_product_attention(query, key, value)
        return attended.transpose(2, 3).reshape(rows, -1, frames)


def enable_checkpointing(gpt: Any) -> None:  # noqa: ANN401
    """Enable activation checkpointing of the transformer blocks.

    The method of transformers requires the token embedding, which XTTS removes.
    """
    for block in gpt.gpt.h:
        block.forward = partial(_checkpointed_forward, block, block.forward)


def _checkpointed_forward(
    block: nn.Module,
    forward: Callable[..., Any],
    *args: Any,  # noqa: ANN401
    **named: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    if not (block.training and torch.is_grad_enabled()):
        return forward(*args, **named)
    return checkpoint(forward, *args, use_reentrant=False, **named)


def fuse_modules(gpt: Any) -> None:  # noqa: ANN401 - a GPT of coqui-tts
    """Replace attention and activation modules of a GPT by fused ones, in place."""
    for block in gpt.conditioning_encoder.attn:
        block.attention = FusedAttention(block.attention.n_heads)
    for block in gpt.gpt.h:
        if type(block.mlp.act).__name__ == "NewGELUActivation":
            block.mlp.act = nn.GELU(approximate="tanh")
