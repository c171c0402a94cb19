"""Copies to a device without waiting for it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def on_device(value: "torch.Tensor", device: "torch.device") -> "torch.Tensor":
    """Copy on a device; on a GPU from page-locked memory, which is the only asynchronous way."""
    if device.type == "cuda" and value.device.type == "cpu":
        value = value.pin_memory()
    return value.to(device, non_blocking=True)
