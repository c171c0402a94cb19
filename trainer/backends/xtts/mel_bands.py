"""Mean and variance normalisation of mel bands, folded into the DVAE of a base.

A small base has codes of its own voice only, and the DVAE takes the spectrum of another for other
sounds. With the mean and the variance of each band moved to those of the base's voice (cepstral
mean and variance normalisation; Viikki and Laurila, 1998), the codes follow the words again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.errors import TrainerError
from trainer.foreign_files import read_json

if TYPE_CHECKING:
    import torch

    from trainer.bundle.manifest import Bundle

FILE = "mel_bands.json"
BANDS = 80
SPEECH_NEPERS = 4.5
"""Frames count as speech down to so much below the loudest one, in the mean of their bands."""
MIN_FRAMES = 800  # 9 s
MOST_GAIN = 4.0  # of a band; those that a recording lacks hardly vary


@dataclass(frozen=True, slots=True)
class BandStatistics:
    """Mean and standard deviation of each band in speech, nepers, float32 (BANDS,)."""

    mean: "torch.Tensor"
    std: "torch.Tensor"


def band_statistics(mels: Sequence["torch.Tensor"]) -> BandStatistics:
    """Statistics of log-mel spectrograms in nepers, each (BANDS, frames)."""
    import torch

    frames = torch.cat(list(mels), dim=1)
    level = frames.mean(dim=0)
    speech = frames[:, level > level.max() - SPEECH_NEPERS]
    return BandStatistics(speech.mean(dim=1), speech.std(dim=1))


def statistics_of(bundle: "Bundle", base: Path) -> BandStatistics:
    """Statistics of the training clips, by the mel spectrogram of ``base``.

    Raises TrainerError if they are shorter than MIN_FRAMES.
    """
    from trainer.backends.xtts import networks
    from trainer.backends.xtts.codes import frames_of, mel_of

    extract: Any = networks.mel_extractor(base, style=False)
    norms = extract.mel_norms[:, None]
    clips = bundle.part("train")
    if sum(map(frames_of, clips)) < MIN_FRAMES:
        raise TrainerError(
            f"The training clips of {bundle.folder} are too short to measure the voice.",
            "At least 10 seconds are needed.",
        )
    return band_statistics(
        [mel_of(extract, bundle, clip)[:, : frames_of(clip)] * norms for clip in clips]
    )


def write_statistics(statistics: BandStatistics, path: Path) -> None:
    """Write as JSON: "mean" and "std", nepers."""
    values = {
        name: [round(value, 4) for value in getattr(statistics, name).tolist()]
        for name in ("mean", "std")
    }
    path.write_text(json.dumps(values) + "\n", encoding="utf-8")


def read_statistics(path: Path) -> BandStatistics:
    """Inverse of ``write_statistics``. Raises TrainerError for other content."""
    import torch

    try:
        content: Any = read_json(path)
        rows = [content[name] for name in ("mean", "std")]
        mean, std = (torch.tensor(row, dtype=torch.float32) for row in rows)
        if mean.shape != (BANDS,) or std.shape != (BANDS,) or not std.min() > 0:
            raise ValueError(f"its values are not those of {BANDS} bands")
    except (ValueError, TypeError, KeyError) as error:
        raise TrainerError(
            f"{path} does not hold band statistics ({error}).", "Install the program again."
        ) from error
    return BandStatistics(mean, std)


def fit_to_voice(base: Path, usual: BandStatistics, voice: BandStatistics) -> None:
    """Change the DVAE encoder of ``base`` so that ``voice`` gets the codes of its usual voice.

    The map of the bands is folded into the first convolution; the codes keep their meaning, so the
    GPT of the base still fits.
    """
    import torch

    from trainer.backends.xtts.base import LEARNT_CODES_OF
    from trainer.runs.files import sha256_of

    dvae, model = base / "dvae.pth", base / "model.pth"
    norms = torch.load(base / "mel_stats.pth", weights_only=True)
    scale = usual.std / torch.maximum(voice.std, usual.std / MOST_GAIN)
    shift = (usual.mean - voice.mean * scale) / norms
    tensors = torch.load(dvae, weights_only=True)
    weight, bias = tensors["encoder.0.0.weight"], tensors["encoder.0.0.bias"]
    tensors["encoder.0.0.bias"] = bias + torch.einsum("ock,c->o", weight, shift)
    tensors["encoder.0.0.weight"] = weight * scale[None, :, None]
    torch.save(tensors, dvae)
    content = torch.load(model, weights_only=True)
    torch.save({**content, LEARNT_CODES_OF: sha256_of(dvae)}, model)
