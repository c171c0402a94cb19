"""Commands check, prepare, report and doctor. Heavy imports are local, for a fast start."""

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from trainer.bundle.manifest import Bundle, read_bundle
from trainer.config import TrainConfig, resolve
from trainer.errors import TrainerError
from trainer.foreign_files import read_json
from trainer.languages import growth_sentence
from trainer.output import json_text, print_line

if TYPE_CHECKING:
    from trainer.bundle.preflight import Preflight

Arguments = argparse.Namespace


def print_json(fields: Mapping[str, object]) -> None:
    """Write an object as one line of JSON to stdout."""
    print_line(json_text(fields))


def configured(arguments: Arguments, *, base_needed: bool = True) -> TrainConfig:
    """Configuration from preset, file, --set and --base; see ``trainer.config.resolve``."""
    changes = list(arguments.set)
    if arguments.base is not None:
        changes.append(f"model.base={json.dumps(str(arguments.base.resolve()))}")
    if getattr(arguments, "edition", None):
        changes.append(f'model.edition="{arguments.edition}"')
    preset = arguments.preset
    parent = getattr(arguments, "parent", None)
    if parent is not None:
        return resolve(preset, arguments.config, changes, below=_config_of(parent))
    config = resolve(preset, arguments.config, changes, below=default_config(arguments))
    if base_needed and preset is None and arguments.config is None and not config.model.base:
        raise TrainerError(
            "No base model was given.",
            "Name its folder with --base, or try the pipeline with --preset tiny-cpu.",
        )
    return config


def stock_checkpoint(path: Path) -> Path | None:
    """The checkpoint of coqui's trainer that a path means; None if it is not one of its runs."""
    from trainer.runs.run import ABOUT
    from trainer.stock_runs.run import BEST, find_stock_run, read_stock_run

    if path.is_file():
        return path
    folder = None if (path / ABOUT).is_file() else find_stock_run(path)
    if folder is None:
        return path / BEST if (path / BEST).is_file() else None
    kept = read_stock_run(folder).kept()
    return kept[0][1] if kept else folder / BEST


def default_config(arguments: Arguments) -> TrainConfig:
    """Default configuration for the model family of the base or the bundle."""
    from trainer.families import family_of

    family = family_of(arguments.base, _target_of_bundle(getattr(arguments, "bundle", None)))
    config = TrainConfig()
    if family is None:
        return config
    return structs.replace(config, model=structs.replace(config.model, backend=family))


def _target_of_bundle(folder: Path | None) -> str:
    """Target that a bundle was exported for; "" if unknown or unreadable."""
    try:
        header = read_json(folder / "bundle.json") if folder else {}
    except (OSError, ValueError):
        return ""
    return str(header.get("target", ""))


def _config_of(parent: Path) -> TrainConfig:
    """Configuration of a parent run, on its base, without its total_steps and new tokens."""
    from trainer.runs.run import open_run

    run = open_run(parent)
    identity: Any = run.about["identity"]
    base = [f"model.base={json.dumps(identity['base'])}", "sched.total_steps=0", "adapt.extend=0"]
    return resolve(None, None, base, below=run.config)


def check(arguments: Arguments) -> int:
    """List unusable clips with their reasons."""
    from trainer.bundle.preflight import preflight
    from trainer.families import open_backend, target_of
    from trainer.target import read_target

    bundle = read_bundle(arguments.bundle)
    configured_by_user = arguments.preset or arguments.config or arguments.base or arguments.set
    config = (
        configured(arguments, base_needed=False)
        if configured_by_user
        else default_config(arguments)
    )
    target = read_target(target_of(config))
    checked = preflight(bundle, target)
    note = growth_sentence((clip.language for clip in checked.usable), target.key, target.name)
    if config.model.base:  # its tokenizer may reject more clips, or know the languages
        backend = open_backend(config, bundle)
        checked = checked.without(backend.reject(checked.usable))
        added: Any = backend.identity().get("added")
        note = added["sentence"] if added else ""
    _report_check(bundle, checked, note, arguments.json)
    return 0 if checked.rejected_share <= config.data.max_rejected and checked.usable else 1


def _report_check(bundle: Bundle, checked: "Preflight", note: str, as_json: bool) -> None:
    """Print the rejected clips, the note on the vocabulary if any, and a summary."""
    from trainer.bundle.preflight import counts

    if as_json:
        for clip in bundle.clips:
            reasons = checked.rejected.get(clip.id, ())
            entries = [{"key": reason.key, "sentence": reason.sentence} for reason in reasons]
            print_json(
                {"clip": clip.id, "split": clip.split, "usable": not entries, "reasons": entries}
            )
        if note:
            print_json({"note": note})
        print_json(
            {
                "summary": True,
                "clips": len(bundle.clips),
                "usable": len(checked.usable),
                "seconds": round(sum(clip.duration_s for clip in checked.usable), 3),
                "reasons": counts(checked.rejected),
            }
        )
        return
    for clip in bundle.clips:
        for reason in checked.rejected.get(clip.id, ()):
            print_line(f"{clip.id}: {reason.sentence}.  [{reason.key}]")
    if note:
        print_line(note)
    minutes = sum(clip.duration_s for clip in checked.usable) / 60
    print_line(
        f"{len(checked.usable)} of {len(bundle.clips)} clips are usable,"
        f" {minutes:.1f} minutes of speech."
    )


def prepare(arguments: Arguments) -> int:
    """Encode all usable clips into the cache."""
    from trainer.cli.terminal import Terminal
    from trainer.data.dataset import build_dataset
    from trainer.families import cache_folder, open_backend
    from trainer.runs.distributed import join, leave

    bundle = read_bundle(arguments.bundle)
    config = configured(arguments)
    cache = cache_folder(bundle.folder, config)
    started = time.monotonic()
    terminal = Terminal()
    world = join(config)
    backend = open_backend(config, bundle)
    added: Any = backend.identity().get("added")
    dataset = build_dataset(backend, bundle, config, terminal.prepared, world)
    terminal.close()
    leave()
    prepared = dataset.prepared
    fields: dict[str, Any] = {
        "clips": len(prepared.by_clip),
        "encoded": prepared.encoded,
        "reused": prepared.reused,
        "damaged": list(prepared.damaged),
        "rejected": len(dataset.checked.rejected),
        "cache": str(cache),
        "seconds": round(time.monotonic() - started, 3),
    }
    if added:
        fields["added"] = added
    if not world.is_main:
        return 0
    if arguments.json:
        print_json(fields)
    else:
        if added:
            print_line(added["sentence"])
        print_line(
            f"Encoded {prepared.encoded} clips, {prepared.reused} were already cached"
            f" ({fields['seconds']} s). Cache: {cache}"
        )
    return 0


def report(arguments: Arguments) -> int:
    """Write the report of a run as HTML and Markdown; also of a run of coqui's trainer."""
    from trainer.report import write_report
    from trainer.report.targets import save_targets
    from trainer.runs.run import ABOUT
    from trainer.stock_runs.report import advice, as_record, write_stock_report
    from trainer.stock_runs.run import find_stock_run

    stock = None if (arguments.run / ABOUT).is_file() else find_stock_run(arguments.run)
    if stock is not None:
        out = arguments.out or stock / "report.html"
        stock_run = write_stock_report(stock, out)
        if arguments.json:
            print_json({**as_record(stock_run), "report": str(out)})
        else:
            print_line(f"{advice(stock_run)}\nReport: {out}")
        return 0
    if arguments.targets is not None:
        save_targets(arguments.targets, arguments.run)
    out = arguments.out or arguments.run / "report.html"
    write_report(arguments.run, out, bundle=arguments.bundle, price=arguments.price)
    if arguments.json:
        print_json({"kind": "run", "report": str(out)})
    else:
        print_line(f"Report: {out}")
    return 0


def doctor(arguments: Arguments) -> int:
    """Check packages, GPU, disk and licences."""
    from trainer.machine.doctor import examine
    from trainer.machine.unmeasured import UNMEASURED

    if arguments.make:
        return _make(arguments)
    if arguments.gpu_check_kit:
        from trainer.gpu_check.kit import write_kit

        write_kit(arguments.gpu_check_kit, print_line)
        return 0
    if arguments.gpu_check:
        return _gpu_check(arguments)
    if arguments.unmeasured:
        for question in UNMEASURED:
            if arguments.json:
                print_json(
                    {"what": question.what, "command": question.command, "look": question.look}
                )
            else:
                print_line(f"{question.what}\n    {question.command}\n    see: {question.look}")
        return 0
    findings = examine()
    if arguments.json:
        for finding in findings:
            print_json({"what": finding.what, "good": finding.good, "says": finding.says})
    else:
        for finding in findings:
            print_line(f"{'ok  ' if finding.good else 'FAIL'}  {finding.what}: {finding.says}")
        print_line(
            "Some figures need a GPU and were not measured: see `trainer doctor --unmeasured`."
        )
    return 0


def _gpu_check(arguments: Arguments) -> int:
    """Train and speak at real size; the exit code says whether all is as it should be."""
    from trainer.gpu_check.check import FILE, CheckSettings, run_check

    settings = CheckSettings(
        arguments.device, arguments.size, arguments.minutes, tuple(arguments.only)
    )
    show = (lambda _line: None) if arguments.json else print_line
    record: Any = run_check(settings, arguments.out, show)
    if arguments.json:
        print_json(record)
    else:
        print_line(f"Results: {arguments.out / FILE}")
    return 0 if len(record["findings"]) == 1 and "All trials" in record["findings"][0] else 1


def _make(arguments: Arguments) -> int:
    """Create the environment of an inference-only model."""
    from trainer.backends.environments import create_environment, default_folder
    from trainer.only_speaks import read_inference_model

    model = read_inference_model(arguments.make)
    create_environment(model, arguments.env or default_folder(model.key), print_line)
    return 0
