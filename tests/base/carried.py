"""What the codes and the vocoder of a base carry of a bundle's held-out clips.

    python -m tests.base.carried BASE BUNDLE --clips 8

Prints a line of JSON for each category and kind of copy: the clips themselves; their codes by the
DVAE's decoder and Griffin-Lim; their codes by the GPT's latents and the base's vocoder.
"""

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchaudio

from tests.base.measure import WHISPER
from trainer.backends.xtts import networks
from trainer.backends.xtts.base import open_base
from trainer.backends.xtts.codes import HOP, mel_of
from trainer.backends.xtts.sound import CODE_SAMPLES
from trainer.backends.xtts.stock import OUTPUT_RATE, load_stock
from trainer.bundle.manifest import Bundle, Clip, read_bundle
from trainer.evaluate.measures import measure_all
from trainer.evaluate.samples import as_sample, held_out, read_real, voice_of
from trainer.output import print_line
from trainer.speech.sound import Sound, read_sound
from trainer.speech.transcriber import Transcriber

RATE = 22050
MEASURES = ("wer", "similarity", "pitch", "rate")
ROUNDS = 40  # of Griffin-Lim

Copy = Callable[[Clip], Sound]


def copies_by(base: Path, bundle: Bundle) -> dict[str, Copy]:
    """Ways to copy a clip, by name."""
    opened = open_base(base)
    dvae: Any = networks.load_dvae(opened, with_decoder=True)
    extract = networks.mel_extractor(base, style=False)
    model = load_stock(base)

    def codes_of(clip: Clip) -> torch.Tensor:
        codes: torch.Tensor = dvae.get_codebook_indices(mel_of(extract, bundle, clip)[None])
        return codes[:, : math.ceil(clip.samples / CODE_SAMPLES)]

    def by_griffin_lim(clip: Clip) -> Sound:
        with torch.no_grad():
            mel, _ = dvae.decode(codes_of(clip))
            power = torch.exp(mel[0] * extract.mel_norms[:, None])  # (80, frames)
        filters = extract.mel_stft.mel_scale.fb  # (bins, 80)
        spectrum = (torch.linalg.pinv(filters.T) @ power).clamp(min=1e-10)
        invert = torchaudio.transforms.GriffinLim(1024, ROUNDS, hop_length=HOP, power=2.0)
        return Sound(_loud(invert(spectrum).numpy()), RATE)

    def by_vocoder(clip: Clip) -> Sound:
        codes = codes_of(clip)
        text = model.tokenizer.encode(clip.text.strip().lower(), lang="en")
        lengths = torch.tensor([len(text)]), torch.tensor([codes.shape[1] * CODE_SAMPLES])
        with torch.no_grad():
            prompt, embedding = model.get_conditioning_latents([str(bundle.audio(clip))])
            latents = model.gpt(
                torch.tensor([text]), lengths[0], codes, lengths[1],
                cond_latents=prompt, return_latent=True,
            )  # fmt: skip
            wave = model.hifigan_decoder(latents, g=embedding)
        return Sound(_loud(wave.reshape(-1).numpy()), OUTPUT_RATE)

    return {
        "real": lambda clip: read_sound(bundle.audio(clip)),
        "codes": by_griffin_lim,
        "vocoder": by_vocoder,
    }


def measure_copies(
    bundle: Bundle, clips: Sequence[Clip], copies: dict[str, Copy]
) -> list[dict[str, object]]:
    """Means of the measures of each category and kind of copy."""
    transcriber, voice = Transcriber(WHISPER), voice_of(bundle, read_real(bundle, clips, None))
    values: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for clip in clips:
        for kind, copied in copies.items():
            name = clip.id if kind == "real" else ""
            sample = as_sample(copied(clip), [clip.text], "en", transcriber, name)
            values[str(clip.emotion), kind].append(measure_all(sample, voice))
    return [
        {"category": category, "copy": kind, "clips": len(rows)}
        | {key: round(_mean([row[key] for row in rows]), 3) for key in MEASURES}
        for (category, kind), rows in values.items()
    ]


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else math.nan


def _loud(wave: np.ndarray) -> np.ndarray:
    """Float32 samples with a peak of half of full scale."""
    return (0.5 * wave / max(1e-9, float(np.abs(wave).max()))).astype(np.float32)


def main() -> None:
    """Print the means as JSON lines."""
    parser = argparse.ArgumentParser(description="What a base's codes carry of clips.")
    parser.add_argument("base", type=Path)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--clips", type=int, default=8, help="of each category")
    given = parser.parse_args()
    bundle = read_bundle(given.bundle)
    by_category: dict[str, list[Clip]] = defaultdict(list)
    for clip in held_out(bundle):
        by_category[str(clip.emotion)].append(clip)
    clips = [clip for each in by_category.values() for clip in each[: given.clips]]
    for row in measure_copies(bundle, clips, copies_by(given.base, bundle)):
        print_line(json.dumps(row))


if __name__ == "__main__":
    main()
