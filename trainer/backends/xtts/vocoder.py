"""HiFi-GAN of XTTS in the released width, and in a narrow width with equal output.

The stock class always builds the released width, which is slower than real time on a CPU. A small
random base needs few channels. Its file has the released shapes, with zeros in the other channels,
so that the stock class loads it; here these channels are removed. A test compares the outputs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.xtts.base import load_tensors
from trainer.backends.xtts.coqui import coqui
from trainer.errors import BrokenBase

if TYPE_CHECKING:
    import torch
    from torch import nn

RELEASED_WIDTH = 512
PREFIX = "hifigan_decoder.waveform_decoder."
FIRST_LAYER = f"{PREFIX}conv_pre."
FIRST_BIAS = f"{FIRST_LAYER}bias"
# Weight normalisation divides by the norm of these rows; the magnitude is in another tensor.
DIRECTIONS = "parametrizations.weight.original1"

Tensors = Mapping[str, "torch.Tensor"]


def new_decoder(args: Mapping[str, Any], width: int) -> "nn.Module":
    """Build HiFi-GAN and speaker encoder with random weights. width: channels of conv_pre."""
    module: nn.Module = coqui("tts.layers.xtts.hifigan_decoder").HifiDecoder(
        input_sample_rate=args["input_sample_rate"],
        output_sample_rate=args["output_sample_rate"],
        output_hop_length=args["output_hop_length"],
        ar_mel_length_compression=args["gpt_code_stride_len"],
        decoder_input_dim=args["decoder_input_dim"],
        upsample_initial_channel_decoder=width,
        d_vector_dim=args["d_vector_dim"],
        cond_d_vector_in_each_upsampling_layer=args["cond_d_vector_in_each_upsampling_layer"],
    )
    return module


def widened(narrow: Tensors, wide: Tensors) -> "dict[str, torch.Tensor]":
    """Pad the tensors of a narrow decoder to the shapes of a wide one, with equal output."""
    import torch

    padded = {}
    for key, small in narrow.items():
        large = torch.zeros_like(wide[key])
        if key.endswith(DIRECTIONS):
            large[small.shape[0] :] = 1.0  # any nonzero direction; its magnitude is zero
        large[_within(small)] = small
        padded[key] = large
    return padded


def narrowed(wide: Tensors, narrow: Tensors) -> "dict[str, torch.Tensor]":
    """All tensors of a model, those of its vocoder sliced to the shapes of ``narrow``.

    Raises BrokenBase if that would remove nonzero channels.
    """
    sliced = dict(wide)
    for key, small in narrow.items():
        if not key.startswith(PREFIX):
            continue
        whole = wide[key]
        sliced[key] = whole[_within(small)].clone()
        if not key.endswith(DIRECTIONS) and whole.count_nonzero() != sliced[key].count_nonzero():
            raise BrokenBase(f"The vocoder is neither narrow nor of full width: see {key}.")
    return sliced


def width_of(model: Path) -> int:
    """Number of vocoder channels in use in a model.pth."""
    tensors = load_tensors(model)
    if FIRST_BIAS not in tensors:
        raise BrokenBase(f"{model} lacks {FIRST_BIAS}.")
    channels = len(tensors[FIRST_BIAS])
    used = tensors[FIRST_BIAS] != 0
    for name, value in tensors.items():  # a bias alone may be zero by chance
        if name.startswith(FIRST_LAYER) and not name.endswith(DIRECTIONS):
            used = used | (value.reshape(channels, -1) != 0).any(dim=1)
    return int(used.nonzero().max()) + 1 if used.any() else channels


def stock_class(width: int) -> Any:  # noqa: ANN401 - coqui-tts has no types
    """Class ``Xtts``, or a subclass with a narrower vocoder."""
    stock: Any = coqui("tts.models.xtts").Xtts
    if width == RELEASED_WIDTH:
        return stock

    class Narrow(stock):  # type: ignore[misc]
        def init_models(self) -> None:
            super().init_models()
            self.hifigan_decoder = new_decoder(dict(self.args), width)

        def get_compatible_checkpoint_state_dict(self, model_path: Path) -> dict[str, Any]:
            tensors = super().get_compatible_checkpoint_state_dict(model_path)
            return narrowed(tensors, self.state_dict())

    return Narrow


def _within(small: "torch.Tensor") -> tuple[slice, ...]:
    return tuple(slice(size) for size in small.shape)
