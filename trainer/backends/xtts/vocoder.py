"""XTTS's HiFi-GAN, and the stock class with one of another width.

The stock class always builds the released width, in which a second of sound takes longer than a
second of a CPU. A small random base has a narrower one, of the same class; what an export holds is
read off its weights, and nothing else of the stock class is changed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.xtts.coqui import coqui
from trainer.errors import BrokenBase

if TYPE_CHECKING:
    from torch import nn

RELEASED_WIDTH = 512
FIRST_LAYER = "hifigan_decoder.waveform_decoder.conv_pre.weight"


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


def width_of(model: Path) -> int:
    """The width of the vocoder in an export's model.pth."""
    import torch

    held = torch.load(model, map_location="cpu", weights_only=True, mmap=True)["model"]
    if FIRST_LAYER not in held:
        raise BrokenBase(f"{model} lacks {FIRST_LAYER}.")
    return int(held[FIRST_LAYER].shape[0])


def stock_class(width: int) -> Any:  # noqa: ANN401 - coqui-tts has no types
    """The stock ``Xtts``; where the width is not the released one, with a vocoder of this width."""
    stock: Any = coqui("tts.models.xtts").Xtts
    if width == RELEASED_WIDTH:
        return stock

    class Narrow(stock):  # type: ignore[misc]
        def init_models(self) -> None:
            super().init_models()
            self.hifigan_decoder = new_decoder(dict(self.args), width)

    return Narrow
