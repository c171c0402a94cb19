"""DVAE codes of clips and their reconstruction error."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from trainer.backends.xtts.sound import CODE_SAMPLES, TAIL_SAMPLES
from trainer.bundle.manifest import Bundle, Clip
from trainer.foreign_files import read_mono

STRIDE = 4  # mel frames per code
HOP = 256  # samples between mel frames

Codes = Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class DvaeEvaluation:
    """Evaluation of a DVAE on clips.

    l1, l2: mean absolute and squared error of the normalised log-mel. used: number of distinct
    codes, of ``codes_there``. perplexity: of the code frequencies. codes: by clip.
    """

    l1: float
    l2: float
    used: int
    codes_there: int
    perplexity: float
    codes: Codes

    def numbers(self) -> dict[str, float]:
        """Rounded values for the event log."""
        return {
            "l1": round(self.l1, 6),
            "l2": round(self.l2, 6),
            "used": self.used,
            "perplexity": round(self.perplexity, 2),
        }


@dataclass(frozen=True, slots=True)
class CodeChange:
    """Difference of two code assignments. frames: share of frames with a changed code.

    codes: share of the used codes that lost more than half of their frames.
    """

    frames: float
    codes: float


def mel_of(extract: Any, bundle: Bundle, clip: Clip) -> torch.Tensor:  # noqa: ANN401
    """Log-mel input of the DVAE, (80, frames), padded with a fixed length of silence."""
    samples, _ = read_mono(bundle.audio(clip))
    wave = torch.nn.functional.pad(torch.from_numpy(samples)[None], (0, TAIL_SAMPLES))
    with torch.inference_mode():
        mel: torch.Tensor = extract(wave)[0]
    return mel.clone()


def frames_of(clip: Clip) -> int:
    """Mel frames of a clip without padding."""
    return clip.samples // HOP + 1


def evaluate(
    dvae: Any,  # noqa: ANN401 - coqui-tts has no types
    mels: Sequence[tuple[Clip, torch.Tensor]],
    device: torch.device,
) -> DvaeEvaluation:
    """Encode and decode each clip separately, and measure the error."""
    sums = np.zeros(3)  # absolute error, squared error, count
    codes: dict[str, NDArray[np.int64]] = {}
    was_training = dvae.training
    dvae.eval()
    with torch.inference_mode():
        for clip, mel in mels:
            whole = mel[None].float().to(device)  # (1, 80, frames)
            indices = dvae.get_codebook_indices(whole)
            decoded, _ = dvae.decode(indices)
            frames = min(frames_of(clip), decoded.shape[2])
            error = (decoded[..., :frames] - whole[..., :frames]).double()
            sums += [error.abs().sum().item(), error.square().sum().item(), error.numel()]
            used_indices = indices[0, : math.ceil(clip.samples / CODE_SAMPLES)]
            codes[clip.id] = used_indices.cpu().numpy().astype(np.int64)
    dvae.train(was_training)
    used, perplexity = usage(list(codes.values()))
    there = int(dvae.codebook.embed.shape[1])
    return DvaeEvaluation(sums[0] / sums[2], sums[1] / sums[2], used, there, perplexity, codes)


def usage(codes: Sequence[NDArray[np.int64]]) -> tuple[int, float]:
    """Number of distinct codes, and the perplexity of their frequencies."""
    _, counts = np.unique(np.concatenate(codes), return_counts=True)
    share = counts / counts.sum()
    return len(counts), float(np.exp(-(share * np.log(share)).sum()))


def compare_codes(before: Codes, after: Codes) -> CodeChange:
    """Compare two code assignments of the same clips."""
    one = np.concatenate([before[clip] for clip in sorted(before)])
    other = np.concatenate([after[clip] for clip in sorted(before)])
    differ = one != other
    left = [float(differ[one == code].mean()) > 0.5 for code in np.unique(one)]
    return CodeChange(float(differ.mean()), float(np.mean(left)))
