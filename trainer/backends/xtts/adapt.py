"""What learns: every weight, LoRA adapters beside the transformer's, or some parts."""

from typing import Any

from trainer.backends.adapters import choose_parts, with_adapters, without_adapters
from trainer.errors import WrongUsage
from trainer.sections import Adapt

TARGETS = ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
"""All linear layers of a block: what LoRA adapts unless told otherwise."""

# Names of parts as people choose them, and the stock modules they stand for.
PARTS = {
    "heads": ("text_head", "mel_head", "final_norm"),
    "embeddings": ("text_embedding", "mel_embedding", "text_pos_embedding", "mel_pos_embedding"),
    "perceiver": ("conditioning_perceiver",),
    "conditioning": ("conditioning_encoder",),
    "transformer": ("gpt",),
}


def adapt(network: Any, settings: Adapt) -> None:  # noqa: ANN401 - an XttsNetwork
    """Mark what learns in ``network``; with LoRA, put the adapters in."""
    if settings.mode == "full":
        network.requires_grad_(requires_grad=True)
        return
    network.requires_grad_(requires_grad=False)
    gpt = network.gpt
    if settings.mode == "partial":
        choose_parts(gpt, PARTS, settings.parts)
        return
    # Only ``gpt.gpt`` is wrapped: wrapping the whole GPT would rename all keys, and the stock class
    # would refuse them. GPT-2's Conv1D keeps its weights transposed.
    gpt.gpt = with_adapters(gpt.gpt, settings, TARGETS, "h", transposed=True)


def refuse_frozen_codes(network: Any) -> None:  # noqa: ANN401 - an XttsNetwork
    """Refuse to train on new codes where the GPT's two tables of codes would not learn."""
    tables = (network.gpt.mel_embedding, network.gpt.mel_head)
    if not all(value.requires_grad for table in tables for value in table.parameters()):
        raise WrongUsage(
            "The DVAE of this base was changed, and with this [adapt] its GPT could not learn the"
            " new codes: what it knows of each code would stay as it is.",
            'Set adapt.mode=full, or partial with parts = ["heads", "embeddings", "transformer"].',
        )


def merge_lora(gpt: Any) -> None:  # noqa: ANN401
    """Fold LoRA adapters into the weights beside them, leaving the stock modules."""
    gpt.gpt = without_adapters(gpt.gpt)
