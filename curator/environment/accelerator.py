"""Which build of torch fits this machine."""

import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from curator.domain.errors import CuratorError

CUDA_VERSION = re.compile(r"CUDA Version:\s*(\d+)\.(\d+)")
NVIDIA_SECONDS = 20
ROCM_DEVICE = Path("/dev/kfd")


@dataclass(frozen=True, slots=True)
class Accelerator:
    """A build of torch 2.8. backend: what uv calls it. name: for a person."""

    key: str
    backend: str
    name: str

    @property
    def has_cuda(self) -> bool:
        """Whether it brings NVIDIA's libraries."""
        return self.key.startswith("cuda")

    @property
    def is_published(self) -> bool:
        """Whether the registry's own torch for this system is this build."""
        if sys.platform == "darwin":
            return True
        if sys.platform == "win32" or platform.machine().lower() not in ("x86_64", "amd64"):
            return self.key == "cpu"
        return self.key == "cuda12.8"


ACCELERATORS = {
    each.key: each
    for each in (
        Accelerator("cuda12.6", "cu126", "NVIDIA GPU, CUDA 12.6"),
        Accelerator("cuda12.8", "cu128", "NVIDIA GPU, CUDA 12.8"),
        Accelerator("rocm", "rocm6.4", "AMD GPU, ROCm 6.4"),
        Accelerator("mps", "cpu", "Apple GPU"),
        Accelerator("cpu", "cpu", "CPU only"),
    )
}


def detect() -> Accelerator:
    """Build of torch for this machine. Raises CuratorError on Macs that torch does not support."""
    if sys.platform == "darwin":
        if platform.machine() != "arm64":
            raise CuratorError(
                "torch 2.8 does not support Macs with Intel processors.",
                "Train on another machine: docs/several-machines.md.",
            )
        return ACCELERATORS["mps"]
    version = cuda_version()
    if version >= (12, 8):  # drivers for CUDA 13 run programs built for 12
        return ACCELERATORS["cuda12.8"]
    if version >= (12, 0):
        return ACCELERATORS["cuda12.6"]
    if sys.platform == "linux" and ROCM_DEVICE.exists():
        return ACCELERATORS["rocm"]
    return ACCELERATORS["cpu"]


def cuda_version() -> tuple[int, int]:
    """Highest CUDA version that the NVIDIA driver supports; (0, 0) without a driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return (0, 0)
    try:
        done = subprocess.run(
            [program], capture_output=True, text=True, timeout=NVIDIA_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    match = CUDA_VERSION.search(done.stdout)
    return (int(match[1]), int(match[2])) if match else (0, 0)
