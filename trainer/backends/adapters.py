"""LoRA adapters and partial training for transformers with a list of blocks."""

import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from trainer.config import nearest
from trainer.errors import WrongUsage
from trainer.sections import Adapt


def choose_parts(network: Any, known: Mapping[str, Sequence[str]], parts: Sequence[str]) -> None:  # noqa: ANN401
    """Make named parts trainable. known: module paths of ``network`` by part name."""
    for part in parts:
        if part not in known:
            raise WrongUsage(f"adapt.parts: there is no part {part!r}.", nearest(part, list(known)))
        for name in known[part]:
            network.get_submodule(name).requires_grad_(requires_grad=True)


def with_adapters(
    transformer: Any,  # noqa: ANN401
    settings: Adapt,
    default: Sequence[str],
    blocks: str,
    *,
    transposed: bool = False,
) -> Any:  # noqa: ANN401
    """Add LoRA adapters to the blocks of a transformer.

    default: targets if the settings name none. blocks: attribute name of the block list.
    transposed: whether weights are stored as (in, out). Raises WrongUsage if a block lacks a
    target, because peft silently skips a misspelt one.
    """
    from peft import LoraConfig, get_peft_model

    targets = settings.targets or tuple(default)
    inside = rf"{blocks}\.\d+\."
    names = [name for name, _ in transformer.named_modules()]
    block_count = len(getattr(transformer, blocks))
    for target in targets:
        matches = sum(bool(re.fullmatch(inside + re.escape(target), name)) for name in names)
        if matches != block_count:
            known = {name.split(".", 2)[2] for name in names if re.match(inside, name)}
            raise WrongUsage(
                f"adapt.targets: {target!r} is in {matches} of {block_count} blocks.",
                nearest(target, sorted(known)),
            )
    pattern = "|".join(re.escape(target) for target in targets)
    lora = LoraConfig(
        r=settings.r,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]
        lora_dropout=settings.dropout,
        target_modules=f"{inside}({pattern})",
        fan_in_fan_out=transposed,
        bias="none",
    )
    with warnings.catch_warnings():
        # peft calls a transformers API that is deprecated and removed in transformers 6.
        warnings.simplefilter("ignore", FutureWarning)
        return get_peft_model(transformer, lora)


def without_adapters(transformer: Any) -> Any:  # noqa: ANN401
    """Merge the adapters into the base weights; returns the stock modules."""
    if hasattr(transformer, "merge_and_unload"):
        return transformer.merge_and_unload()
    return transformer
