"""Argument parser and entry point of ``trainer``.

Exit codes: 0 done or paused, 1 failed with the reason on stderr, 2 usage error, 130 interrupted.
"""

import argparse
import importlib
from collections.abc import Sequence
from pathlib import Path

from trainer import __version__
from trainer.cli.doctor_arguments import add_doctor_arguments
from trainer.cli.evaluate_arguments import add_evaluate_arguments, add_sentences_argument
from trainer.cli.voice_options import add_sampling, add_serve, add_speak
from trainer.output import print_error, write_any_character, write_utf8

INTERRUPTED = 130
INSTALLED_BY_SETUP = {"torch", "torchaudio", "transformers", "tokenizers", "safetensors", "peft"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    write_any_character()
    parsed = make_parser().parse_args(arguments)
    if getattr(parsed, "json", False):
        write_utf8()
    from trainer.errors import TrainerError

    try:
        _refuse_broken_text(parsed)
        commands = importlib.import_module(parsed.module)
        code: int = getattr(commands, parsed.command)(parsed)
    except TrainerError as error:
        print_error(f"trainer: {error}")
        return error.exit_code
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in INSTALLED_BY_SETUP:
            raise
        print_error(
            f"trainer: {error.name} is not installed. Install it with: curator setup training"
        )
        return 1
    except KeyboardInterrupt:
        print_error("trainer: interrupted; saved checkpoints are kept.")
        return INTERRUPTED
    except OSError as error:  # full disk, missing permission: not a bug
        where = f" ({error.filename})" if error.filename else ""
        print_error(f"trainer: {error.strerror or error}{where}.")
        return 1
    return code


def _refuse_broken_text(parsed: argparse.Namespace) -> None:
    """Raise WrongUsage for an argument that is not valid UTF-8; paths may be any bytes."""
    from trainer.errors import WrongUsage

    for name, value in vars(parsed).items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and not text.isascii() and not _is_unicode(text):
                raise WrongUsage(f"--{name} is not valid UTF-8: {text!a}.")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def make_parser() -> argparse.ArgumentParser:
    """Build the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="trainer",
        description="Fine-tune a speech model on a bundle that curator exported.",
    )
    parser.add_argument("--version", action="version", version=f"trainer {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str, module: str = "trainer.cli.commands") -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(module=module)
        return made

    check = add("check", "List unusable clips with their reasons.")
    prepare = add("prepare", "Encode all usable clips into the cache.")
    plan = add("plan", "Estimate steps, memory, hours and cost of a run.", "trainer.cli.plan")
    train = add("train", "Start a run.", "trainer.cli.train")
    text = "Fine-tune the DVAE of a base; its GPT must then be trained on the new codes."
    codebook = add("codebook", text, "trainer.cli.codebook")
    text = "Write a small base that ships with this project, to try training and speaking on a CPU."
    base = add("base", text, "trainer.cli.base")
    base.add_argument("name", metavar="NAME", help="tiny-en: English, one synthetic voice")
    base.add_argument("folder", type=Path, metavar="FOLDER", help="new folder for the base")
    base.add_argument(
        "--bundle", type=Path, metavar="BUNDLE", help="fit the codes to the voice of this bundle"
    )
    text = (
        "Fine-tune the HiFi-GAN decoder of a run or a base on the clips; XTTS only. The same"
        " command resumes it."
    )
    decoder = add("decoder", text, "trainer.cli.decoder")
    text = "Pack a bundle and the trainer to train on a rented machine or in a notebook."
    pack = add("pack", text, "trainer.cli.pack")
    for command in (check, prepare, plan, train, codebook, pack):
        command.add_argument(
            "bundle", type=Path, metavar="BUNDLE", help="folder exported by curator"
        )
        _add_configuration(command)
    decoder.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder exported by curator")
    decoder.add_argument(
        "source", type=Path, metavar="RUN|BASE", help="folder of a run, or of a base model"
    )
    decoder.add_argument("folder", type=Path, metavar="FOLDER", help="new folder for the voice")
    decoder.add_argument(
        "--dry-run", action="store_true", help="estimate time, memory and disk, and end"
    )
    add_sentences_argument(decoder)
    _add_settings(decoder)
    for command in (check, prepare, plan):
        command.add_argument("--json", action="store_true", help="one JSON object per line")
    plan.add_argument(
        "--gpu",
        action="append",
        default=[],
        metavar="GB",
        help="GPU memory to plan for, e.g. 12; repeatable",
    )
    plan.add_argument("--price", type=float, metavar="MONEY", help="GPU price per hour")
    plan.add_argument("--probe", action="store_true", help="measure on this machine for one minute")
    codebook.add_argument("folder", type=Path, metavar="FOLDER", help="new folder for the base")
    pack.add_argument(
        "out", type=Path, metavar="OUT", help="new folder, or an archive: .zip, .tar, .tar.gz"
    )
    pack.add_argument(
        "--with-base", action="store_true", help="include the files of --base (several GB)"
    )
    train.add_argument("run", type=Path, metavar="RUN", help="new folder for the run")
    train.add_argument(
        "--from",
        dest="parent",
        type=Path,
        metavar="RUN",
        help="start from another run's weights, with this bundle and a new schedule; also from a"
        " run of coqui's trainer",
    )

    text = "Resume a run from its newest valid checkpoint."
    resume = add("resume", text, "trainer.cli.train")
    text = "Synthesise a text or a script with a run, an export or a base."
    speak = add("speak", text, "trainer.cli.speak")
    export = add(
        "export",
        "Export a trained model in the format of the original library.",
        "trainer.cli.speak",
    )
    serve = add("serve", "Serve a voice by the OpenAI speech API.", "trainer.cli.serve")
    report = add("report", "Write a report of a run, also of coqui's trainer, as one HTML file.")
    for command in (resume, export, report):
        command.add_argument("run", type=Path, metavar="RUN", help="folder of a run")
    for command in (resume, speak, serve, export, report):
        command.add_argument("--bundle", type=Path, help="folder of the bundle, if it was moved")
    for command in (speak, serve, export, train, decoder):
        command.add_argument(
            "--checkpoint",
            default="best",
            metavar="best|last|STEP",
            help="checkpoint of the run (default: best)",
        )
    add_speak(speak)
    add_serve(serve)
    add_sampling(export, "stored in voice.json")
    export.add_argument("folder", type=Path, metavar="FOLDER", help="new folder for the model")
    report.add_argument("--out", type=Path, metavar="HTML", help="default: RUN/report.html")
    report.add_argument("--json", action="store_true", help="one JSON object")
    for command in (train, report):
        text = "TOML file of targets: minimum, goal and stretch by measure"
        command.add_argument("--targets", type=Path, metavar="FILE", help=text)
    report.add_argument("--price", type=float, metavar="MONEY", help="GPU price per hour")
    text = "Compare data, settings and results of runs."
    compare = add("compare", text, "trainer.cli.compare")
    compare.add_argument(
        "runs",
        type=Path,
        nargs="+",
        metavar="RUN",
        help="runs, or a folder of runs; the first is the baseline",
    )
    compare.add_argument("--json", action="store_true", help="one JSON object")
    compare.add_argument("--html", type=Path, metavar="HTML", help="write an HTML file instead")
    text = "Write an HTML page to rate and blind-compare the samples of a run."
    listen = add("listen", text, "trainer.cli.listen")
    listen.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="one run, or two")
    listen.add_argument("--out", type=Path, metavar="HTML", help="default: RUN/listen.html")
    listen.add_argument("--checkpoint", type=int, metavar="STEP", help="default: the best")
    listen.add_argument(
        "--seed", type=int, default=7, help="seed of the order in the blind comparison"
    )
    text = "Synthesise and measure test sentences with the base and all kept checkpoints."
    evaluate = add("evaluate", text, "trainer.cli.evaluate")
    add_evaluate_arguments(evaluate)
    _add_edition(evaluate)
    _add_environment(evaluate, "of --model")
    doctor = add("doctor", "Check packages, GPU, disk space and licences.")
    add_doctor_arguments(doctor)
    _add_environment(doctor, "created by --make")
    return parser


def _add_environment(command: argparse.ArgumentParser, which: str) -> None:
    """Add --env, the environment of a model's own packages."""
    text = f"environment {which} (default: in the user's data folder)"
    command.add_argument("--env", type=Path, metavar="FOLDER", help=text)


def _add_settings(command: argparse.ArgumentParser) -> None:
    """Add --preset, --config and --set."""
    command.add_argument("--preset", metavar="NAME", help="name of a preset")
    command.add_argument("--config", type=Path, metavar="FILE", help="TOML file of settings")
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION.KEY=VALUE",
        help="one setting; repeatable",
    )


def _add_configuration(command: argparse.ArgumentParser) -> None:
    """Add the options of the configuration."""
    _add_settings(command)
    command.add_argument(
        "--base",
        type=Path,
        metavar="FOLDER",
        help="folder of the base model, or a checkpoint of coqui's trainer",
    )
    _add_edition(command)


def _add_edition(command: argparse.ArgumentParser) -> None:
    """Add --edition, of a base folder that contains several."""
    command.add_argument(
        "--edition",
        choices=("en", "multilingual", "multilingual_v2"),
        help="edition of Chatterbox, if the base folder contains several",
    )
