"""Losses of the decoder and its discriminators.

Least-squares adversarial loss, feature matching and mel loss: Kong et al. 2020, HiFi-GAN,
arXiv:2010.05646, section 2.4. Multi-resolution STFT loss: Yamamoto et al. 2020, Parallel WaveGAN,
arXiv:1910.11480, section 2.2; its weight of UnivNet, Jang et al. 2021, arXiv:2106.07889.
"""

import torch
from torch.nn import functional

from trainer.backends.xtts.decoder.discriminators import DiscriminatorOutputs
from trainer.backends.xtts.decoder.spectra import RESOLUTIONS, magnitudes


def stft_loss(generated: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """Spectral convergence plus log-magnitude L1, mean of the resolutions. (rows, samples)."""
    total = torch.zeros((), device=real.device)
    for resolution in RESOLUTIONS:
        one, other = magnitudes(generated, resolution), magnitudes(real, resolution)
        convergence = torch.linalg.vector_norm(other - one) / torch.linalg.vector_norm(other)
        total = total + convergence + functional.l1_loss(one.log(), other.log())
    return total / len(RESOLUTIONS)


def discriminator_loss(real: DiscriminatorOutputs, generated: DiscriminatorOutputs) -> torch.Tensor:
    """Squared distance of the scores of real audio from 1, of generated audio from 0."""
    return torch.stack(
        [
            (one.float() - 1).square().mean() + other.float().square().mean()
            for (one, _), (other, _) in zip(real, generated, strict=True)
        ]
    ).sum()


def adversarial_loss(generated: DiscriminatorOutputs) -> torch.Tensor:
    """Squared distance of the scores of generated audio from 1."""
    return torch.stack([(scores.float() - 1).square().mean() for scores, _ in generated]).sum()


def feature_loss(real: DiscriminatorOutputs, generated: DiscriminatorOutputs) -> torch.Tensor:
    """Mean absolute difference of the feature maps, summed over layers and discriminators."""
    return torch.stack(
        [
            functional.l1_loss(other.float(), one.float().detach())
            for (_, ones), (_, others) in zip(real, generated, strict=True)
            for one, other in zip(ones, others, strict=True)
        ]
    ).sum()
