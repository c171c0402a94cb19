"""What learns: every weight, LoRA adapters on the transformer, or some parts."""

import re
import warnings
from typing import Any

from trainer.config import nearest
from trainer.errors import WrongUsage
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
        _choose_parts(t3, settings.parts)
    elif settings.mode == "lora":
        _add_lora(t3, settings)
        if settings.extend:
            _choose_parts(t3, (TEXT_ONLY,))
    for name, value in t3.tfmr.named_parameters():
        if name.rpartition(".")[0].endswith("embed_tokens"):
            value.requires_grad_(requires_grad=False)


def merge_lora(t3: Any) -> None:  # noqa: ANN401
    """Fold LoRA adapters into the weights beside them, leaving the stock modules."""
    if hasattr(t3.tfmr, "merge_and_unload"):
        t3.tfmr = t3.tfmr.merge_and_unload()


def _choose_parts(t3: Any, parts: tuple[str, ...]) -> None:  # noqa: ANN401
    for part in parts:
        if part not in PARTS:
            raise WrongUsage(f"adapt.parts: there is no part {part!r}.", nearest(part, list(PARTS)))
        for name in PARTS[part]:
            t3.get_submodule(name).requires_grad_(requires_grad=True)


def _add_lora(t3: Any, settings: Adapt) -> None:  # noqa: ANN401
    """Adapters on the transformer's blocks; every target must be found in every block.

    A misspelt target would otherwise leave its layer unadapted without a word.
    """
    from peft import LoraConfig, get_peft_model

    targets = settings.targets or PROJECTIONS
    names = [name for name, _ in t3.tfmr.named_modules()]
    blocks = len(t3.tfmr.layers)
    for target in targets:
        matches = [
            name for name in names if re.fullmatch(rf"layers\.\d+\.{re.escape(target)}", name)
        ]
        if len(matches) != blocks:
            raise WrongUsage(
                f"adapt.targets: {target!r} is in {len(matches)} of {blocks} blocks.",
                nearest(target, list(PROJECTIONS)),
            )
    pattern = "|".join(re.escape(target) for target in targets)
    wanted = LoraConfig(
        r=settings.r,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]
        lora_dropout=settings.dropout,
        target_modules=rf"layers\.\d+\.({pattern})",
        bias="none",
    )
    with warnings.catch_warnings():
        # peft asks transformers in a way that transformers 6 will not know any more.
        warnings.simplefilter("ignore", FutureWarning)
        t3.tfmr = get_peft_model(t3.tfmr, wanted)
