"""How large a family's released network is, known before anything of it is loaded."""

import tomllib
from dataclasses import dataclass

from trainer.resources import resources


@dataclass(frozen=True, slots=True)
class NetworkSizes:
    """The section ``network`` of ``resources/targets/*.toml``; see its comments.

    code_samples: samples per speech code at the target's rate. full_hours: less speech is little
    for training every weight.
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
        """Of the whole network that can learn."""
        return self.transformer_parameters + self.other_parameters


def network_sizes(target: str) -> NetworkSizes:
    """The sizes of the network of a target that there is."""
    path = resources() / "targets" / f"{target}.toml"
    return NetworkSizes(**tomllib.loads(path.read_text(encoding="utf-8"))["network"])
