"""Mean opinion score predicted by DistillMOS, beside DNSMOS.

A network distilled from wav2vec 2.0 XLS-R (Stahl and Gamper, "Distillation and Pruning for Scalable
Self-Supervised Representation-Based Speech Quality Assessment", 2025). It takes windows of 7.68 s,
1 s apart or less, and returns their mean; shorter clips are padded with zeros. On a CPU it takes a
fifth to half of the duration of the clip, so it runs only when the stage is named.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from curator.domain.errors import MissingModel
from curator.stages.scoring.scorers import ON_REQUEST, ScorerInput, scorer

if TYPE_CHECKING:
    import torch

WEIGHTS_SHA256 = "b18b3ac60227267cfb91e5d00ce22cc7b73716fd92f269484da1446e27031a40"
SHORTEST = 1_600  # samples at 16 kHz, 0.1 s


@scorer(
    label="Quality by DistillMOS",
    unit="MOS",
    better="higher",
    version=1,
    hears="cache",
    between=(1.0, 5.0),
    step=ON_REQUEST,
)
class DistillMos:
    """The network, loaded once."""

    def __init__(self) -> None:
        self._network = _network()

    def __call__(self, clip: ScorerInput) -> dict[str, float]:
        """Predicted mean opinion score, 1 to 5; undefined for silence and below 0.1 s."""
        import torch

        samples = clip.wave.samples
        if samples.size < SHORTEST or not np.any(samples):
            return {}
        with torch.inference_mode():
            value = float(self._network(torch.from_numpy(samples.copy())[None]))
        return {"distillmos": min(5.0, max(1.0, value))}


def _network() -> "torch.nn.Module":
    package = find_spec("distillmos")
    places = list(package.submodule_search_locations or ()) if package else []
    path = Path(places[0]) / "weights" / "distill_mos_v7.pt" if places else None
    if path is None or not path.is_file():
        raise MissingModel(
            "DistillMOS is not installed.", 'Install it: pip install "voice-curator[quality]"'
        )
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != WEIGHTS_SHA256:
            raise MissingModel(
                f"The weights of DistillMOS are not the expected ones: {path}.",
                "Install distillmos 0.9.1 again.",
            )
    import torch
    from distillmos import ConvTransformerSQAModel

    # With load_weights it prints a line, and a worker's output is read by a program.
    network: torch.nn.Module = ConvTransformerSQAModel(load_weights=False)
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["model"])
    return network.requires_grad_(requires_grad=False).eval()
