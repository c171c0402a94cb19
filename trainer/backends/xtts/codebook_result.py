"""Result of DVAE fine-tuning: a base folder with a report."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trainer.backends.xtts.base import FILES, LEARNT_CODES_OF, XttsBase, copy_licence
from trainer.backends.xtts.codebook import best_weights
from trainer.backends.xtts.codebook_state import CodebookTraining
from trainer.backends.xtts.codes import CodeChange, DvaeEvaluation, compare_codes, evaluate
from trainer.bundle.manifest import Bundle
from trainer.errors import TrainerError
from trainer.runs.events import FILE as EVENTS
from trainer.runs.files import move_into_place, scratch_folder, sha256_of
from trainer.system import sync_file

ABOUT = "codebook.json"
REPORT = "codebook.md"
FEW_CHANGES = 0.02  # share of frames; near ties between codes alone change about as many
WARNING = (
    "Note: the GPT of the base was trained on the old codes. With the changed DVAE, all of its"
    " weights must be trained, for longer than usual, before it can be exported. XTTS does not use"
    " the DVAE in synthesis, so this alone does not improve the audio. It helps for voices far"
    " from the training data of XTTS, such as another language or a creature."
)


def write_result(work: CodebookTraining, base: XttsBase, bundle: Bundle, target: Path) -> list[str]:
    """Write the base with the fine-tuned DVAE atomically to ``target``; returns the report.

    Raises TrainerError if no step was better than the original DVAE.
    """
    if not work.position.best:
        raise TrainerError(_no_result_reason(work), f"See {work.run.folder / EVENTS}.")
    work.dvae.load_state_dict(best_weights(work))
    after = evaluate(work.dvae, work.held_out, work.device)
    change = compare_codes(work.before.codes, after.codes)
    summary = summary_sentences(work.before, after, change, len(work.held_out))
    target = target.resolve()
    with scratch_folder(target) as beside:
        _write_base(work, base, beside)
        shutil.copyfile(work.run.folder / EVENTS, beside / EVENTS)
        (beside / REPORT).write_text("\n\n".join([*summary, WARNING]) + "\n", encoding="utf-8")
        about = {
            "format": 1,
            "base": {"folder": str(base.folder), "sha256": dict(base.hashes)},
            LEARNT_CODES_OF: base.learnt_codes_of,
            "manifest_sha256": bundle.manifest_sha256,
            "config_sha256": work.run.about["config_sha256"],
            "step": work.position.best,
            "before": work.before.numbers(),
            "after": after.numbers(),
            "codes": after.codes_there,
            "frames_changed": change.frames,
            "codes_moved": change.codes,
            "series": work.position.series,
            "sentences": summary,
            "files": _hashes(beside),
        }
        (beside / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
        move_into_place(beside, target)
    return summary


def summary_sentences(
    before: DvaeEvaluation, after: DvaeEvaluation, change: CodeChange, clips: int
) -> list[str]:
    """Summary of the changes, for the report."""
    gain = 1 - after.l1 / before.l1 if before.l1 else 0.0
    sentences = [
        f"On {clips} held-out clips, the reconstruction error decreased by {gain:.1%}: mel"
        f" L1 {before.l1:.4f} -> {after.l1:.4f}, L2 {before.l2:.4f} ->"
        f" {after.l2:.4f}.",
        f"Codes in use: {before.used} -> {after.used} of {after.codes_there}; perplexity"
        f" {before.perplexity:.0f} -> {after.perplexity:.0f}.",
        f"{change.frames:.1%} of the frames changed their code, and {change.codes:.1%} of the codes"
        " lost most of their frames.",
    ]
    if change.frames <= FEW_CHANGES:
        sentences.append(
            "Almost no codes changed, so there is almost no gain: keep the original base."
        )
    return sentences


def _no_result_reason(work: CodebookTraining) -> str:
    """Reason that no step is better than the original DVAE."""
    if any(point["l2"] < work.before.l2 for point in work.position.series):
        return (
            "The reconstruction of the held-out clips improved, but with far fewer codes than"
            " before: the codebook collapsed, and a GPT would learn less from it. Nothing was"
            " written. Lower codebook.lr, or remove encoder from codebook.learn."
        )
    return (
        "No step reconstructed the held-out clips better than the original DVAE; nothing was"
        " written. The base needs no new DVAE, or there is too little audio."
    )


def _write_base(work: CodebookTraining, base: XttsBase, folder: Path) -> None:
    """Write the base files; model.pth records the DVAE of its GPT."""
    import torch

    weights: Mapping[str, Any] = best_weights(work)
    torch.save({key: value.cpu() for key, value in weights.items()}, folder / "dvae.pth")
    gpt = {"model": base.tensors("model.pth"), LEARNT_CODES_OF: base.learnt_codes_of}
    torch.save(gpt, folder / "model.pth")
    for name in FILES:
        if not (folder / name).exists():
            shutil.copyfile(base.folder / name, folder / name)
        sync_file(folder / name)
    copy_licence(base.folder, folder)


def _hashes(folder: Path) -> dict[str, str]:
    names: Sequence[Path] = sorted(folder.iterdir())
    return {path.name: sha256_of(path) for path in names}
