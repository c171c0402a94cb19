"""XTTS's HiFi-GAN in two widths: the released one, and a narrow one that sounds the same.

The stock class always builds the released width, in which a second of sound takes longer than a
second of a CPU. A small random base needs few channels of it. Its file has all of them, so that the
stock class loads it and what is made of it; those beyond the few are silent. To speak here they
are left out again. A test holds both to the same samples.
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
# Has one number for each channel before the upsampling, and random or learnt ones are never zero.
FIRST_BIAS = f"{PREFIX}conv_pre.bias"
# Weight normalisation divides by the length of these rows; their size is in another tensor.
DIRECTIONS = "parametrizations.weight.original1"

Tensors = Mapping[str, "torch.Tensor"]


def new_decoder(args: Mapping[str, Any], width: int) -> "nn.Module":
    """HiFi-GAN and speaker encoder with fresh weights. width: channels before the upsampling."""
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
    """The tensors of a narrow decoder with the shapes of the wide one, whose further channels are
    silent: the sound is the same."""
    import torch

    found = {}
    for key, small in narrow.items():
        large = torch.zeros_like(wide[key])
        if key.endswith(DIRECTIONS):
            large[small.shape[0] :] = 1.0  # any direction will do; its size is zero
        large[_within(small)] = small
        found[key] = large
    return found


def narrowed(wide: Tensors, narrow: Tensors) -> "dict[str, torch.Tensor]":
    """All tensors of a model, those of its vocoder cut to the shapes that ``narrow`` has.

    Raises BrokenBase where that would leave out a channel that sounds.
    """
    found = dict(wide)
    for key, small in narrow.items():
        if not key.startswith(PREFIX):
            continue
        whole = wide[key]
        found[key] = whole[_within(small)].clone()
        if not key.endswith(DIRECTIONS) and whole.count_nonzero() != found[key].count_nonzero():
            raise BrokenBase(f"The vocoder is neither narrow nor whole: see {key}.")
    return found


def width_of(model: Path) -> int:
    """How many channels of the vocoder in a model.pth sound."""
    held = load_tensors(model)
    tensors = held.get("model") if isinstance(held, dict) else None
    if not isinstance(tensors, dict) or FIRST_BIAS not in tensors:
        raise BrokenBase(f"{model} lacks {FIRST_BIAS}.")
    return int(tensors[FIRST_BIAS].count_nonzero())


def stock_class(width: int) -> Any:  # noqa: ANN401 - coqui-tts has no types
    """The stock ``Xtts``; where fewer channels of the vocoder sound, without the silent ones."""
    stock: Any = coqui("tts.models.xtts").Xtts
    if width == RELEASED_WIDTH:
        return stock

    class Narrow(stock):  # type: ignore[misc]
        def init_models(self) -> None:
            super().init_models()
            self.hifigan_decoder = new_decoder(dict(self.args), width)

        def get_compatible_checkpoint_state_dict(self, model_path: Path) -> dict[str, Any]:
            found = super().get_compatible_checkpoint_state_dict(model_path)
            return narrowed(found, self.state_dict())

    return Narrow


def _within(small: "torch.Tensor") -> tuple[slice, ...]:
    return tuple(slice(size) for size in small.shape)
