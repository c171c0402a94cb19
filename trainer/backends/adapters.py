"""What learns, for families whose transformer is a list of blocks: adapters, or some parts."""

import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from trainer.config import nearest
from trainer.errors import WrongUsage
from trainer.sections import Adapt


def choose_parts(network: Any, known: Mapping[str, Sequence[str]], parts: Sequence[str]) -> None:  # noqa: ANN401
    """Let parts learn. known: the modules of ``network`` that each name stands for."""
    for part in parts:
        if part not in known:
            raise WrongUsage(f"adapt.parts: there is no part {part!r}.", nearest(part, list(known)))
        for name in known[part]:
            network.get_submodule(name).requires_grad_(requires_grad=True)


def with_adapters(
    transformer: Any,  # noqa: ANN401
    settings: Adapt,
    usual: Sequence[str],
    blocks: str,
    *,
    transposed: bool = False,
) -> Any:  # noqa: ANN401
    """The transformer with LoRA adapters on its blocks; every target is found in every block.

    A misspelt target would otherwise leave its layer unadapted without a word. usual: the targets
    unless told otherwise. blocks: the name of their list. transposed: whether weights are kept so.
    """
    from peft import LoraConfig, get_peft_model

    targets = settings.targets or tuple(usual)
    inside = rf"{blocks}\.\d+\."
    names = [name for name, _ in transformer.named_modules()]
    many = len(getattr(transformer, blocks))
    for target in targets:
        there = sum(bool(re.fullmatch(inside + re.escape(target), name)) for name in names)
        if there != many:
            known = {name.split(".", 2)[2] for name in names if re.match(inside, name)}
            raise WrongUsage(
                f"adapt.targets: {target!r} is in {there} of {many} blocks.",
                nearest(target, sorted(known)),
            )
    pattern = "|".join(re.escape(target) for target in targets)
    wanted = LoraConfig(
        r=settings.r,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]
        lora_dropout=settings.dropout,
        target_modules=f"{inside}({pattern})",
        fan_in_fan_out=transposed,
        bias="none",
    )
    with warnings.catch_warnings():
        # peft asks transformers in a way that transformers 6 will not know any more.
        warnings.simplefilter("ignore", FutureWarning)
        return get_peft_model(transformer, wanted)


def without_adapters(transformer: Any) -> Any:  # noqa: ANN401
    """The transformer with its adapters folded into the weights beside them: the stock modules."""
    if hasattr(transformer, "merge_and_unload"):
        return transformer.merge_and_unload()
    return transformer
