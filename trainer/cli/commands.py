"""What each command does. Heavy imports are inside, so that ``check`` answers at once."""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from trainer.bundle.manifest import Bundle, read_bundle
from trainer.config import TrainConfig, resolve
from trainer.errors import TrainerError

if TYPE_CHECKING:
    from trainer.bundle.preflight import Preflight

Arguments = argparse.Namespace


def say(text: str) -> None:
    """A line for people, on standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tell(fields: Mapping[str, object]) -> None:
    """A line for programs, on standard output."""
    say(json.dumps(fields, ensure_ascii=False))


def configured(arguments: Arguments, *, base_needed: bool = True) -> TrainConfig:
    """The configuration that preset, file, --set and --base give together."""
    changes = list(arguments.set)
    if arguments.base is not None:
        changes.append(f"model.base={json.dumps(str(arguments.base.resolve()))}")
    preset = arguments.preset
    parent = getattr(arguments, "parent", None)
    if parent is not None:
        return resolve(preset, arguments.config, changes, below=_config_of(parent))
    config = resolve(preset, arguments.config, changes, below=of_family(arguments))
    if base_needed and preset is None and arguments.config is None and not config.model.base:
        raise TrainerError(
            "There is no base model to start from.",
            "Name its folder with --base, or try the path with --preset tiny-cpu.",
        )
    return config


def of_family(arguments: Arguments) -> TrainConfig:
    """The defaults, with the model family that the base or the bundle is for."""
    from trainer.backends import family_of

    family = family_of(arguments.base, _target_of_bundle(getattr(arguments, "bundle", None)))
    config = TrainConfig()
    if family is None:
        return config
    return structs.replace(config, model=structs.replace(config.model, backend=family))


def _target_of_bundle(folder: Path | None) -> str:
    """What a bundle was exported for, "" where it does not say; the bundle is judged elsewhere."""
    try:
        header = json.loads((folder / "bundle.json").read_bytes()) if folder else {}
    except (OSError, ValueError):
        return ""
    return str(header.get("target", "")) if isinstance(header, dict) else ""


def _config_of(parent: Path) -> TrainConfig:
    """A run's configuration, on the base it was started from; its step counts are not inherited."""
    from trainer.runs.run import open_run

    run = open_run(parent)
    identity: Any = run.about["identity"]
    base = [f"model.base={json.dumps(identity['base'])}", "sched.total_steps=0", "adapt.extend=0"]
    return resolve(None, None, base, below=run.config)


def check(arguments: Arguments) -> int:
    """Which clips can be used, and why not the others."""
    from trainer.backends import open_backend, target_of
    from trainer.bundle.preflight import preflight
    from trainer.data.features import cache_folder
    from trainer.target import read_target

    bundle = read_bundle(arguments.bundle)
    given = arguments.preset or arguments.config or arguments.base or arguments.set
    config = configured(arguments, base_needed=False) if given else of_family(arguments)
    judged = preflight(bundle, read_target(target_of(config)))
    if config.model.base:  # its vocabulary knows more than the shared limits
        backend = open_backend(config, bundle, cache_folder(bundle.folder, config))
        judged = judged.without(backend.reject(judged.usable))
    _report_check(bundle, judged, arguments.json)
    return 0 if judged.rejected_share <= config.data.max_rejected and judged.usable else 1


def _report_check(bundle: Bundle, judged: "Preflight", as_json: bool) -> None:
    from trainer.bundle.preflight import counts

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
    from trainer.cli.terminal import Terminal
    from trainer.data.dataset import build_dataset
    from trainer.data.features import cache_folder

    bundle = read_bundle(arguments.bundle)
    config = configured(arguments)
    cache = cache_folder(bundle.folder, config)
    start = time.monotonic()
    terminal = Terminal()
    dataset = build_dataset(open_backend(config, bundle, cache), bundle, config, terminal.prepared)
    terminal.close()
    prepared = dataset.prepared
    fields = {
        "clips": len(prepared.by_clip),
        "encoded": prepared.encoded,
        "reused": prepared.reused,
        "damaged": list(prepared.damaged),
        "rejected": len(dataset.checked.rejected),
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


def report(arguments: Arguments) -> int:
    """What a run learnt, as one HTML file and as Markdown."""
    from trainer.report import write_report

    out = arguments.out or arguments.run / "report.html"
    write_report(arguments.run, out, bundle=arguments.bundle, price=arguments.price)
    say(f"The report is {out}.")
    return 0


def doctor(arguments: Arguments) -> int:
    """What this machine can train with."""
    from trainer.machine.doctor import examine
    from trainer.machine.unmeasured import UNMEASURED

    if arguments.make:
        return _make(arguments)
    if arguments.unmeasured:
        for one in UNMEASURED:
            if arguments.json:
                tell({"what": one.what, "command": one.command, "look": one.look})
            else:
                say(f"{one.what}\n    {one.command}\n    look at: {one.look}")
        return 0
    found = examine()
    if arguments.json:
        for finding in found:
            tell({"what": finding.what, "good": finding.good, "says": finding.says})
    else:
        for finding in found:
            say(f"{'ok  ' if finding.good else 'lack'}  {finding.what}: {finding.says}")
        say("What only a GPU can show was never measured: `trainer doctor --unmeasured` says how.")
    return 0


def _make(arguments: Arguments) -> int:
    """Make the environment of a model that only speaks."""
    from trainer.backends.environments import make, usual_place
    from trainer.only_speaks import read_only_speaks

    model = read_only_speaks(arguments.make)
    make(model, arguments.env or usual_place(model.key), say)
    return 0
