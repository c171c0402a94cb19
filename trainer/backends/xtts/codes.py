"""What a DVAE makes of clips: codes, and how well they give the sound back."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from trainer.backends.xtts.sound import CODE_SAMPLES, TAIL_SAMPLES
from trainer.bundle.manifest import Bundle, Clip

STRIDE = 4  # mel frames of a code
HOP = 256  # samples between mel frames

Codes = Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Heard:
    """How a DVAE does on clips. l1, l2: mean error of the normalised log-mel, of size and squared.

    used: of ``codes_there`` how many occur. perplexity: as how many equally frequent codes these
    are. codes: by clip.
    """

    l1: float
    l2: float
    used: int
    codes_there: int
    perplexity: float
    codes: Codes

    def numbers(self) -> dict[str, float]:
        """What is written down about it."""
        return {
            "l1": round(self.l1, 6),
            "l2": round(self.l2, 6),
            "used": self.used,
            "perplexity": round(self.perplexity, 2),
        }


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the codes. frames: share of frames that have another code than before.

    codes: share of the codes in use before that most of their frames have left.
    """

    frames: float
    codes: float


def mel_of(extract: Any, bundle: Bundle, clip: Clip) -> torch.Tensor:  # noqa: ANN401
    """The clip's mel as the DVAE sees it, (80, frames), the fixed tail of silence included."""
    import soundfile

    samples, _ = soundfile.read(bundle.audio(clip), dtype="float32")
    wave = torch.nn.functional.pad(torch.from_numpy(samples)[None], (0, TAIL_SAMPLES))
    with torch.inference_mode():
        found: torch.Tensor = extract(wave)[0]
    return found.clone()


def frames_of(clip: Clip) -> int:
    """Mel frames of a clip without its tail."""
    return clip.samples // HOP + 1


def hear(
    dvae: Any,  # noqa: ANN401 - coqui-tts has no types
    mels: Sequence[tuple[Clip, torch.Tensor]],
    device: torch.device,
) -> Heard:
    """Each clip encoded alone and decoded again."""
    sums = np.zeros(3)  # of sizes, of squares, of values
    codes: dict[str, NDArray[np.int64]] = {}
    was_training = dvae.training
    dvae.eval()
    with torch.inference_mode():
        for clip, mel in mels:
            whole = mel[None].float().to(device)  # (1, 80, frames)
            found = dvae.get_codebook_indices(whole)
            again, _ = dvae.decode(found)
            frames = min(frames_of(clip), again.shape[2])
            error = (again[..., :frames] - whole[..., :frames]).double()
            sums += [error.abs().sum().item(), error.square().sum().item(), error.numel()]
            heard = found[0, : math.ceil(clip.samples / CODE_SAMPLES)]
            codes[clip.id] = heard.cpu().numpy().astype(np.int64)
    dvae.train(was_training)
    used, perplexity = use(list(codes.values()))
    there = int(dvae.codebook.embed.shape[1])
    return Heard(sums[0] / sums[2], sums[1] / sums[2], used, there, perplexity, codes)


def use(codes: Sequence[NDArray[np.int64]]) -> tuple[int, float]:
    """How many different codes occur, and the perplexity of their frequencies."""
    _, counts = np.unique(np.concatenate(codes), return_counts=True)
    share = counts / counts.sum()
    return len(counts), float(np.exp(-(share * np.log(share)).sum()))


def moved(before: Codes, after: Codes) -> Moved:
    """How far the codes of the same clips differ."""
    one = np.concatenate([before[clip] for clip in sorted(before)])
    other = np.concatenate([after[clip] for clip in sorted(before)])
    differ = one != other
    left = [float(differ[one == code].mean()) > 0.5 for code in np.unique(one)]
    return Moved(float(differ.mean()), float(np.mean(left)))
