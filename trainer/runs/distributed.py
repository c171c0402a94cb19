"""One process is the special case of many: torchrun's variables say which one this is."""

import datetime
import os
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
    """rank: which process this is, of ``ranks``. device: where its network is."""

    rank: int
    ranks: int
    device: "torch.device"

    @property
    def leads(self) -> bool:
        """Whether this process writes logs and checkpoints."""
        return self.rank == 0

    def total(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum over all processes, the same everywhere."""
        if self.ranks == 1:
            return values
        import torch
        import torch.distributed as group

        kind = torch.float32 if self.device.type == "mps" else torch.float64
        summed = torch.as_tensor(values, dtype=kind, device=self.device)
        group.all_reduce(summed)
        found: NDArray[np.float64] = summed.cpu().numpy().astype(np.float64)
        return found

    def wait(self) -> None:
        """Until every process is here."""
        if self.ranks > 1:
            import torch.distributed as group

            group.barrier()


def join(config: TrainConfig) -> World:
    """This process's place; joins the group if torchrun started several."""
    import torch

    ranks, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    device = choose_device(config.run.device, local)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    if ranks > 1 and not torch.distributed.is_initialized():
        kind = config.dist.backend
        if kind == "auto":
            kind = "nccl" if device.type == "cuda" else "gloo"
        patience = datetime.timedelta(seconds=config.dist.timeout_s)
        group: Any = torch.distributed  # its stubs leave out what its documentation names
        store, _, _ = next(group.rendezvous("env://", timeout=patience))
        # WORKAROUND https://github.com/pytorch/pytorch/issues/167288: torchrun keeps the store when
        # it starts processes anew, and they would look for one another where the dead ones were.
        fresh = group.PrefixStore(f"attempt {restarts()}", store)
        group.init_process_group(kind, store=fresh, rank=rank, world_size=ranks, timeout=patience)
    return World(rank, ranks, device)


def restarts() -> int:
    """How often torchrun has started this process anew after one of them had ended."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


def group_name() -> str:
    """What torchrun calls this group of processes; "" without torchrun."""
    return os.environ.get("TORCHELASTIC_RUN_ID", "")


def leave() -> None:
    """Leave the group, if this process joined one."""
    import torch

    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def choose_device(wanted: str, local_rank: int = 0) -> "torch.device":
    """The device called ``wanted``; auto is the GPU of this rank where there is one."""
    import torch

    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda":
        wanted = f"cuda:{local_rank}"
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        raise WrongUsage(f"run.device: {wanted!r} is no device.") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise WrongUsage(
            "There is no GPU that torch can use.", "See `trainer doctor`, or set run.device=cpu."
        )
    return device
