"""Mean opinion score predicted by DistillMOS, 1 to 5, beside DNSMOS.

Measured on request (``trainer evaluate --quality``) and by default where there is a GPU: on a CPU
it takes up to half of the duration of the sample.
"""

import functools
import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trainer.evaluate.measures import MeasuredValues, Sample, VoiceStatistics

if TYPE_CHECKING:
    import torch

VERSION = 1
KEYS = ("distillmos",)
DIRECTIONS = {"distillmos": 1}
ON_REQUEST = True

WEIGHTS_SHA256 = "b18b3ac60227267cfb91e5d00ce22cc7b73716fd92f269484da1446e27031a40"
LEAST = 1_600  # samples, 0.1 s


def measure(sample: Sample, voice: VoiceStatistics) -> MeasuredValues:
    """Undefined for silence, and without the package."""
    network = _network()
    if network is None or sample.listening.size < LEAST or not np.any(sample.listening):
        return {}
    import torch

    device = next(network.parameters()).device
    wave = torch.from_numpy(np.ascontiguousarray(sample.listening, np.float32))
    with torch.inference_mode():
        value = float(network(wave[None].to(device)))
    return {"distillmos": min(5.0, max(1.0, value))}


def is_available() -> bool:
    """Whether the package and the expected weights are installed."""
    path = _weights()
    if path is None:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == WEIGHTS_SHA256


def _weights() -> Path | None:
    package = find_spec("distillmos")
    places = list(package.submodule_search_locations or ()) if package else []
    path = Path(places[0]) / "weights" / "distill_mos_v7.pt" if places else None
    return path if path is not None and path.is_file() else None


@functools.cache
def _network() -> "torch.nn.Module | None":
    """The network on the GPU if there is one; None without the package."""
    path = _weights()
    if path is None or not is_available():
        return None
    import torch
    from distillmos import ConvTransformerSQAModel

    # With load_weights it prints a line, and --json must be nothing but JSON.
    network: torch.nn.Module = ConvTransformerSQAModel(load_weights=False)
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["model"])
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return network.requires_grad_(requires_grad=False).eval().to(device)
