"""AdamW as in the XTTS recipe, its state by parameter name, and the running mean of the weights."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trainer.errors import TrainerError, WrongUsage
from trainer.sections import Optim

if TYPE_CHECKING:
    import torch
    from torch import nn

Tensors = dict[str, "torch.Tensor"]
PLAIN = "#"  # behind the name of what was a number and no tensor


def trainable_parameters(network: "nn.Module") -> "dict[str, nn.Parameter]":
    """The parameters that learn, by name, in a fixed order."""
    found = {name: value for name, value in network.named_parameters() if value.requires_grad}
    if not found:
        raise WrongUsage("Nothing in the network would learn; see [adapt].")
    return found


def make_optimizer(
    network: "nn.Module", settings: Optim, device: "torch.device"
) -> "torch.optim.Optimizer":
    """AdamW; decay only on matrices, not on embeddings, norms and biases."""
    import torch
    from torch import nn

    embedded = {
        id(weight)
        for module in network.modules()
        if isinstance(module, nn.Embedding)
        for weight in module.parameters()
    }
    learning = trainable_parameters(network).values()
    decayed = [value for value in learning if value.ndim > 1 and id(value) not in embedded]
    chosen = {id(value) for value in decayed}
    plain = [value for value in learning if id(value) not in chosen]
    groups = [
        {"params": decayed, "weight_decay": settings.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    common = {"lr": settings.lr, "betas": settings.betas, "eps": settings.eps}
    if settings.eight_bit:
        return _eight_bit(groups, common, device)
    fused = settings.fused and device.type in ("cuda", "cpu")
    return torch.optim.AdamW(groups, fused=fused, **common)  # type: ignore[arg-type]


def state_tensors(optimizer: "torch.optim.Optimizer", network: "nn.Module") -> Tensors:
    """The optimizer's state as tensors named ``parameter/what``."""
    import torch

    names = {id(value): name for name, value in network.named_parameters()}
    found: Tensors = {}
    for group in optimizer.param_groups:
        for value in group["params"]:
            for what, inner in optimizer.state[value].items():
                if isinstance(inner, torch.Tensor):
                    found[f"{names[id(value)]}/{what}"] = inner
                elif isinstance(inner, int | float):  # bitsandbytes counts its steps so
                    found[f"{names[id(value)]}/{what}{PLAIN}"] = torch.tensor(inner)
    return found


def load_state(
    optimizer: "torch.optim.Optimizer", network: "nn.Module", tensors: Mapping[str, "torch.Tensor"]
) -> None:
    """Put back what ``state_tensors`` gave."""
    names = {id(value): name for name, value in network.named_parameters()}
    by_name: dict[str, dict[str, object]] = {}
    for key, tensor in tensors.items():
        name, _, what = key.rpartition("/")
        plain = what.endswith(PLAIN)
        by_name.setdefault(name, {})[what.removesuffix(PLAIN)] = tensor.item() if plain else tensor
    order = [names[id(value)] for group in optimizer.param_groups for value in group["params"]]
    state = optimizer.state_dict()
    state["state"] = {place: by_name[name] for place, name in enumerate(order) if name in by_name}
    optimizer.load_state_dict(state)


class WeightAverage:
    """An exponential mean of what learns: mean = decay x mean + (1 - decay) x value."""

    def __init__(self, network: "nn.Module", decay: float) -> None:
        self.decay = decay
        self.mean = {
            name: value.detach().clone() for name, value in trainable_parameters(network).items()
        }

    def update(self, network: "nn.Module") -> None:
        """Take in the weights as they are now."""
        import torch

        with torch.no_grad():
            for name, value in trainable_parameters(network).items():
                self.mean[name].lerp_(value, 1.0 - self.decay)

    def load(self, tensors: Mapping[str, "torch.Tensor"]) -> None:
        """Put back a saved mean."""
        for name, value in tensors.items():
            self.mean[name].copy_(value)

    @contextmanager
    def in_place(self, network: "nn.Module") -> Iterator[None]:
        """The network with the mean as its weights."""
        import torch

        learning = trainable_parameters(network)
        before = {name: value.detach().clone() for name, value in learning.items()}
        with torch.no_grad():
            for name, value in learning.items():
                value.copy_(self.mean[name])
        try:
            yield
        finally:
            with torch.no_grad():
                for name, value in learning.items():
                    value.copy_(before[name])


def _eight_bit(
    groups: object, common: Mapping[str, object], device: "torch.device"
) -> "torch.optim.Optimizer":
    """bitsandbytes' AdamW, whose moments take a quarter of the memory."""
    if device.type != "cuda":
        raise WrongUsage("optim.eight_bit needs a GPU.")
    try:
        import bitsandbytes
    except ImportError as error:
        raise TrainerError(
            "optim.eight_bit needs bitsandbytes.", "pip install bitsandbytes."
        ) from error
    made: torch.optim.Optimizer = bitsandbytes.optim.AdamW8bit(groups, **common)
    return made
