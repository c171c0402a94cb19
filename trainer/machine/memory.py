"""Peak memory of a process or its GPU."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

MEGABYTE = 1 << 20


def memory_mb(device: "torch.device") -> int | None:
    """Peak memory in MB of the GPU, else of this process; None where it is unknown."""
    import torch

    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device) // MEGABYTE)
    try:
        import resource
    except ImportError:  # Windows
        return None
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
