"""Causal attention of transformers without its search for packed sequences.

Without a mask, transformers looks in each forward pass for several sequences in one row, which
makes the CPU wait for the GPU. Rows here are single sequences with padding at the end, so that
the mask it would compute is always the plain causal one. An attention function without a mask
function gets none, and ``sdpa_attention_forward`` is then causal by itself.
"""

from typing import Any

NAME = "causal_sdpa"


def use_causal_attention(transformer: Any) -> None:  # noqa: ANN401 - a model of transformers
    """Use the fused causal attention in a transformer, in place."""
    from transformers.integrations.sdpa_attention import sdpa_attention_forward
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    if NAME not in ALL_ATTENTION_FUNCTIONS:
        ALL_ATTENTION_FUNCTIONS.register(NAME, sdpa_attention_forward)
    transformer.config._attn_implementation = NAME
