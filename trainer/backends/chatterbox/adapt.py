"""Trainable parameters: all, LoRA adapters on the transformer, or named parts."""

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
"""Default LoRA targets: all linear layers of a block."""

# Stock modules by the part names of the configuration.
PARTS = {
    "heads": ("text_head", "speech_head"),
    "embeddings": ("text_emb", "speech_emb", "text_pos_emb", "speech_pos_emb"),
    "text": ("text_emb", "text_head"),
    "perceiver": ("cond_enc.perceiver",),
    "conditioning": ("cond_enc",),
    "transformer": ("tfmr",),
}
TEXT_ONLY = "text"  # trained in every mode if the vocabulary is extended


def adapt(network: Any, settings: Adapt, *, is_extended: bool) -> None:  # noqa: ANN401
    """Set the trainable parameters of a ChatterboxNetwork, adding adapters for LoRA.

    is_extended: whether the vocabulary has new tokens, whose embeddings are always trained. The
    unused token embedding of the transformer stays frozen.
    """
    t3 = network.t3
    network.requires_grad_(requires_grad=settings.mode == "full")
    if settings.mode == "partial":
        choose_parts(t3, PARTS, settings.parts)
    elif settings.mode == "lora":
        t3.tfmr = with_adapters(t3.tfmr, settings, PROJECTIONS, "layers")
    if is_extended:
        choose_parts(t3, PARTS, (TEXT_ONLY,))
    for name, value in t3.tfmr.named_parameters():
        if name.rpartition(".")[0].endswith("embed_tokens"):
            value.requires_grad_(requires_grad=False)


def merge_lora(t3: Any) -> None:  # noqa: ANN401
    """Merge LoRA adapters into the base weights, in place."""
    t3.tfmr = without_adapters(t3.tfmr)
