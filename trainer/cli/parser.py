"""The command line: what can be asked, and which exit code answers.

0 done (or paused) / 1 could not, reason on stderr / 2 usage / 130 interrupted.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from trainer import __version__

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    parsed = make_parser().parse_args(arguments)
    from trainer.errors import TrainerError

    try:
        commands = importlib.import_module(parsed.module)
        code: int = getattr(commands, parsed.command)(parsed)
    except TrainerError as error:
        sys.stderr.write(f"trainer: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("trainer: interrupted; what was saved is kept.\n")
        return INTERRUPTED
    except OSError as error:  # a full disk, a folder without permission: the world, not a bug
        where = f" ({error.filename})" if error.filename else ""
        sys.stderr.write(f"trainer: {error.strerror or error}{where}.\n")
        return 1
    return code


def make_parser() -> argparse.ArgumentParser:
    """All commands and their arguments."""
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

    check = add("check", "Say which clips can be used, and why not the others.")
    prepare = add("prepare", "Encode every usable clip into the cache.")
    plan = add(
        "plan", "Say steps, memory, hours and money before they are spent.", "trainer.cli.plan"
    )
    train = add("train", "Start a run.", "trainer.cli.train")
    text = "Fine-tune the DVAE of a base; its GPT has to be trained on the new codes afterwards."
    codebook = add("codebook", text, "trainer.cli.codebook")
    text = "Pack a bundle, the trainer and one command, to train on a rented machine or a notebook."
    pack = add("pack", text, "trainer.cli.pack")
    for command in (check, prepare, plan, train, codebook, pack):
        command.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder curator exported")
        _add_configuration(command)
    for command in (check, prepare, plan):
        command.add_argument("--json", action="store_true", help="one JSON object a line")
    plan.add_argument(
        "--gpu",
        action="append",
        default=[],
        metavar="GB",
        help="memory of a GPU to plan for, such as 12; may be given several times",
    )
    plan.add_argument("--price", type=float, metavar="MONEY", help="of an hour on it")
    plan.add_argument("--probe", action="store_true", help="measure on this machine for a minute")
    codebook.add_argument("folder", type=Path, metavar="FOLDER", help="new folder for the base")
    pack.add_argument(
        "out", type=Path, metavar="OUT", help="new folder, or an archive: .zip, .tar, .tar.gz"
    )
    pack.add_argument(
        "--with-base", action="store_true", help="take the files of --base along, some gigabytes"
    )
    train.add_argument("run", type=Path, metavar="RUN", help="new folder for the run")
    train.add_argument(
        "--from",
        dest="parent",
        type=Path,
        metavar="RUN",
        help="go on from what another run learnt, with this bundle and a new schedule",
    )

    text = "Go on with a run from its newest whole checkpoint."
    resume = add("resume", text, "trainer.cli.train")
    speak = add("speak", "Speak a text with a run.", "trainer.cli.speak")
    export = add(
        "export", "Write a trained model as the stock class loads it.", "trainer.cli.speak"
    )
    report = add("report", "Write one HTML file with the curves and the numbers of a run.")
    for command in (resume, speak, export, report):
        command.add_argument("run", type=Path, metavar="RUN", help="folder of a run")
    for command in (resume, speak, export, report):
        command.add_argument("--bundle", type=Path, help="where the bundle is now, if it moved")
    for command in (speak, export, train):
        command.add_argument(
            "--checkpoint",
            default="best",
            metavar="best|last|STEP",
            help="which state of the run (default: best)",
        )
    speak.add_argument("--text", required=True, help="what to say")
    speak.add_argument("--out", type=Path, required=True, metavar="WAV", help="where to write it")
    speak.add_argument("--language", help="of the text (default: the bundle's)")
    speak.add_argument(
        "--reference",
        type=Path,
        action="append",
        metavar="WAV",
        help="sound of the voice to speak in (default: clips of the bundle)",
    )
    speak.add_argument("--seed", type=int, default=0)
    speak.add_argument(
        "--rate", type=float, metavar="N", help="letters a second to hold, at the same pitch"
    )
    speak.add_argument(
        "--candidates",
        type=int,
        default=0,
        metavar="N",
        help="draws, of which Whisper chooses (default: 3 for one to three words, else 1)",
    )
    speak.add_argument(
        "--no-endings", action="store_true", help="let the model end as it likes, cut nothing off"
    )
    export.add_argument("folder", type=Path, metavar="FOLDER", help="new folder for the model")
    report.add_argument("--out", type=Path, metavar="HTML", help="default: RUN/report.html")
    report.add_argument("--price", type=float, metavar="MONEY", help="of an hour of training")
    text = "Say what differs between runs in data, settings and outcome."
    compare = add("compare", text, "trainer.cli.compare")
    compare.add_argument(
        "runs", type=Path, nargs="+", metavar="RUN", help="runs, or a folder of runs; first: base"
    )
    compare.add_argument("--json", action="store_true", help="one JSON object")
    compare.add_argument("--html", type=Path, metavar="HTML", help="write one HTML file instead")
    text = "Write a page to hear, rate and blindly compare what was spoken."
    listen = add("listen", text, "trainer.cli.listen")
    listen.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="one run, or two")
    listen.add_argument("--out", type=Path, metavar="HTML", help="default: RUN/listen.html")
    listen.add_argument("--checkpoint", type=int, metavar="STEP", help="default: the best")
    listen.add_argument("--seed", type=int, default=7, help="of the order in blind comparison")
    text = "Let every kept checkpoint and the base speak, and measure what they say."
    evaluate = add("evaluate", text, "trainer.cli.evaluate")
    evaluate.add_argument("run", type=Path, metavar="RUN", help="folder of a run")
    evaluate.add_argument("--bundle", type=Path, help="where the bundle is now, if it moved")
    evaluate.add_argument(
        "--sentences",
        type=Path,
        action="append",
        metavar="FILE",
        help="your own sentences; resources/sentences/en.toml shows how a file looks",
    )
    evaluate.add_argument(
        "--checkpoint",
        action="append",
        metavar="STEP",
        help="only this one and the base; may be given several times",
    )
    evaluate.add_argument("--whisper", metavar="MODEL", help="name or folder of a Whisper model")
    evaluate.add_argument(
        "--endings", action="store_true", help="with the help that speak gives; default: without"
    )
    evaluate.add_argument(
        "--model",
        metavar="NAME",
        help="a model as shipped, such as indextts; RUN is made for it",
    )
    evaluate.add_argument("--base", type=Path, metavar="FOLDER", help="the weights of --model")
    _add_environment(evaluate, "in which --model speaks")
    evaluate.add_argument("--candidates", type=int, default=1, metavar="N", help="draws a sentence")
    doctor = add("doctor", "Say what this machine can train with.")
    doctor.add_argument("--json", action="store_true", help="one JSON object a line")
    doctor.add_argument(
        "--make", metavar="NAME", help="an environment for a model that only speaks: indextts"
    )
    _add_environment(doctor, "that --make makes")
    doctor.add_argument(
        "--unmeasured", action="store_true", help="what needs a GPU to be measured, and how"
    )
    return parser


def _add_environment(command: argparse.ArgumentParser, which: str) -> None:
    """Where a model's own packages are."""
    text = f"the environment {which} (default: beside the person's data)"
    command.add_argument("--env", type=Path, metavar="FOLDER", help=text)


def _add_configuration(command: argparse.ArgumentParser) -> None:
    """Where the configuration comes from."""
    command.add_argument("--preset", metavar="NAME", help="a preset of resources/presets")
    command.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML")
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION.KEY=VALUE",
        help="one setting; may be given several times",
    )
    command.add_argument(
        "--base",
        type=Path,
        metavar="FOLDER",
        help="model.pth, vocab.json, dvae.pth, mel_stats.pth, config.json",
    )
