"""What learns: every weight, LoRA adapters on the transformer, or some parts."""

from typing import Any

from trainer.backends.adapters import choose_parts, with_adapters, without_adapters
from trainer.sections import Adapt

PROJECTIONS = (
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj",
)
"""All linear layers of a block: what LoRA adapts unless told otherwise."""

# Names of parts as people choose them, and the stock modules they stand for.
PARTS = {
    "heads": ("text_head", "speech_head"),
    "embeddings": ("text_emb", "speech_emb", "text_pos_emb", "speech_pos_emb"),
    "text": ("text_emb", "text_head"),
    "perceiver": ("cond_enc.perceiver",),
    "conditioning": ("cond_enc",),
    "transformer": ("tfmr",),
}
TEXT_ONLY = "text"  # beside adapters: what a grown vocabulary needs to learn


def adapt(network: Any, settings: Adapt) -> None:  # noqa: ANN401 - a ChatterboxNetwork
    """Mark what learns in ``network``; with LoRA, put the adapters in.

    The transformer's own table of words is in no path, so it never learns.
    """
    t3 = network.t3
    network.requires_grad_(requires_grad=settings.mode == "full")
    if settings.mode == "partial":
        choose_parts(t3, PARTS, settings.parts)
    elif settings.mode == "lora":
        t3.tfmr = with_adapters(t3.tfmr, settings, PROJECTIONS, "layers")
        if settings.extend:
            choose_parts(t3, PARTS, (TEXT_ONLY,))
    for name, value in t3.tfmr.named_parameters():
        if name.rpartition(".")[0].endswith("embed_tokens"):
            value.requires_grad_(requires_grad=False)


def merge_lora(t3: Any) -> None:  # noqa: ANN401
    """Fold LoRA adapters into the weights beside them, leaving the stock modules."""
    t3.tfmr = without_adapters(t3.tfmr)
