"""What a fine-tuned DVAE is handed over as: a base folder, with what was measured beside it."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trainer.backends.xtts.base import FILES, LEARNT_CODES_OF, XttsBase
from trainer.backends.xtts.codebook import best_weights
from trainer.backends.xtts.codebook_state import CodebookTraining
from trainer.backends.xtts.codes import Heard, Moved, hear, moved
from trainer.bundle.manifest import Bundle
from trainer.errors import TrainerError
from trainer.runs.events import FILE as EVENTS
from trainer.runs.files import sha256_of, sync_file, sync_folder

ABOUT = "codebook.json"
REPORT = "codebook.md"
FEW_CHANGES = 0.02  # of the frames; near ties between codes alone move about this many
WARNING = (
    "Mind what this does: the GPT of the base has learnt what the old codes stand for. With the"
    " changed DVAE it has to be trained, every weight of it and for longer than usual, before it"
    " may be used; until then this trainer refuses to export it. XTTS does not speak through the"
    " DVAE, so nothing sounds better by this alone. It pays where the voice lies far from what"
    " XTTS was made on, such as another language or a creature."
)


def write_result(work: CodebookTraining, base: XttsBase, bundle: Bundle, target: Path) -> list[str]:
    """Write the base with the better DVAE into ``target``, complete or absent; returns a report.

    Refuses where no step was better than the DVAE as it was.
    """
    if not work.place.best:
        raise TrainerError(_why_nothing(work), f"See {work.run.folder / EVENTS}.")
    work.dvae.load_state_dict(best_weights(work))
    after = hear(work.dvae, work.held_out, work.device)
    change = moved(work.before.codes, after.codes)
    told = sentences(work.before, after, change, len(work.held_out))
    target = target.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        _write_base(work, base, beside)
        shutil.copyfile(work.run.folder / EVENTS, beside / EVENTS)
        (beside / REPORT).write_text("\n\n".join([*told, WARNING]) + "\n", encoding="utf-8")
        about = {
            "format": 1,
            "base": {"folder": str(base.folder), "sha256": dict(base.hashes)},
            LEARNT_CODES_OF: base.learnt_codes_of,
            "manifest_sha256": bundle.manifest_sha256,
            "config_sha256": work.run.about["config_sha256"],
            "step": work.place.best,
            "before": work.before.numbers(),
            "after": after.numbers(),
            "codes": after.codes_there,
            "frames_changed": change.frames,
            "codes_moved": change.codes,
            "series": work.place.series,
            "sentences": told,
            "files": _hashes(beside),
        }
        (beside / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
        sync_file(beside / ABOUT)
        sync_folder(beside)
        if target.is_dir():
            target.rmdir()  # empty, as was made sure before
        beside.replace(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return told


def sentences(before: Heard, after: Heard, change: Moved, clips: int) -> list[str]:
    """What changed, for people."""
    gain = 1 - after.l1 / before.l1 if before.l1 else 0.0
    told = [
        f"On {clips} clips it never learnt from, the error of the sound given back fell by"
        f" {gain:.1%}: mel L1 {before.l1:.4f} -> {after.l1:.4f}, L2 {before.l2:.4f} ->"
        f" {after.l2:.4f}.",
        f"Codes in use there: {before.used} -> {after.used} of {after.codes_there}; as many as"
        f" {before.perplexity:.0f} -> {after.perplexity:.0f} equally frequent ones.",
        f"{change.frames:.1%} of the frames have another code than before, and {change.codes:.1%}"
        " of the codes lost most of their frames to others.",
    ]
    if change.frames <= FEW_CHANGES:
        told.append("Hardly a code changed, so hardly anything was won: keep the base as it is.")
    return told


def _why_nothing(work: CodebookTraining) -> str:
    """Why no step is worth keeping."""
    if any(point["l2"] < work.before.l2 for point in work.place.series):
        return (
            "The sound of the held-out clips was given back better, but by far fewer codes than"
            " before: the codebook falls together, and a GPT would learn less from it. Nothing was"
            " written. Train more gently: a lower codebook.lr, or codebook.learn without encoder."
        )
    return (
        "No step gave the sound of the held-out clips back better than the DVAE as it was; nothing"
        " was written. The base needs no new DVAE, or there is too little sound for one."
    )


def _write_base(work: CodebookTraining, base: XttsBase, folder: Path) -> None:
    """The files of a base, the GPT marked with the DVAE whose codes it has learnt."""
    import torch

    weights: Mapping[str, Any] = best_weights(work)
    torch.save({key: value.cpu() for key, value in weights.items()}, folder / "dvae.pth")
    gpt = {"model": base.tensors("model.pth"), LEARNT_CODES_OF: base.learnt_codes_of}
    torch.save(gpt, folder / "model.pth")
    for name in FILES:
        if not (folder / name).exists():
            shutil.copyfile(base.folder / name, folder / name)
        sync_file(folder / name)


def _hashes(folder: Path) -> dict[str, str]:
    names: Sequence[Path] = sorted(folder.iterdir())
    return {path.name: sha256_of(path) for path in names}
