"""Peak memory of a process or its GPU."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

MEGABYTE = 1 << 20
# Failed allocations that torch reports as other errors: of cuDNN and cuBLAS, which allocate
# their own workspaces, of the driver, and of the CPU.
ALLOCATION_FAILURES = (
    "CUDNN_STATUS_ALLOC_FAILED",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUBLAS_STATUS_NOT_INITIALIZED",
    "CUDA error: out of memory",
    "CUDA out of memory",
    "can't allocate memory",
)


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether an error of torch means that memory ran out."""
    import torch

    if isinstance(error, torch.OutOfMemoryError):
        return True
    return any(text in str(error) for text in ALLOCATION_FAILURES)


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
