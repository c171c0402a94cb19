"""Gradients of several processes, added up once an update, when all of them have their own.

Nothing is exchanged in the middle of a backward pass: a process in which memory runs out there
would leave the others waiting for ever. So every process first comes to its end, says whether it
came through, and only when all did are gradients exchanged.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from trainer.optim.optimizer import learning_parts
from trainer.runs.distributed import World

if TYPE_CHECKING:
    import torch
    from torch import nn

PIECE = 1 << 22
"""Numbers sent at once, 16 MB; more is hardly faster, and takes memory from the batches."""


def add_up(network: "nn.Module", world: World, came_through: bool) -> bool:
    """Make every gradient the sum over all processes; whether that was done.

    came_through: whether this process has its gradients. False on every process, and nothing is
    exchanged, when memory ran out in one of them. All processes must call this.
    """
    if world.ranks == 1:
        return came_through
    learning = list(learning_parts(network).values())
    room = _room(learning) if came_through else None
    have = [float(came_through and value.grad is not None) for value in learning]
    said = world.total(np.array([float(room is None), *have]))
    if said[0]:
        return False
    assert room is not None
    wanted = [value for value, times in zip(learning, said[1:], strict=True) if times]
    if any(0 < times < world.ranks for times in said[1:]):  # some heard no clip, or no such part
        filled = _fill(wanted)
        if world.total(np.array([float(not filled)]))[0]:
            return False
    for piece in _pieces(wanted):
        _exchange(piece, room)
    return True


def share_weights(network: "nn.Module", world: World) -> None:
    """Begin with the first process's weights everywhere, to the last bit."""
    if world.ranks == 1:
        return
    import torch.distributed as group

    for value in (*network.parameters(), *network.buffers()):
        if value.is_floating_point():
            group.broadcast(value.data, src=0)


def _room(learning: "Sequence[nn.Parameter]") -> "torch.Tensor | None":
    """What gradients are sent in; None when memory runs out."""
    import torch

    longest = max(value.numel() for value in learning)
    try:
        return torch.empty(max(PIECE, longest), device=learning[0].device)
    except torch.OutOfMemoryError:
        return None


def _fill(wanted: "Sequence[nn.Parameter]") -> bool:
    """Zeros for the gradients that only others have; False when memory runs out."""
    import torch

    try:
        for value in wanted:
            if value.grad is None:
                value.grad = torch.zeros_like(value)
    except torch.OutOfMemoryError:
        return False
    return True


def _pieces(wanted: "Sequence[nn.Parameter]") -> "Iterator[list[torch.Tensor]]":
    """Gradients in their order, as many at a time as are sent at once."""
    piece: list[torch.Tensor] = []
    for value in wanted:
        assert value.grad is not None
        if piece and sum(each.numel() for each in piece) + value.numel() > PIECE:
            yield piece
            piece = []
        piece.append(value.grad)
    if piece:
        yield piece


def _exchange(piece: "Sequence[torch.Tensor]", room: "torch.Tensor") -> None:
    """Sum a few gradients over all processes, in place."""
    import torch.distributed as group

    ends = np.cumsum([each.numel() for each in piece]).tolist()
    places = [
        room[end - each.numel() : end].view_as(each) for each, end in zip(piece, ends, strict=True)
    ]
    for each, place in zip(piece, places, strict=True):
        place.copy_(each)
    group.all_reduce(room[: ends[-1]])
    for each, place in zip(piece, places, strict=True):
        each.copy_(place)
