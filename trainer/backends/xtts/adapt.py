"""Trainable parameters: all, LoRA adapters on the transformer, or named parts."""

from typing import Any

from trainer.backends.adapters import choose_parts, with_adapters, without_adapters
from trainer.errors import WrongUsage
from trainer.sections import Adapt

TARGETS = ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
"""Default LoRA targets: all linear layers of a block."""

# Stock modules by the part names of the configuration.
PARTS = {
    "heads": ("text_head", "mel_head", "final_norm"),
    "text": ("text_embedding", "text_head"),
    "embeddings": ("text_embedding", "mel_embedding", "text_pos_embedding", "mel_pos_embedding"),
    "perceiver": ("conditioning_perceiver",),
    "conditioning": ("conditioning_encoder",),
    "transformer": ("gpt",),
}


TEXT_ONLY = "text"  # trained in every mode if the vocabulary is extended


def adapt(network: Any, settings: Adapt, *, is_extended: bool) -> None:  # noqa: ANN401
    """Set the trainable parameters of an XttsNetwork, adding adapters for LoRA.

    is_extended: whether the vocabulary has new tokens, whose embeddings are always trained.
    """
    network.requires_grad_(requires_grad=settings.mode == "full")
    gpt = network.gpt
    if settings.mode == "partial":
        choose_parts(gpt, PARTS, settings.parts)
    elif settings.mode == "lora":
        # Only ``gpt.gpt`` is wrapped: wrapping the whole GPT would rename all keys, and the stock
        # class would reject them. GPT-2's Conv1D stores transposed weights.
        gpt.gpt = with_adapters(gpt.gpt, settings, TARGETS, "h", transposed=True)
    if is_extended:
        choose_parts(gpt, PARTS, (TEXT_ONLY,))


def require_trainable_codes(network: Any) -> None:  # noqa: ANN401 - an XttsNetwork
    """Raise WrongUsage if a changed DVAE meets frozen code embeddings or output layer."""
    tables = (network.gpt.mel_embedding, network.gpt.mel_head)
    if not all(value.requires_grad for table in tables for value in table.parameters()):
        raise WrongUsage(
            "The DVAE of this base was changed, and with this [adapt] the GPT cannot learn the new"
            " codes: its code embeddings would be frozen.",
            'Set adapt.mode=full, or partial with parts = ["heads", "embeddings", "transformer"].',
        )


def merge_lora(gpt: Any) -> None:  # noqa: ANN401
    """Merge LoRA adapters into the base weights, in place."""
    gpt.gpt = without_adapters(gpt.gpt)
