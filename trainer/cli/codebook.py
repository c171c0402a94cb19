"""Command codebook: fine-tune the DVAE."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.bundle.manifest import Bundle, Clip, read_bundle
from trainer.cli.commands import configured
from trainer.cli.update_display import UpdateDisplay
from trainer.config import TrainConfig
from trainer.errors import TrainerError, WrongUsage
from trainer.output import print_line

if TYPE_CHECKING:
    import torch

    from trainer.backends.xtts.base import XttsBase
    from trainer.backends.xtts.codebook_state import CodebookTraining
    from trainer.cli.terminal import Terminal
    from trainer.runs.run import Run

KIND = "codebook"


def codebook(arguments: argparse.Namespace) -> int:
    """Fine-tune the DVAE of a base on a bundle; the same command resumes it."""
    from trainer.backends.xtts import base_of
    from trainer.backends.xtts.codebook_result import WARNING, write_result
    from trainer.cli.terminal import Terminal
    from trainer.families import cache_folder
    from trainer.runs.files import remove_folder
    from trainer.runs.lock import locked
    from trainer.runs.making import finished_before, open_making, refuse_full_disk, refuse_unsuited

    bundle = read_bundle(arguments.bundle)
    config = configured(arguments)
    target: Path = arguments.folder
    _refuse(config)
    if finished_before(KIND, target):
        print_line(f"{target} was finished before.")
        return 0
    refuse_unsuited(KIND, target)
    base = base_of(config, bundle, cache_folder(bundle.folder, config))
    print_line(WARNING)
    identity = {"base": str(base.folder), "sha256": dict(base.hashes)}
    run = open_making(target, config, bundle, KIND, identity)
    terminal = Terminal()
    with locked(run.folder):
        work = _open_work(run, base, bundle, terminal)
        done = _learn(work, terminal)
        terminal.close()
        if not done:
            print_line(f"Paused at step {work.position.step}. Run the same command to resume.")
            return 0
        refuse_full_disk(target, sum((base.folder / name).stat().st_size for name in base.hashes))
        for sentence in write_result(work, base, bundle, target):
            print_line(sentence)
    remove_folder(run.folder)
    print_line(
        f"Wrote {target}, a base with the new DVAE: trainer train BUNDLE RUN --base {target}"
    )
    return 0


def _refuse(config: TrainConfig) -> None:
    """Raise WrongUsage for settings that train nothing."""
    if config.model.backend != "xtts":
        raise WrongUsage(f"The backend {config.model.backend!r} has no DVAE.", "Use an XTTS base.")
    if not {"encoder", "codebook"} & set(config.codebook.learn):
        raise WrongUsage(
            "codebook.learn: the decoder alone does not change codes, and XTTS does not use it.",
            "Add encoder or codebook.",
        )


def _open_work(
    run: "Run", base: "XttsBase", bundle: Bundle, terminal: "Terminal"
) -> "CodebookTraining":
    import torch

    from trainer.backends.xtts.codebook import open_work
    from trainer.backends.xtts.codes import frames_of
    from trainer.backends.xtts.networks import load_dvae
    from trainer.bundle.preflight import preflight
    from trainer.bundle.sampler import Schedule
    from trainer.runs.distributed import choose_device
    from trainer.target import read_target

    config = run.config
    if config.run.threads:
        torch.set_num_threads(config.run.threads)
    usable = preflight(bundle, read_target("xtts_v2")).usable
    parts = {part: [clip for clip in usable if clip.split == part] for part in ("train", "eval")}
    for part, purpose in (("train", "training"), ("eval", "evaluation")):
        if not parts[part]:
            raise TrainerError(
                f"The bundle has no usable clips for {purpose}.",
                "Run `trainer check` to list each clip with its reason.",
            )
    mels = _mels(base, bundle, parts["train"] + parts["eval"], terminal)
    lengths = [frames_of(clip) for clip in parts["train"]]
    schedule = Schedule(
        parts["train"], lengths, config.sampler, config.codebook.clips, config.run.seed
    )
    held_out = [(clip, mels[clip.id]) for clip in parts["eval"]]
    device = choose_device(config.run.device)
    dvae = load_dvae(base, with_decoder=True)
    return open_work(run, dvae, schedule, mels, held_out, device)


def _mels(
    base: "XttsBase", bundle: Bundle, clips: Sequence[Clip], terminal: "Terminal"
) -> "dict[str, torch.Tensor]":
    """Mel spectrogram of every clip, in main memory: 26 MB per hour in float16."""
    import torch

    from trainer.backends.xtts.codes import mel_of
    from trainer.backends.xtts.networks import mel_extractor

    extract = mel_extractor(base.folder, style=False)
    mels = {}
    for done, clip in enumerate(clips, 1):
        mel = mel_of(extract, bundle, clip)
        mels[clip.id] = mel if clip.split == "eval" else mel.to(torch.float16)
        terminal.update_line(f"reading {done}/{len(clips)} clips", last=done == len(clips))
    return mels


def _learn(work: "CodebookTraining", terminal: "Terminal") -> bool:
    from trainer.backends.xtts.codebook import fine_tune
    from trainer.training.loop import stop_requests

    before = work.before
    terminal.line(
        f"Before: mel L1 {before.l1:.4f}, L2 {before.l2:.4f}, {before.used} of"
        f" {before.codes_there} codes in use on {len(work.held_out)} held-out clips."
    )
    display = UpdateDisplay(terminal, work.position, len(work.position.series), _figures)

    def show(step: int, total: int, error: float | None) -> None:
        display.show(step, total, "skipped" if error is None else f"L2 {error:.4f}")

    with stop_requests() as pause:
        return fine_tune(work, pause, show)


def _figures(point: Mapping[str, Any]) -> str:
    """Figures of an evaluation."""
    return (
        f"L1 {point['l1']:.4f}, L2 {point['l2']:.4f},"
        f" {point['used']} codes, {point['frames_changed']:.1%} of frames changed"
    )
