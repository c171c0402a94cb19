"""What learns: every weight, LoRA adapters beside the transformer's, or some parts."""

import re
import warnings
from typing import TYPE_CHECKING, Any

from trainer.config import nearest
from trainer.errors import WrongUsage
from trainer.sections import Adapt

if TYPE_CHECKING:
    from torch import nn

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
    if settings.mode == "partial":
        _choose_parts(network.gpt, settings)
        return
    _add_lora(network.gpt, settings)


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
    if hasattr(gpt.gpt, "merge_and_unload"):
        gpt.gpt = gpt.gpt.merge_and_unload()


def _choose_parts(gpt: "nn.Module", settings: Adapt) -> None:
    for part in settings.parts:
        if part not in PARTS:
            raise WrongUsage(f"adapt.parts: there is no part {part!r}.", nearest(part, list(PARTS)))
        for name in PARTS[part]:
            getattr(gpt, name).requires_grad_(requires_grad=True)


def _add_lora(gpt: Any, settings: Adapt) -> None:  # noqa: ANN401
    """Adapters on the transformer's blocks; every target must be found in every block.

    peft wraps only ``gpt.gpt``: wrapping the whole GPT would rename all keys, and the stock class
    would refuse them.
    """
    from peft import LoraConfig, get_peft_model

    targets = settings.targets or TARGETS
    names = [name for name, _ in gpt.gpt.named_modules()]
    blocks = len(gpt.gpt.h)
    for target in targets:
        matches = [name for name in names if re.fullmatch(rf"h\.\d+\.{re.escape(target)}", name)]
        if len(matches) != blocks:
            known = sorted({name.split(".", 2)[2] for name in names if name.count(".") > 2})
            raise WrongUsage(
                f"adapt.targets: {target!r} is in {len(matches)} of {blocks} blocks.",
                nearest(target, known),
            )
    pattern = "|".join(re.escape(target) for target in targets)
    wanted = LoraConfig(
        r=settings.r,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]
        lora_dropout=settings.dropout,
        target_modules=rf"h\.\d+\.({pattern})",
        fan_in_fan_out=True,  # GPT-2's Conv1D keeps its weights transposed
        bias="none",
    )
    with warnings.catch_warnings():
        # peft asks transformers in a way that transformers 6 will not know any more.
        warnings.simplefilter("ignore", FutureWarning)
        gpt.gpt = get_peft_model(gpt.gpt, wanted)
