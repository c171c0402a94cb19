"""Sizes of a family's released network, without loading it."""

from dataclasses import dataclass

from trainer.foreign_files import read_toml
from trainer.resources import resources


@dataclass(frozen=True, slots=True)
class NetworkSizes:
    """The section ``network`` of ``resources/targets/*.toml``; see its comments.

    code_samples: samples per audio code at the target's rate. full_hours: minimum hours of speech
    recommended for full fine-tuning.
    """

    transformer_parameters: float
    other_parameters: float
    layers: int
    width: int
    speech_choices: int
    lora_parameters_per_rank: float
    lora_targets: int
    prompt_flop: float
    code_samples: int
    characters_per_token: float
    frame_positions: int
    export_gb: float
    full_hours: float

    @property
    def parameters(self) -> float:
        """Total number of trainable parameters."""
        return self.transformer_parameters + self.other_parameters


def network_sizes(target: str) -> NetworkSizes:
    """Read the network sizes of a target."""
    path = resources() / "targets" / f"{target}.toml"
    return NetworkSizes(**read_toml(path)["network"])
