"""Run of a released model for comparison: step 0 only, without training."""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from trainer.bundle.manifest import Bundle, read_bundle
from trainer.config import TrainConfig, config_hash, nearest, resolve
from trainer.errors import BrokenRun, TrainerError, WrongUsage
from trainer.evaluate.samples import held_out
from trainer.families import family_names, inference_only, open_backend, open_shipped
from trainer.optim.early_stopping import judge
from trainer.runs.distributed import device_of
from trainer.runs.events import FILE, EventLog
from trainer.runs.run import ABOUT, SHIPPED, Run, create_run, open_run


def shipped_run(arguments: argparse.Namespace, print_line: Callable[[str], None]) -> Run:
    """The run of ``--model`` on ``--base``: the one that is there, or a new one.

    Everything that could be wrong is found before the folder is made.
    """
    config = _config(arguments)
    if (arguments.run / ABOUT).is_file() and EventLog(arguments.run / FILE).start_size():
        run = open_run(arguments.run)
        if config_hash(run.config) != config_hash(config):
            raise BrokenRun(
                f"{arguments.run} is another run than that of {arguments.model} on this base.",
                "Name another folder, or leave out --model to evaluate it.",
            )
        return run
    if arguments.bundle is None:
        raise WrongUsage("A bundle gives the voice to speak in.", "Name it with --bundle.")
    bundle = read_bundle(arguments.bundle)
    clips = held_out(bundle)
    identity = _identity(config, bundle)
    if "licence" in identity:
        print_line(f"{arguments.model} is used under: {identity['licence']}.")
    about = {"kind": SHIPPED, "preset": None, "identity": identity}
    began = _beginning(config, bundle, identity, len(clips))

    def fill(folder: Path) -> None:
        events = EventLog(folder / FILE)
        events.add("started", **began)
        events.add(
            "finished",
            step=0,
            reason="it speaks as it was shipped, nothing is trained",
            state=judge([]).state,
            sentence="Nothing was trained: this is a model as it was shipped.",
            best=None,
        )

    return create_run(arguments.run, config, bundle, about, fill)


def _config(arguments: argparse.Namespace) -> TrainConfig:
    names = list(family_names())
    if arguments.model not in names:
        raise WrongUsage(f"There is no model {arguments.model!r}.", nearest(arguments.model, names))
    changes = [f"model.backend={arguments.model}"]
    for name, folder in (("base", arguments.base), ("environment", arguments.env)):
        if folder is not None:
            changes.append(f"model.{name}={json.dumps(str(folder.resolve()))}")
    if arguments.edition:
        changes.append(f'model.edition="{arguments.edition}"')
    return resolve(None, None, changes)


def _identity(config: TrainConfig, bundle: Bundle) -> Mapping[str, object]:
    """What the model is; refuses one that speaks none of the bundle's languages."""
    if config.model.backend not in inference_only():
        backend = open_backend(config, bundle)
        return dict(backend.identity())
    shipped = open_shipped(config)
    spoken = sorted({clip.language.partition("-")[0].lower() for clip in bundle.clips})
    if not set(spoken) & set(shipped.languages):
        raise TrainerError(
            f"{config.model.backend} does not speak {', '.join(spoken)};"
            f" it speaks {', '.join(shipped.languages)}."
        )
    return dict(shipped.identity())


def _beginning(
    config: TrainConfig, bundle: Bundle, identity: Mapping[str, object], held: int
) -> dict[str, object]:
    """The event ``started`` of a run in which nothing learns."""
    return {
        "config_sha256": config_hash(config),
        "manifest_sha256": bundle.manifest_sha256,
        "identity": identity,
        "device": str(device_of(config)),
        "ranks": 1,
        "clips": {"train": 0, "eval": held, "rejected": 0},
        "seconds": 0.0,
        "heard": {},
        "updates_per_epoch": 0,
        "total_steps": 0,
        "parameters": 0,
        "learning": 0,
        "encoded": 0,
        "parent": None,
        "parent_step": None,
    }
