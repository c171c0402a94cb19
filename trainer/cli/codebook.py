"""Command codebook: fine-tune the DVAE."""

import argparse
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.bundle.manifest import Bundle, Clip, read_bundle
from trainer.cli.commands import configured
from trainer.config import TrainConfig, config_hash
from trainer.errors import BrokenRun, TrainerError, WrongUsage
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
    from trainer.runs.lock import locked

    bundle = read_bundle(arguments.bundle)
    config = configured(arguments)
    target: Path = arguments.folder
    _refuse(config, target)
    base = base_of(config, bundle, cache_folder(bundle.folder, config))
    print_line(WARNING)
    run = _open_run(target, config, bundle, base)
    terminal = Terminal()
    with locked(run.folder):
        work = _open_work(run, base, bundle, terminal)
        done = _learn(work, terminal)
        terminal.close()
        if not done:
            print_line(f"Paused at step {work.position.step}. Run the same command to resume.")
            return 0
        _refuse_full_disk(base, target)
        for sentence in write_result(work, base, bundle, target):
            print_line(sentence)
    shutil.rmtree(run.folder)
    print_line(
        f"Wrote {target}, a base with the new DVAE: trainer train BUNDLE RUN --base {target}"
    )
    return 0


def _refuse(config: TrainConfig, target: Path) -> None:
    """Raise WrongUsage or TrainerError for invalid arguments."""
    if config.model.backend != "xtts":
        raise WrongUsage(f"The backend {config.model.backend!r} has no DVAE.", "Use an XTTS base.")
    if not {"encoder", "codebook"} & set(config.codebook.learn):
        raise WrongUsage(
            "codebook.learn: the decoder alone does not change codes, and XTTS does not use it.",
            "Add encoder or codebook.",
        )
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise WrongUsage("`trainer codebook` runs in one process.", "Start it without torchrun.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TrainerError(f"{target} already exists.", "Choose another folder.")


def _open_run(target: Path, config: TrainConfig, bundle: Bundle, base: "XttsBase") -> "Run":
    """Working folder beside the result, resumed if unchanged, else created."""
    from trainer.runs.run import create_run, open_run

    folder = target.resolve().with_name(f"{target.resolve().name}.making")
    hashes = dict(base.hashes)
    if not (folder / "run.json").is_file():
        about = {"kind": KIND, "identity": {"base": str(base.folder), "sha256": hashes}}
        return create_run(folder, config, bundle, about)
    run = open_run(folder)
    identity: Any = run.about.get("identity", {})
    unchanged = (
        run.about.get("kind") == KIND
        and run.about.get("manifest_sha256") == bundle.manifest_sha256
        and run.about.get("config_sha256") == config_hash(config)
        and identity.get("sha256") == hashes
    )
    if not unchanged:
        raise BrokenRun(
            f"{folder} was started with another bundle, base or configuration.",
            "Repeat the original command, or delete that folder.",
        )
    return run


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
    started, first = time.monotonic(), work.position.step
    shown = len(work.position.series)

    def show(step: int, total: int, error: float | None) -> None:
        nonlocal shown
        remaining = (time.monotonic() - started) / (step - first) * (total - step)
        status = "skipped" if error is None else f"L2 {error:.4f}"
        terminal.update_line(
            f"step {step}/{total}  {status}  {remaining:.0f} s left", step == total
        )
        for point in work.position.series[shown:]:
            terminal.line(
                f"step {point['step']}: L1 {point['l1']:.4f}, L2 {point['l2']:.4f},"
                f" {point['used']} codes, {point['frames_changed']:.1%} of frames changed"
            )
        shown = len(work.position.series)

    with stop_requests() as pause:
        return fine_tune(work, pause, show)


def _refuse_full_disk(base: "XttsBase", target: Path) -> None:
    """Raise TrainerError if the disk cannot hold the result, as large as the base."""
    needed = sum((base.folder / name).stat().st_size for name in base.hashes)
    free = shutil.disk_usage(target.resolve().parent).free
    if free < needed:
        raise TrainerError(
            f"The result needs {needed >> 20:,} MB, but only {free >> 20:,} MB are free.",
            "Free disk space and repeat the command; it resumes from the last checkpoint.",
        )
