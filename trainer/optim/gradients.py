"""All-reduce of gradients, once per update, after every rank has finished its backward pass.

DistributedDataParallel reduces during the backward pass; a rank that runs out of memory there
would leave the others waiting forever. Here the ranks first agree that all have their gradients.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from trainer.machine.memory import is_out_of_memory
from trainer.optim.optimizer import trainable_parameters
from trainer.runs.distributed import World

if TYPE_CHECKING:
    import torch
    from torch import nn

BUCKET_SIZE = 1 << 22
"""Values per all-reduce, 16 MB in float32; larger buckets cost memory and are hardly faster."""


def all_reduce_gradients(network: "nn.Module", world: World, complete: bool) -> bool:
    """Sum every gradient over all ranks. All ranks must call this.

    complete: whether this rank has its gradients. Returns False on every rank, with nothing
    reduced, if memory ran out on one of them.
    """
    if world.ranks == 1:
        return complete
    trainable = list(trainable_parameters(network).values())
    buffer = _buffer(trainable) if complete else None
    present = [float(complete and value.grad is not None) for value in trainable]
    failed, *present = world.all_reduce(np.array([float(buffer is None), *present])).tolist()
    if failed:
        return False
    assert buffer is not None
    reduced = [value for value, ranks in zip(trainable, present, strict=True) if ranks]
    if any(0 < ranks < world.ranks for ranks in present):  # a rank without clips or without a part
        filled = _fill_missing(reduced)
        if world.all_reduce(np.array([float(not filled)]))[0]:
            return False
    for bucket in _buckets(reduced):
        _reduce_bucket(bucket, buffer)
    return True


def broadcast_weights(network: "nn.Module", world: World) -> None:
    """Broadcast rank 0's parameters and buffers."""
    if world.ranks == 1:
        return
    import torch.distributed as group

    for value in (*network.parameters(), *network.buffers()):
        if value.is_floating_point():
            group.broadcast(value.data, src=0)


def _buffer(trainable: "Sequence[nn.Parameter]") -> "torch.Tensor | None":
    """Buffer for one bucket; None if memory runs out."""
    import torch

    longest = max(value.numel() for value in trainable)
    try:
        return torch.empty(max(BUCKET_SIZE, longest), device=trainable[0].device)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return None


def _fill_missing(parameters: "Sequence[nn.Parameter]") -> bool:
    """Set missing gradients to zero; False if memory runs out."""
    import torch

    try:
        for value in parameters:
            if value.grad is None:
                value.grad = torch.zeros_like(value)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return False
    return True


def _buckets(parameters: "Sequence[nn.Parameter]") -> "Iterator[list[torch.Tensor]]":
    """Gradients in order, grouped up to BUCKET_SIZE values."""
    bucket: list[torch.Tensor] = []
    for value in parameters:
        assert value.grad is not None
        if bucket and sum(gradient.numel() for gradient in bucket) + value.numel() > BUCKET_SIZE:
            yield bucket
            bucket = []
        bucket.append(value.grad)
    if bucket:
        yield bucket


def _reduce_bucket(bucket: "Sequence[torch.Tensor]", buffer: "torch.Tensor") -> None:
    """Sum the gradients of a bucket over all ranks, in place."""
    import torch.distributed as group

    ends = np.cumsum([gradient.numel() for gradient in bucket]).tolist()
    slices = [
        buffer[end - gradient.numel() : end].view_as(gradient)
        for gradient, end in zip(bucket, ends, strict=True)
    ]
    for gradient, part in zip(bucket, slices, strict=True):
        part.copy_(gradient)
    group.all_reduce(buffer[: ends[-1]])
    for gradient, part in zip(bucket, slices, strict=True):
        gradient.copy_(part)
