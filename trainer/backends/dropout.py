"""Dropout rate of a network."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


def set_dropout(network: "nn.Module", rate: float) -> None:
    """Set the rate of all dropout layers; a negative rate keeps the present ones."""
    from torch import nn

    if rate < 0:
        return
    for module in network.modules():
        if isinstance(module, nn.Dropout | nn.Dropout1d):
            module.p = rate
