"""Ranks of a torchrun process group; without torchrun, a group of one."""

import datetime
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trainer.config import TrainConfig
from trainer.errors import WrongUsage

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class World:
    """This process in its group. rank: 0..ranks - 1. device: of its network."""

    rank: int
    ranks: int
    device: "torch.device"

    @property
    def is_main(self) -> bool:
        """Whether this is rank 0, which writes logs and checkpoints."""
        return self.rank == 0

    def all_reduce(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum over all ranks, identical on each."""
        if self.ranks == 1:
            return values
        import torch
        import torch.distributed as group

        dtype = torch.float32 if self.device.type == "mps" else torch.float64
        summed = torch.as_tensor(values, dtype=dtype, device=self.device)
        group.all_reduce(summed)
        result: NDArray[np.float64] = summed.cpu().numpy().astype(np.float64)
        return result

    def barrier(self) -> None:
        """Wait until every rank has reached this call."""
        if self.ranks > 1:
            import torch.distributed as group

            group.barrier()


def join(config: TrainConfig) -> World:
    """Initialise the process group if torchrun started one; return this rank."""
    import torch

    ranks, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    device = device_of(config)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    if ranks > 1 and not torch.distributed.is_initialized():
        backend = config.dist.backend
        if backend == "auto":
            backend = "nccl" if device.type == "cuda" else "gloo"
        timeout = datetime.timedelta(seconds=config.dist.timeout_s)
        group: Any = torch.distributed  # its stubs lack documented functions
        store, _, _ = next(group.rendezvous("env://", timeout=timeout))
        # WORKAROUND https://github.com/pytorch/pytorch/issues/167288: torchrun keeps the store when
        # it restarts processes, which would then use the addresses of the ones that died.
        fresh = group.PrefixStore(f"attempt {restarts()}", store)
        group.init_process_group(backend, store=fresh, rank=rank, world_size=ranks, timeout=timeout)
    return World(rank, ranks, device)


def restarts() -> int:
    """Number of times torchrun has restarted the group after a process ended."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


def group_name() -> str:
    """torchrun's id of the process group; "" without torchrun."""
    return os.environ.get("TORCHELASTIC_RUN_ID", "")


def leave() -> None:
    """Destroy the process group, if one was initialised."""
    import torch

    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def device_of(config: TrainConfig) -> "torch.device":
    """This rank's device."""
    return choose_device(config.run.device, int(os.environ.get("LOCAL_RANK", "0")))


@contextmanager
def full_precision() -> Iterator[None]:
    """Context without TF32, so that features do not depend on the settings of a run."""
    import torch

    matmul, convolution = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, convolution.allow_tf32
    matmul.allow_tf32 = convolution.allow_tf32 = False
    try:
        yield
    finally:
        matmul.allow_tf32, convolution.allow_tf32 = before


def choose_device(wanted: str, local_rank: int = 0) -> "torch.device":
    """Device by name; auto is this rank's GPU if available, else the CPU."""
    import torch

    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda":
        wanted = f"cuda:{local_rank}"
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        raise WrongUsage(
            f"run.device: {wanted!r} is not a device.", "Use auto, cpu, cuda or cuda:N."
        ) from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise WrongUsage(
            "torch finds no usable GPU.", "Run `trainer doctor`, or set run.device=cpu."
        )
    return device
