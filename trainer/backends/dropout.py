"""How much of a network is left out at random while it learns."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


def set_dropout(network: "nn.Module", share: float) -> None:
    """Give every dropout of the network this share; below 0 leaves them as they are."""
    from torch import nn

    if share < 0:
        return
    for module in network.modules():
        if isinstance(module, nn.Dropout | nn.Dropout1d):
            module.p = share
