"""AdamW, its state by parameter name, and the exponential moving average of the weights."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trainer.errors import BrokenRun, TrainerError, WrongUsage
from trainer.sections import Optim

if TYPE_CHECKING:
    import torch
    from torch import nn

Tensors = dict[str, "torch.Tensor"]
MOMENTS = ("/exp_avg", "/exp_avg_sq", "/state1", "/state2")  # of AdamW and bitsandbytes
NUMBER_SUFFIX = "#"  # suffix of entries that were numbers, not tensors


def trainable_parameters(network: "nn.Module") -> "dict[str, nn.Parameter]":
    """Trainable parameters by name, in a fixed order; WrongUsage if there are none."""
    parameters = {name: value for name, value in network.named_parameters() if value.requires_grad}
    if not parameters:
        raise WrongUsage("No parameter is trainable.", "Check the section [adapt].")
    return parameters


def make_optimizer(
    network: "nn.Module", settings: Optim, device: "torch.device"
) -> "torch.optim.Optimizer":
    """AdamW with weight decay on matrices only, not on embeddings, norms and biases."""
    import torch
    from torch import nn

    embeddings = {
        id(weight)
        for module in network.modules()
        if isinstance(module, nn.Embedding)
        for weight in module.parameters()
    }
    trainable = trainable_parameters(network).values()
    decayed = [value for value in trainable if value.ndim > 1 and id(value) not in embeddings]
    decayed_ids = {id(value) for value in decayed}
    undecayed = [value for value in trainable if id(value) not in decayed_ids]
    groups = [
        {"params": decayed, "weight_decay": settings.weight_decay},
        {"params": undecayed, "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    common = {"lr": settings.lr, "betas": settings.betas, "eps": settings.eps}
    if settings.eight_bit:
        return _eight_bit(groups, common, device)
    fused = settings.fused and device.type in ("cuda", "cpu")
    return torch.optim.AdamW(groups, fused=fused, **common)  # type: ignore[arg-type]


def state_tensors(optimizer: "torch.optim.Optimizer", network: "nn.Module") -> Tensors:
    """The optimizer's state as tensors named ``parameter/key``."""
    import torch

    names = {id(value): name for name, value in network.named_parameters()}
    tensors: Tensors = {}
    for group in optimizer.param_groups:
        for value in group["params"]:
            for key, state in optimizer.state[value].items():
                if isinstance(state, torch.Tensor):
                    tensors[f"{names[id(value)]}/{key}"] = state
                elif isinstance(state, int | float):  # the step counter of bitsandbytes
                    tensors[f"{names[id(value)]}/{key}{NUMBER_SUFFIX}"] = torch.tensor(state)
    return tensors


def require_shapes(
    tensors: Mapping[str, "torch.Tensor"], expected: Mapping[str, "torch.Tensor"]
) -> None:
    """Raise BrokenRun for a tensor of an unknown name or another shape, which would be repeated."""
    for name, tensor in tensors.items():
        if name not in expected or tensor.shape != expected[name].shape:
            raise BrokenRun(
                f"The checkpoint does not fit this run: {name} has the shape "
                f"{tuple(tensor.shape)}.",
                "Delete this checkpoint, or start a new run.",
            )


def load_state(
    optimizer: "torch.optim.Optimizer", network: "nn.Module", tensors: Mapping[str, "torch.Tensor"]
) -> None:
    """Restore a state returned by ``state_tensors``."""
    names = {id(value): name for name, value in network.named_parameters()}
    parameters = dict(network.named_parameters())
    moments = {key: value for key, value in tensors.items() if key.endswith(MOMENTS)}
    require_shapes(moments, {key: parameters[key.rpartition("/")[0]] for key in moments
                             if key.rpartition("/")[0] in parameters})  # fmt: skip
    by_name: dict[str, dict[str, object]] = {}
    for key, tensor in tensors.items():
        name, _, state_key = key.rpartition("/")
        is_number = state_key.endswith(NUMBER_SUFFIX)
        by_name.setdefault(name, {})[state_key.removesuffix(NUMBER_SUFFIX)] = (
            tensor.item() if is_number else tensor
        )
    order = [names[id(value)] for group in optimizer.param_groups for value in group["params"]]
    state = optimizer.state_dict()
    state["state"] = {index: by_name[name] for index, name in enumerate(order) if name in by_name}
    optimizer.load_state_dict(state)


class WeightAverage:
    """Exponential moving average: mean = decay x mean + (1 - decay) x value."""

    def __init__(self, network: "nn.Module", decay: float) -> None:
        self.decay = decay
        self.mean = {
            name: value.detach().clone() for name, value in trainable_parameters(network).items()
        }

    def update(self, network: "nn.Module") -> None:
        """Update the average with the current weights."""
        import torch

        with torch.no_grad():
            for name, value in trainable_parameters(network).items():
                self.mean[name].lerp_(value, 1.0 - self.decay)

    def load(self, tensors: Mapping[str, "torch.Tensor"]) -> None:
        """Restore a saved average."""
        require_shapes(tensors, self.mean)
        for name, value in tensors.items():
            self.mean[name].copy_(value)

    @contextmanager
    def applied_to(self, network: "nn.Module") -> Iterator[None]:
        """Context in which the network has the averaged weights."""
        import torch

        trainable = trainable_parameters(network)
        before = {name: value.detach().clone() for name, value in trainable.items()}
        with torch.no_grad():
            for name, value in trainable.items():
                value.copy_(self.mean[name])
        try:
            yield
        finally:
            with torch.no_grad():
                for name, value in trainable.items():
                    value.copy_(before[name])


def _eight_bit(
    groups: object, common: Mapping[str, object], device: "torch.device"
) -> "torch.optim.Optimizer":
    """8-bit AdamW of bitsandbytes."""
    if device.type != "cuda":
        raise WrongUsage("optim.eight_bit needs a GPU.", "Set optim.eight_bit=false.")
    try:
        import bitsandbytes
    except ImportError as error:
        raise TrainerError(
            "optim.eight_bit needs bitsandbytes.", "pip install bitsandbytes."
        ) from error
    optimizer: torch.optim.Optimizer = bitsandbytes.optim.AdamW8bit(groups, **common)
    return optimizer
