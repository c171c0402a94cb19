"""What each command does. Heavy imports are inside, so that ``check`` answers at once."""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainer.config import TrainConfig, config_hash, resolve
from trainer.errors import TrainerError
from trainer.manifest import Bundle, read_bundle

if TYPE_CHECKING:
    from trainer.preflight import Preflight
    from trainer.run import Run

Arguments = argparse.Namespace


def say(text: str) -> None:
    """A line for people, on standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tell(fields: Mapping[str, object]) -> None:
    """A line for programs, on standard output."""
    say(json.dumps(fields, ensure_ascii=False))


def configured(arguments: Arguments) -> TrainConfig:
    """The configuration that preset, file, --set and --base give together."""
    changes = list(arguments.set)
    if arguments.base is not None:
        changes.append(f"model.base={json.dumps(str(arguments.base.resolve()))}")
    preset = arguments.preset
    if preset is None and arguments.config is None and arguments.base is None:
        raise TrainerError(
            "There is no base model to start from.",
            "Name its folder with --base, or try the path with --preset tiny-cpu.",
        )
    return resolve(preset, arguments.config, changes)


def check(arguments: Arguments) -> int:
    """Which clips can be used, and why not the others."""
    from trainer.backends import open_backend, target_of
    from trainer.features import cache_folder
    from trainer.preflight import preflight
    from trainer.target import read_target

    bundle = read_bundle(arguments.bundle)
    given = arguments.preset or arguments.config or arguments.base or arguments.set
    config = configured(arguments) if given else TrainConfig()
    judged = preflight(bundle, read_target(target_of(config)))
    if config.model.base:  # its vocabulary knows more than the shared limits
        backend = open_backend(config, bundle, cache_folder(bundle.folder, config))
        judged = judged.without(backend.reject(judged.usable))
    _report_check(bundle, judged, arguments.json)
    return 0 if judged.rejected_share <= config.data.max_rejected and judged.usable else 1


def _report_check(bundle: Bundle, judged: "Preflight", as_json: bool) -> None:
    from trainer.preflight import counts

    if as_json:
        for clip in bundle.clips:
            reasons = judged.rejected.get(clip.id, ())
            told = [{"key": reason.key, "sentence": reason.sentence} for reason in reasons]
            tell({"clip": clip.id, "split": clip.split, "usable": not told, "reasons": told})
        tell(
            {
                "summary": True,
                "clips": len(bundle.clips),
                "usable": len(judged.usable),
                "seconds": round(sum(clip.duration_s for clip in judged.usable), 3),
                "reasons": counts(judged.rejected),
            }
        )
        return
    for clip in bundle.clips:
        for reason in judged.rejected.get(clip.id, ()):
            say(f"{clip.id}: {reason.sentence}.  [{reason.key}]")
    minutes = sum(clip.duration_s for clip in judged.usable) / 60
    say(
        f"{len(judged.usable)} of {len(bundle.clips)} clips can be used,"
        f" {minutes:.1f} minutes of speech."
    )


def prepare(arguments: Arguments) -> int:
    """Encode every usable clip into the cache."""
    from trainer.backends import open_backend
    from trainer.features import cache_folder
    from trainer.material import gather
    from trainer.terminal import Terminal

    bundle = read_bundle(arguments.bundle)
    config = configured(arguments)
    cache = cache_folder(bundle.folder, config)
    start = time.monotonic()
    terminal = Terminal()
    material = gather(open_backend(config, bundle, cache), bundle, config, terminal.prepared)
    terminal.close()
    prepared = material.prepared
    fields = {
        "clips": len(prepared.by_clip),
        "encoded": prepared.encoded,
        "reused": prepared.reused,
        "damaged": list(prepared.damaged),
        "rejected": len(material.judged.rejected),
        "cache": str(cache),
        "seconds": round(time.monotonic() - start, 3),
    }
    if arguments.json:
        tell(fields)
    else:
        say(
            f"{prepared.encoded} clips were encoded, {prepared.reused} were there already"
            f" ({fields['seconds']} s). The cache is {cache}."
        )
    return 0


def train(arguments: Arguments) -> int:
    """Start a run."""
    from trainer.run import create_run, open_run

    bundle = read_bundle(arguments.bundle)
    config = configured(arguments)
    from trainer.distributed import join

    world = join(config)
    if world.leads:
        identity = _identity(config, bundle)
        create_run(arguments.run, config, bundle, {"preset": arguments.preset, **identity})
    world.wait()
    return _train(open_run(arguments.run), bundle, world)


def resume(arguments: Arguments) -> int:
    """Go on with a run from its newest whole checkpoint."""
    from trainer.distributed import join
    from trainer.run import open_run

    run = open_run(arguments.run)
    if _is_finished(run):
        say(f"{run.folder} is finished; there is nothing to go on with.")
        return 0
    return _train(run, run.bundle(arguments.bundle), join(run.config))


def _is_finished(run: "Run") -> bool:
    """Whether all steps are done, saved and written down."""
    from trainer import checkpoint
    from trainer.events import of_kind, read_events

    if not of_kind(read_events(run.folder), "finished"):
        return False
    last, _ = checkpoint.newest(run.checkpoints)
    return last is not None and last.step == last.state["total_steps"]


def _identity(config: TrainConfig, bundle: Bundle) -> dict[str, object]:
    """Versions and base model, for run.json."""
    from importlib.metadata import version

    from trainer.backends import open_backend
    from trainer.features import cache_folder

    backend = open_backend(config, bundle, cache_folder(bundle.folder, config))
    return {"identity": backend.identity(), "torch": version("torch"), "numpy": version("numpy")}


def _train(run: "Run", bundle: Bundle, world: Any) -> int:  # noqa: ANN401
    """Train a run and say how it ended."""
    from contextlib import nullcontext

    from trainer.distributed import leave
    from trainer.errors import TrainingFailed
    from trainer.events import EventLog
    from trainer.loop import train as run_loop
    from trainer.mirror import Mirror
    from trainer.run import locked
    from trainer.session import open_session
    from trainer.terminal import Terminal

    terminal = Terminal() if world.leads else Terminal(quiet=True)
    log = run.events() if world.leads else EventLog(None)
    mirror = Mirror(run.folder) if run.config.log.tensorboard and world.leads else None

    def show(event: str, fields: Mapping[str, Any]) -> None:
        terminal.show(event, fields)
        if mirror:
            mirror.show(event, fields)

    try:
        with locked(run) if world.leads else nullcontext():
            session = open_session(run, bundle, world, terminal.prepared)
            if world.leads and session.place.step == 0 and not log.size():
                _write_start(session, log)
            try:
                ending = run_loop(session, log, show)
            except TrainingFailed as failure:
                log.add("failed", step=session.place.step, reason=failure.sentence)
                raise
    finally:
        terminal.close()
        if mirror:
            mirror.close()
        leave()
    if world.leads:
        terminal.ended(run.folder, ending, log)
    return 0


def _write_start(session: Any, log: Any) -> None:  # noqa: ANN401
    """The events that say what a run began with."""
    from trainer.optimizer import learning_parts

    material = session.material
    for clip_id, reasons in material.judged.rejected.items():
        log.add("rejected", clip=clip_id, reasons=[reason.key for reason in reasons])
    learning = sum(value.numel() for value in learning_parts(session.network).values())
    evaluation = material.evaluation
    log.add(
        "started",
        config_sha256=config_hash(session.config),
        manifest_sha256=material.bundle.manifest_sha256,
        identity=session.backend.identity(),
        device=str(session.world.device),
        ranks=session.world.ranks,
        clips={
            "train": len(material.training.clips),
            "eval": len(evaluation.clips) if evaluation else 0,
            "rejected": len(material.judged.rejected),
        },
        seconds=round(sum(clip.duration_s for clip in material.training.clips), 3),
        heard=material.training.heard(0),
        updates_per_epoch=len(material.training.epoch(0)),
        total_steps=session.total_steps,
        parameters=sum(value.numel() for value in session.network.parameters()),
        learning=learning,
        encoded=material.prepared.encoded,
    )


def report(arguments: Arguments) -> int:
    """One HTML file with the curves of a run and the numbers behind them."""
    from trainer.report import write_report

    out = arguments.out or arguments.run / "report.html"
    write_report(arguments.run, out)
    say(f"The report is {out}.")
    return 0


def doctor(arguments: Arguments) -> int:
    """What this machine can train with."""
    from trainer.doctor import examine

    found = examine()
    if arguments.json:
        for finding in found:
            tell({"what": finding.what, "good": finding.good, "says": finding.says})
    else:
        for finding in found:
            say(f"{'ok  ' if finding.good else 'lack'}  {finding.what}: {finding.says}")
    return 0
