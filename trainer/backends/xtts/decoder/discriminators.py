"""Discriminators of the decoder: of periods and of spectrograms.

Periods: Kong et al. 2020, HiFi-GAN, arXiv:2010.05646, section 2.3. Spectrograms: Jang et al. 2021,
UnivNet, arXiv:2106.07889, section 2.2. Sizes as published, at ``width`` 32.
"""

import itertools

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

from trainer.backends.xtts.decoder.spectra import RESOLUTIONS, Resolution, magnitudes

PERIODS = (2, 3, 5, 7, 11)  # samples; primes, so that they overlap little
SLOPE = 0.1  # of LeakyReLU, HiFi-GAN
SPECTRAL_SLOPE = 0.2  # UnivNet
PUBLISHED_WIDTH = 32

DiscriminatorOutputs = list[tuple[torch.Tensor, list[torch.Tensor]]]
"""Scores and feature maps of each discriminator."""


class PeriodDiscriminator(nn.Module):
    """Scores of a waveform folded into columns of ``period`` samples."""

    def __init__(self, period: int, width: int) -> None:
        super().__init__()
        self.period = period
        sizes = [1, width, 4 * width, 16 * width, 32 * width]
        layers = [
            weight_norm(nn.Conv2d(before, after, (5, 1), (3, 1), padding=(2, 0)))
            for before, after in itertools.pairwise(sizes)
        ]
        layers.append(weight_norm(nn.Conv2d(sizes[-1], sizes[-1], (5, 1), padding=(2, 0))))
        self.layers = nn.ModuleList(layers)
        self.score = weight_norm(nn.Conv2d(sizes[-1], 1, (3, 1), padding=(1, 0)))

    def forward(self, wave: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Scores and feature maps. wave: (rows, 1, samples)."""
        rows, channels, samples = wave.shape
        padded = functional.pad(wave, (0, -samples % self.period), mode="reflect")
        folded = padded.view(rows, channels, -1, self.period)
        return _scored(folded, self.layers, self.score, SLOPE)


class SpectrogramDiscriminator(nn.Module):
    """Scores of the magnitude spectrogram of a waveform at one resolution."""

    def __init__(self, resolution: Resolution, width: int) -> None:
        super().__init__()
        self.resolution = resolution
        shapes = [(1, 1), (1, 2), (1, 2), (1, 2)]  # strides: (frequency, time)
        kernels = [(3, 9)] * 4
        layers = [
            weight_norm(nn.Conv2d(1 if at == 0 else width, width, kernel, stride, padding=(1, 4)))
            for at, (kernel, stride) in enumerate(zip(kernels, shapes, strict=True))
        ]
        layers.append(weight_norm(nn.Conv2d(width, width, (3, 3), padding=(1, 1))))
        self.layers = nn.ModuleList(layers)
        self.score = weight_norm(nn.Conv2d(width, 1, (3, 3), padding=(1, 1)))

    def forward(self, wave: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Scores and feature maps. wave: (rows, 1, samples)."""
        spectrum = magnitudes(wave.squeeze(1), self.resolution)
        return _scored(spectrum[:, None], self.layers, self.score, SPECTRAL_SLOPE)


class Discriminators(nn.Module):
    """All discriminators of periods and resolutions. width: channels of their first layers."""

    def __init__(self, width: int = PUBLISHED_WIDTH) -> None:
        super().__init__()
        self.each = nn.ModuleList(
            [
                *(PeriodDiscriminator(period, width) for period in PERIODS),
                *(SpectrogramDiscriminator(resolution, width) for resolution in RESOLUTIONS),
            ]
        )

    def forward(self, wave: torch.Tensor) -> DiscriminatorOutputs:
        """Scores and feature maps of each. wave: (rows, 1, samples)."""
        return [discriminator(wave) for discriminator in self.each]


def _scored(
    values: torch.Tensor, layers: nn.ModuleList, score: nn.Module, slope: float
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    features = []
    for layer in layers:
        values = functional.leaky_relu(layer(values), slope)
        features.append(values)
    scores: torch.Tensor = score(values)
    return scores, [*features, scores]
