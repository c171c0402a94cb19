"""Commands train and resume."""

import argparse
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.bundle.manifest import Bundle, read_bundle
from trainer.cli.commands import configured, stock_checkpoint
from trainer.config import TrainConfig, config_hash
from trainer.errors import BrokenRun
from trainer.output import print_line

if TYPE_CHECKING:
    from trainer.runs.checkpoint import Checkpoint
    from trainer.runs.run import Run

Arguments = argparse.Namespace


def train(arguments: Arguments) -> int:
    """Start a run."""
    from trainer.runs.distributed import join
    from trainer.runs.lock import RunInUse, take_lock
    from trainer.runs.run import create_run, open_run, refuse_used_folder
    from trainer.training.codebook_check import NEW_CODES, codes_are_new

    bundle = read_bundle(arguments.bundle)
    if arguments.parent is not None and (stock := stock_checkpoint(arguments.parent)) is not None:
        # A run of coqui's trainer has no settings of ours: its checkpoint is a base.
        arguments.base, arguments.parent = stock, None
    _choose_preset(arguments)
    config = configured(arguments)
    world = join(config)
    if world.is_main and not _restarted(arguments.run, config, bundle):
        refuse_used_folder(arguments.run, config)  # before the base is read, which takes long
        about = {"preset": arguments.preset, **_identity(config, bundle, arguments.parent)}
        fields = {**about, **_parent_fields(arguments)}

        def fill(folder: Path) -> None:
            _copy_parent(arguments, folder)
            _copy_targets(arguments, folder)
            take_lock(folder)

        create_run(arguments.run, config, bundle, fields, fill)
        if codes_are_new(about["identity"]):
            print_line(NEW_CODES)
        if added := about["identity"].get("added"):
            print_line(added["sentence"])
    world.barrier()
    run = open_run(arguments.run)
    try:
        return _run_training(run, bundle, world)
    except RunInUse:
        raise
    except BaseException:
        if world.is_main and not run.events().size():  # nothing was trained: remove the folder
            shutil.rmtree(run.folder)
        raise


def _restarted(folder: Path, config: TrainConfig, bundle: Bundle) -> bool:
    """Whether torchrun restarted this training after a process ended."""
    from trainer.runs.distributed import restarts
    from trainer.runs.run import ABOUT, open_run

    if not restarts() or not (folder / ABOUT).is_file():
        return False
    about = open_run(folder).about
    same = (config_hash(config), bundle.manifest_sha256)
    return (about.get("config_sha256"), about.get("manifest_sha256")) == same


def _choose_preset(arguments: Arguments) -> None:
    """Choose the preset by GPU memory if only a base was given."""
    if arguments.preset or arguments.config or arguments.parent or arguments.base is None:
        return
    import torch

    from trainer.machine.plan import GIGABYTE, preset_for

    if torch.cuda.is_available():
        memory = torch.cuda.get_device_properties(0).total_memory / GIGABYTE
        arguments.preset = preset_for(memory)
        print_line(f"Using the preset {arguments.preset} for {memory:.0f} GB of GPU memory.")


def _parent_fields(arguments: Arguments) -> dict[str, object]:
    """Fields of run.json about the parent run."""
    if arguments.parent is None:
        return {}
    from trainer.runs.files import sha256_of
    from trainer.runs.run import choose_checkpoint, open_run

    saved = choose_checkpoint(open_run(arguments.parent), arguments.checkpoint)
    return {
        "parent": str(arguments.parent.resolve()),
        "parent_step": saved.step,
        "parent_sha256": sha256_of(_parent_weights(saved)),
    }


def _copy_parent(arguments: Arguments, folder: Path) -> None:
    """Copy the weights of the parent run, if there is one, into a new run's folder."""
    from trainer.runs.run import PARENT, choose_checkpoint, open_run

    if arguments.parent is not None:
        saved = choose_checkpoint(open_run(arguments.parent), arguments.checkpoint)
        shutil.copyfile(_parent_weights(saved), folder / PARENT)


def _copy_targets(arguments: Arguments, folder: Path) -> None:
    """Copy the targets of --targets, else those of the parent run, into a run folder."""
    from trainer.report.run_files import TARGETS
    from trainer.report.targets import save_targets

    if arguments.targets is not None:
        save_targets(arguments.targets, folder)
    elif arguments.parent is not None and (arguments.parent / TARGETS).is_file():
        save_targets(arguments.parent / TARGETS, folder)


def _parent_weights(saved: "Checkpoint") -> Path:
    """File of a checkpoint's weights: their EMA if saved."""
    mean = saved.folder / "ema.safetensors"
    return mean if mean.is_file() else saved.folder / "weights.safetensors"


def resume(arguments: Arguments) -> int:
    """Resume a run from its newest valid checkpoint."""
    from trainer.runs.distributed import join
    from trainer.runs.making import KINDS
    from trainer.runs.run import open_run

    run = open_run(arguments.run)
    if (kind := run.about.get("kind")) in KINDS:
        raise BrokenRun(
            f"{run.folder} belongs to `trainer {kind}`.", "Repeat that command to resume it."
        )
    if run.as_shipped:
        raise BrokenRun(f"{run.folder} is an evaluation of a released model and cannot be trained.")
    if _is_finished(run):
        print_line(f"{run.folder} is finished; nothing to resume.")
        return 0
    return _run_training(run, run.bundle(arguments.bundle), join(run.config))


def _is_finished(run: "Run") -> bool:
    """Whether all steps are done, saved and logged."""
    from trainer.runs import checkpoint
    from trainer.runs.events import FILE, of_kind, read_events

    if not (run.folder / FILE).is_file():
        return False  # killed before its first event
    if not of_kind(read_events(run.folder, steps=False), "finished"):
        return False
    last, _ = checkpoint.newest(run.checkpoints)
    return last is not None and last.step == last.state["total_steps"]


def _identity(config: TrainConfig, bundle: Bundle, parent: Path | None) -> dict[str, Any]:
    """Fields of run.json about versions and the base model."""
    from importlib.metadata import version

    from trainer.families import open_backend
    from trainer.runs.run import open_run
    from trainer.training.codebook_check import after_parent

    backend = open_backend(config, bundle)
    identity = dict(backend.identity())
    if parent is not None:
        before: Any = open_run(parent).about["identity"]
        identity = after_parent(identity, before)
    return {"identity": identity, "torch": version("torch"), "numpy": version("numpy")}


def _run_training(run: "Run", bundle: Bundle, world: Any) -> int:  # noqa: ANN401
    """Train a run and print how it ended."""
    from contextlib import nullcontext

    from trainer.cli.terminal import Terminal
    from trainer.errors import TrainingFailed
    from trainer.evaluate.during_training import SpeechObserver
    from trainer.machine.memory import is_out_of_memory
    from trainer.runs.distributed import leave
    from trainer.runs.events import EventLog
    from trainer.runs.lock import locked
    from trainer.runs.phase import FIRST_EVALUATION, LOADING, PREPARING, PhaseFile
    from trainer.runs.tensorboard import TensorBoardLog
    from trainer.training.loop import train as run_loop
    from trainer.training.reporter import Reporter
    from trainer.training.session import open_session, refuse_full_disk

    terminal = Terminal() if world.is_main else Terminal(quiet=True)
    log = run.events() if world.is_main else EventLog(None)
    tensorboard = (
        TensorBoardLog(run.folder) if run.config.log.tensorboard and world.is_main else None
    )

    phase = PhaseFile(run.folder if world.is_main else None)

    def prepared(done: int, total: int) -> None:
        terminal.prepared(done, total)
        phase.set(PREPARING, done, total)

    def show(event: str, fields: Mapping[str, Any]) -> None:
        phase.clear()
        terminal.show(event, fields)
        if tensorboard:
            tensorboard.show(event, fields)

    try:
        with locked(run.folder) if world.is_main else nullcontext():
            phase.set(LOADING)
            session = open_session(run, bundle, world, prepared)
            phase.set(FIRST_EVALUATION)
            if world.is_main:
                refuse_full_disk(session)
            if world.is_main and session.state.step == 0 and not log.start_size():
                log.truncate(0)  # events of a start that was killed
                _write_start(session, log)
            try:
                reporter = Reporter(log, show, SpeechObserver())
                ending = run_loop(session, reporter)
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
                reason = "Out of memory outside of a micro-batch, e.g. in the first optimizer step"
                log.add("failed", step=session.state.step, reason=reason)
                hint = "Use a preset for less memory, or set adapt.mode=lora."
                raise TrainingFailed(f"{reason}.", hint) from error
            except TrainingFailed as failure:
                log.add("failed", step=session.state.step, reason=failure.sentence)
                raise
    finally:
        phase.clear()
        terminal.close()
        if tensorboard:
            tensorboard.close()
        leave()
    if world.is_main:
        terminal.ended(run.folder, ending, log)
    return 0


def _write_start(session: Any, log: Any) -> None:  # noqa: ANN401
    """Log the rejected clips and the started event."""
    from trainer.optim.optimizer import trainable_parameters

    dataset = session.dataset
    for clip_id, reasons in dataset.checked.rejected.items():
        log.add("rejected", clip=clip_id, reasons=[reason.key for reason in reasons])
    learning = sum(value.numel() for value in trainable_parameters(session.network).values())
    evaluation = dataset.evaluation
    log.add(
        "started",
        config_sha256=session.run.about["config_sha256"],
        manifest_sha256=dataset.bundle.manifest_sha256,
        identity=session.backend.identity(),
        device=str(session.world.device),
        ranks=session.world.ranks,
        clips={
            "train": len(dataset.training.clips),
            "eval": len(evaluation.clips) if evaluation else 0,
            "rejected": len(dataset.checked.rejected),
        },
        seconds=round(sum(clip.duration_s for clip in dataset.training.clips), 3),
        heard=dataset.training.clips_per_category(0),
        updates_per_epoch=len(dataset.training.epoch(0)),
        total_steps=session.total_steps,
        parameters=sum(value.numel() for value in session.network.parameters()),
        learning=learning,
        encoded=dataset.prepared.encoded,
        choices=getattr(session.network, "choices", {}),
        meanings=getattr(session.network, "meanings", {}),
        parent=session.run.about.get("parent"),
        parent_step=session.run.about.get("parent_step"),
    )
