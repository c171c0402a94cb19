"""What can be typed. Nothing heavy is imported here; a command's module is, once it is chosen."""

import argparse
import importlib
import os
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from curator import __version__
from curator.cli.balance_arguments import add_balance_commands
from curator.cli.clean_arguments import add_clean_command, add_models_command
from curator.cli.history_arguments import add_history_commands
from curator.cli.shared_arguments import add_json, add_project, add_whisper, plugin_keys, positive
from curator.domain.errors import CuratorError
from curator.jobs.step_table import STEPS

COULD_NOT = 1
USAGE = 2
INTERRUPTED = 130

QUIT_AFTER_PAINT = "--quit-after-paint"
PROJECT_SUFFIX = ".curator"

_Commands = argparse._SubParsersAction  # the type argparse gives no public name


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="curator",
        usage="curator [PROJECT]\n       curator COMMAND ...",
        description="From recordings of a voice to a data set worth training on. Without a "
        "command, the window opens.",
        epilog="curator [PROJECT] --quit-after-paint opens the window, paints it and ends. "
        "Exit codes: 0 done, 1 could not (the reason is on stderr), 2 wrong usage, "
        "130 interrupted (all finished work is kept).",
    )
    top.add_argument("--version", action="version", version=f"curator {__version__}")
    commands = top.add_subparsers(prog="curator", metavar="COMMAND", dest="command")
    _add_project_commands(commands)
    _add_decision_commands(commands)
    _add_output_commands(commands)
    add_models_command(lambda name, runs, text: _command(commands, name, runs, text))
    add_clean_command(lambda name, runs, text: _command(commands, name, runs, text), _cores())
    add_balance_commands(lambda name, runs, text: _command(commands, name, runs, text))
    add_history_commands(lambda name, runs, text: _command(commands, name, runs, text))
    return top


def _command(
    commands: "_Commands[argparse.ArgumentParser]", name: str, runs: str, text: str
) -> argparse.ArgumentParser:
    """A command whose work is in ``runs``: "module:function" below curator.cli."""
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(runs=runs)
    return command


def _add_target(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--target", metavar="KEY", default="", help="a model family; left out: the project's own"
    )


def _add_project_commands(commands: "_Commands[argparse.ArgumentParser]") -> None:
    new = _command(commands, "new", "project:new", "Make a new project.")
    add_project(new)
    new.add_argument("--language", default="", help="two letters; left out: detected")
    new.add_argument("--target", default="xtts_v2", help="the model family the set is for")
    new.add_argument("--categories", default="quiz_show", help="the category set to start with")

    imports = _command(commands, "import", "project:import_", "Take in recordings.")
    add_project(imports)
    imports.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="files and folders")
    imports.add_argument("--licence", default="", help="what the recordings may be used for")
    imports.add_argument("--consent", default="", help="who agreed to what, and when")
    imports.add_argument("--jobs", type=positive, default=_cores(), help="worker processes")
    add_json(imports)

    analyse = _command(
        commands, "analyse", "analyse:analyse", "Find clips, words, voices, scores and faults."
    )
    add_project(analyse)
    analyse.add_argument(
        "--only",
        metavar="STAGE,...",
        default="",
        help="only these stages, listed below; default: all that are not done",
    )
    analyse.formatter_class = argparse.RawDescriptionHelpFormatter
    stages = (f"  {step.key:<18}{step.title}" for step in STEPS if not step.runs_after)
    analyse.epilog = "\n".join(("stages, in order:", *stages))
    add_whisper(analyse)
    analyse.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    analyse.add_argument("--jobs", type=positive, default=_cores(), help="worker processes")
    analyse.add_argument("--exact", action="store_true", help="exact DNSMOS, about 9 times slower")
    analyse.add_argument("--seed", type=int, default=0, help="of the map")
    add_json(analyse)

    verify = _command(
        commands, "verify", "project:verify", "Check a project or an exported bundle."
    )
    verify.add_argument("path", metavar="PROJECT|BUNDLE", type=Path)
    add_json(verify)

    doctor = _command(commands, "doctor", "project:doctor", "Say what this machine has and lacks.")
    add_json(doctor)


def _add_decision_commands(commands: "_Commands[argparse.ArgumentParser]") -> None:
    clips = _command(commands, "clips", "clips:clips", "List clips.")
    add_project(clips)
    clips.add_argument("--query", metavar="Q", default="", help='e.g. "state:kept snr>20 -uh"')
    clips.epilog = f"Scorers: {plugin_keys('scoring', 'scorers')}."
    add_json(clips)

    decide = _command(commands, "decide", "decide:decide", "Decide about the clips of a query.")
    add_project(decide)
    decide.add_argument("--query", metavar="Q", required=True, help='"" for all clips')
    what = decide.add_mutually_exclusive_group(required=True)
    what.add_argument("--keep", action="store_true")
    what.add_argument("--drop", action="store_true")
    what.add_argument("--undecide", action="store_true")
    what.add_argument("--emotion", metavar="KEY", help='a category, or "none"')
    what.add_argument("--text", metavar="TEXT", help="what is really said")

    for name, text in (
        ("undo", "Take the last decision back."),
        ("redo", "Do again what was undone."),
        ("history", "List the decisions, newest first."),
    ):
        command = _command(commands, name, f"decide:{name}", text)
        add_project(command)
        if name == "history":
            add_json(command)

    speaker = _command(
        commands, "speaker", "decide:speaker", "Say whose voice this set is; others are found."
    )
    add_project(speaker)
    whose = speaker.add_mutually_exclusive_group(required=True)
    whose.add_argument("--clip", metavar="ID", type=int, action="append")
    whose.add_argument("--cluster", metavar="N", type=int)


def _add_output_commands(commands: "_Commands[argparse.ArgumentParser]") -> None:
    check = _command(
        commands, "check", "output:check", "Say which kept clips the trainer will use, and why not."
    )
    add_project(check)
    _add_target(check)
    add_json(check)

    export = _command(commands, "export", "output:export", "Write a bundle for the trainer.")
    add_project(export)
    export.add_argument("out", metavar="OUT", type=Path, help="a folder that does not exist yet")
    export.add_argument(
        "--format",
        metavar="KEY",
        default="bundle",
        help="bundle, coqui, ljspeech, audiofolder, nemo, gpt_sovits, lhotse, audacity, textgrid, "
        "elan or table",
    )
    _add_target(export)
    export.add_argument("--eval-fraction", type=_fraction, default=0.1)
    export.add_argument("--seed", type=int, default=0, help="of the evaluation split")
    export.add_argument("--speaker", default="voice", help="the speaker's name in the manifest")
    add_json(export)

    demo = _command(
        commands, "demo", "output:demo", "Make a quiz show, find its faults, train on it, report."
    )
    demo.add_argument("out", metavar="OUT", type=Path, help="a folder that only demos are made in")
    demo.add_argument("--seed", type=int, default=0)


def _fraction(text: str) -> float:
    number = float(text)
    if not 0 <= number < 1:
        raise argparse.ArgumentTypeError("must be from 0 to less than 1")
    return number


def _joined(arguments: Sequence[str]) -> list[str]:
    """``--query -uh`` as ``--query=-uh``: a query or a text may begin with a minus."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in ("--query", "--text"):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


@dataclass(frozen=True, slots=True)
class WindowWanted:
    """What the window is to show. project: None for the page where one is chosen."""

    project: Path | None
    quit_after_paint: bool


def window_wanted(arguments: Sequence[str]) -> WindowWanted | None:
    """What was typed, if it asks for the window: nothing, or one project and no command."""
    rest = [argument for argument in arguments if argument != QUIT_AFTER_PAINT]
    quitting = len(rest) < len(arguments)
    if not rest:
        return WindowWanted(None, quitting)
    named = rest[0].endswith(PROJECT_SUFFIX) or Path(rest[0]).is_dir()
    if len(rest) == 1 and not rest[0].startswith("-") and named and rest[0] not in _commands():
        return WindowWanted(Path(rest[0]), quitting)
    return None


def _commands() -> Collection[str]:
    """The names of all commands."""
    return [*next(action.choices or () for action in parser()._actions if action.choices)]


def _cores() -> int:
    return max(1, os.cpu_count() or 1)


def run(arguments: Sequence[str]) -> int:
    """Do what was typed; returns the exit code."""
    parsed = parser().parse_args(_joined(arguments))
    if parsed.command is None:
        parser().print_help(sys.stderr)
        return USAGE
    module, function = parsed.runs.split(":")
    try:
        code = getattr(importlib.import_module(f"curator.cli.{module}"), function)(parsed)
        sys.stdout.flush()
    except CuratorError as error:
        sys.stderr.write(f"{error}\n")
        return COULD_NOT
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. What was finished is kept; the same command goes on.\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has gone; nothing more can be said on stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return int(code)
