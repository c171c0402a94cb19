"""``trainer train`` and ``trainer resume``."""

import argparse
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.bundle.manifest import Bundle, read_bundle
from trainer.cli.commands import configured, say
from trainer.config import TrainConfig, config_hash
from trainer.errors import BrokenRun

if TYPE_CHECKING:
    from trainer.runs.checkpoint import Checkpoint
    from trainer.runs.run import Run

Arguments = argparse.Namespace


def train(arguments: Arguments) -> int:
    """Start a run."""
    from trainer.runs.distributed import join
    from trainer.runs.run import create_run, open_run
    from trainer.training.codebook_check import NEW_CODES, codes_are_new

    bundle = read_bundle(arguments.bundle)
    _choose_preset(arguments)
    config = configured(arguments)
    world = join(config)
    if world.is_main and not _begun_before(arguments.run, config, bundle):
        about = {"preset": arguments.preset, **_identity(config, bundle, arguments.parent)}
        run = create_run(arguments.run, config, bundle, {**about, **_parent(arguments)})
        if codes_are_new(about["identity"]):
            say(NEW_CODES)
    world.barrier()
    run = open_run(arguments.run)
    try:
        if arguments.parent is not None and world.is_main:
            _copy_parent(arguments, run)
        world.barrier()
        return _train(run, bundle, world)
    except BaseException:
        if world.is_main and not run.events().size():  # nothing was begun: leave nothing behind
            shutil.rmtree(run.folder)
        raise


def _begun_before(folder: Path, config: TrainConfig, bundle: Bundle) -> bool:
    """Whether torchrun starts this same training again, after one of its processes had ended."""
    from trainer.runs.distributed import restarts
    from trainer.runs.run import ABOUT, open_run

    if not restarts() or not (folder / ABOUT).is_file():
        return False
    about = open_run(folder).about
    same = (config_hash(config), bundle.manifest_sha256)
    return (about.get("config_sha256"), about.get("manifest_sha256")) == same


def _choose_preset(arguments: Arguments) -> None:
    """The preset for this machine's GPU, where only a base was named."""
    if arguments.preset or arguments.config or arguments.parent or arguments.base is None:
        return
    import torch

    from trainer.machine.plan import GIGABYTE, preset_for

    if torch.cuda.is_available():
        memory = torch.cuda.get_device_properties(0).total_memory / GIGABYTE
        arguments.preset = preset_for(memory)
        say(f"The preset {arguments.preset} is taken, for {memory:.0f} GB of GPU memory.")


def _parent(arguments: Arguments) -> dict[str, object]:
    """What run.json says of the run that this one goes on from."""
    if arguments.parent is None:
        return {}
    from trainer.runs.files import sha256_of
    from trainer.runs.run import choose_checkpoint, open_run

    found = choose_checkpoint(open_run(arguments.parent), arguments.checkpoint)
    return {
        "parent": str(arguments.parent.resolve()),
        "parent_step": found.step,
        "parent_sha256": sha256_of(_parent_weights(found)),
    }


def _copy_parent(arguments: Arguments, run: "Run") -> None:
    from trainer.runs.run import PARENT, choose_checkpoint, open_run

    found = choose_checkpoint(open_run(arguments.parent), arguments.checkpoint)
    shutil.copyfile(_parent_weights(found), run.folder / PARENT)


def _parent_weights(found: "Checkpoint") -> Path:
    """The file with what a checkpoint had learnt: the running mean where there is one."""
    mean = found.folder / "ema.safetensors"
    return mean if mean.is_file() else found.folder / "weights.safetensors"


def resume(arguments: Arguments) -> int:
    """Go on with a run from its newest whole checkpoint."""
    from trainer.runs.distributed import join
    from trainer.runs.run import open_run

    run = open_run(arguments.run)
    if run.about.get("kind") == "codebook":
        raise BrokenRun(f"{run.folder} is no run.", "Repeat the `trainer codebook` that began it.")
    if run.as_shipped:
        raise BrokenRun(f"{run.folder} is of a model as it was shipped; nothing is trained in it.")
    if _is_finished(run):
        say(f"{run.folder} is finished; there is nothing to go on with.")
        return 0
    return _train(run, run.bundle(arguments.bundle), join(run.config))


def _is_finished(run: "Run") -> bool:
    """Whether all steps are done, saved and written down."""
    from trainer.runs import checkpoint
    from trainer.runs.events import of_kind, read_events

    if not of_kind(read_events(run.folder), "finished"):
        return False
    last, _ = checkpoint.newest(run.checkpoints)
    return last is not None and last.step == last.state["total_steps"]


def _identity(config: TrainConfig, bundle: Bundle, parent: Path | None) -> dict[str, Any]:
    """Versions and base model, for run.json."""
    from importlib.metadata import version

    from trainer.backends import open_backend
    from trainer.data.features import cache_folder
    from trainer.runs.run import open_run
    from trainer.training.codebook_check import after_parent

    backend = open_backend(config, bundle, cache_folder(bundle.folder, config))
    identity = dict(backend.identity())
    if parent is not None:
        before: Any = open_run(parent).about["identity"]
        identity = after_parent(identity, before)
    return {"identity": identity, "torch": version("torch"), "numpy": version("numpy")}


def _train(run: "Run", bundle: Bundle, world: Any) -> int:  # noqa: ANN401
    """Train a run and say how it ended."""
    from contextlib import nullcontext

    import torch

    from trainer.cli.terminal import Terminal
    from trainer.errors import TrainingFailed
    from trainer.evaluate.during_training import SpeechObserver
    from trainer.runs.distributed import leave
    from trainer.runs.events import EventLog
    from trainer.runs.run import locked
    from trainer.runs.tensorboard import TensorBoardLog
    from trainer.training.loop import train as run_loop
    from trainer.training.reporter import Reporter
    from trainer.training.session import open_session, refuse_full_disk

    terminal = Terminal() if world.is_main else Terminal(quiet=True)
    log = run.events() if world.is_main else EventLog(None)
    tensorboard = (
        TensorBoardLog(run.folder) if run.config.log.tensorboard and world.is_main else None
    )

    def show(event: str, fields: Mapping[str, Any]) -> None:
        terminal.show(event, fields)
        if tensorboard:
            tensorboard.show(event, fields)

    try:
        with locked(run) if world.is_main else nullcontext():
            session = open_session(run, bundle, world, terminal.prepared)
            if world.is_main:
                refuse_full_disk(session)
            if world.is_main and session.state.step == 0 and not log.size():
                _write_start(session, log)
            try:
                reporter = Reporter(log, show, SpeechObserver())
                ending = run_loop(session, reporter)
            except torch.OutOfMemoryError as error:
                reason = "Memory ran out outside of a micro-batch, as in the optimizer's first step"
                log.add("failed", step=session.state.step, reason=reason)
                hint = "Take a preset for less memory, or set adapt.mode=lora."
                raise TrainingFailed(f"{reason}.", hint) from error
            except TrainingFailed as failure:
                log.add("failed", step=session.state.step, reason=failure.sentence)
                raise
    finally:
        terminal.close()
        if tensorboard:
            tensorboard.close()
        leave()
    if world.is_main:
        terminal.ended(run.folder, ending, log)
    return 0


def _write_start(session: Any, log: Any) -> None:  # noqa: ANN401
    """The events that say what a run began with."""
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
        heard=dataset.training.heard(0),
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
