"""Result of the decoder fine-tuning: a voice folder with the new weights, and its measures.

Nothing is written if the new decoder measures worse than the old one.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from trainer.backends.tensor_files import load_file
from trainer.backends.xtts.base import LEARNT_CODES_OF, LEGACY_CLASSES, stock_tensors
from trainer.backends.xtts.decoder.comparison import MeasureChange, compare, sentence_of
from trainer.backends.xtts.decoder.state import DecoderTraining, best_weights
from trainer.backends.xtts.vocoder import PREFIX, widened
from trainer.errors import TrainerError
from trainer.foreign_files import read_text
from trainer.runs.events import FILE as EVENTS
from trainer.runs.files import move_into_place, scratch_folder, sha256_of
from trainer.system import sync_file
from trainer.voice.card import FILE as CARD

RECORD = "decoder.json"
REPORT = "decoder.md"

MeasuredRows = Mapping[str, Sequence[Mapping[str, float | None]]]
"""Values by measure of each sample; the samples are "copy" (held-out clips) and "speech"."""


@dataclass(frozen=True, slots=True)
class Original:
    """The voice before. folder: its files. files: those that the result keeps, relative."""

    folder: Path
    files: Sequence[Path]
    identity: Mapping[str, Any]


def result_weights(work: DecoderTraining, before: nn.Module) -> Mapping[str, torch.Tensor]:
    """Weights of the best step, blended with those of the decoder before by ``decoder.blend``."""
    share = work.run.config.decoder.blend
    old = before.state_dict()
    return {
        name: torch.lerp(old[name].to(value), value, share) if value.is_floating_point() else value
        for name, value in best_weights(work).items()
    }


def refuse_no_gain(work: DecoderTraining) -> None:
    """Raise TrainerError if no step was better than the original decoder on held-out clips."""
    if work.position.best:
        return
    series = work.position.series
    raise TrainerError(
        "No step reconstructed the held-out clips better than the original decoder: mel distance"
        f" {series[0]['mel_distance']:.4f} before, at best"
        f" {min(point['mel_distance'] for point in series[1:]):.4f} after. Nothing was written.",
        f"Lower decoder.lr, or train longer; see {work.run.folder / EVENTS}.",
    )


def write_voice(weights: Mapping[str, torch.Tensor], original: Original, folder: Path) -> None:
    """Write the files of the original voice with these decoder weights into ``folder``."""
    for path in original.files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if path.name != "model.pth":
            shutil.copyfile(original.folder / path, folder / path)
            sync_file(folder / path)
    content: Any = load_file(original.folder / "model.pth", LEGACY_CLASSES)
    tensors = content.get("model", content)
    state = stock_tensors(tensors, original.folder / "mel_stats.pth")
    narrow = {f"{PREFIX}{name}": value for name, value in weights.items()}
    wide = {name: state[name] for name in narrow}
    if any(narrow[name].shape != wide[name].shape for name in narrow):
        narrow = widened(narrow, wide)
    for name, value in narrow.items():
        state[name] = value.to(wide[name].dtype).contiguous()
    marks = {LEARNT_CODES_OF: content[LEARNT_CODES_OF]} if LEARNT_CODES_OF in content else {}
    torch.save({"model": dict(state), **marks}, folder / "model.pth")
    sync_file(folder / "model.pth")


def write_result(
    work: DecoderTraining,
    original: Original,
    measured: tuple[MeasuredRows, MeasuredRows],
    voice: Path,
    target: Path,
) -> list[str]:
    """Move the voice with its reports to ``target``, atomically; returns the report.

    measured: before and after. Raises TrainerError if a measure is worse after than before.
    """
    changes = compare(*measured)
    series = work.position.series
    best = next(point for point in series if point["step"] == work.position.best)
    sentences = [
        f"The decoder was fine-tuned for {work.position.best} steps; mel distance of"
        f" {len(work.clips.held_out)} held-out clips: {series[0]['mel_distance']:.4f} before,"
        f" {best['mel_distance']:.4f} after.",
        *(sentence_of(change) for change in changes),
    ]
    refuse_worse(changes)
    shutil.copyfile(work.run.folder / EVENTS, voice / EVENTS)
    (voice / REPORT).write_text("\n\n".join(sentences) + "\n", encoding="utf-8")
    card = voice / CARD
    if card.is_file():
        text = read_text(card).rstrip("\n")
        text += "\n\n## Decoder\n\n" + "\n\n".join(sentences) + "\n"
        card.write_text(text, encoding="utf-8")
    record = {
        "format": 1,
        "source": dict(original.identity),
        "manifest_sha256": work.run.about["manifest_sha256"],
        "config_sha256": work.run.about["config_sha256"],
        "step": work.position.best,
        "series": series,
        "changes": [change.as_record() for change in changes],
        "sentences": sentences,
        "files": {
            str(path.relative_to(voice).as_posix()): sha256_of(path)
            for path in sorted(voice.rglob("*"))
            if path.is_file()
        },
    }
    (voice / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
    move_into_place(voice, target.resolve())
    return sentences


def refuse_worse(changes: Sequence[MeasureChange]) -> None:
    """Raise TrainerError naming the measures that are worse after the fine-tuning."""
    worse = [change for change in changes if change.worse]
    if worse:
        raise TrainerError(
            "The new decoder measures worse than the original, and nothing was written: "
            + " ".join(map(sentence_of, worse)),
            "Lower decoder.lr, train longer, or use more clips.",
        )


def result_folder(target: Path) -> Any:  # noqa: ANN401 - a context manager
    """Temporary folder beside ``target`` for the new voice."""
    return scratch_folder(target.resolve())
