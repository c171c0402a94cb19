"""Argument parser of the command line. Modules of commands are imported when a command runs."""

import argparse
import importlib
import os
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from curator import __version__
from curator.cli.balance_arguments import add_balance_commands
from curator.cli.clean_arguments import add_clean_command, add_models_command, add_setup_command
from curator.cli.history_arguments import add_history_commands
from curator.cli.shared_arguments import (
    add_json,
    add_on,
    add_project,
    add_whisper,
    plugin_keys,
    positive,
)
from curator.cli.terminal_text import escaped_output, write_utf8
from curator.demo.training import PRESETS, SPEAKING
from curator.domain.errors import CuratorError, printable
from curator.domain.project_file import SUFFIX, project_folder
from curator.domain.recording import SoundChoice
from curator.domain.speaker_encoder import ENCODERS
from curator.jobs.step_table import STEPS

COULD_NOT = 1
USAGE = 2
INTERRUPTED = 130

QUIT_AFTER_PAINT = "--quit-after-paint"
PROJECT_SUFFIX = ".curator"

_Commands = argparse._SubParsersAction  # argparse has no public name for this type


def parser() -> argparse.ArgumentParser:
    """Parser with all commands and options."""
    top = argparse.ArgumentParser(
        prog="curator",
        usage="curator [PROJECT]\n       curator COMMAND ...",
        description="Turns recordings of a voice into a training set. Without a command, the "
        "window opens.",
        epilog="curator [PROJECT] --quit-after-paint opens the window, paints it and quits. "
        "Exit codes: 0 success, 1 failure (reason on stderr), 2 wrong usage, "
        "130 interrupted (finished work is kept).",
    )
    top.add_argument("--version", action="version", version=f"curator {__version__}")
    commands = top.add_subparsers(prog="curator", metavar="COMMAND", dest="command")
    _add_project_commands(commands)
    _add_decision_commands(commands)
    _add_output_commands(commands)
    add_setup_command(lambda name, runs, text: _command(commands, name, runs, text))
    add_models_command(lambda name, runs, text: _command(commands, name, runs, text))
    add_clean_command(lambda name, runs, text: _command(commands, name, runs, text), _cores())
    add_balance_commands(lambda name, runs, text: _command(commands, name, runs, text))
    add_history_commands(lambda name, runs, text: _command(commands, name, runs, text))
    return top


def _command(
    commands: "_Commands[argparse.ArgumentParser]", name: str, runs: str, text: str
) -> argparse.ArgumentParser:
    """Add a command. runs: "module:function" in curator.cli, called with the arguments."""
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(runs=runs)
    return command


def _add_target(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--target", metavar="KEY", default="", help="model family; default: that of the project"
    )


def _add_project_commands(commands: "_Commands[argparse.ArgumentParser]") -> None:
    new = _command(commands, "new", "project:new", "Create a project.")
    add_project(new)
    new.add_argument("--language", default="", help="code or English name; default: detected")
    new.add_argument("--target", default="xtts_v2", help="model family; default: %(default)s")
    new.add_argument(
        "--categories", default="quiz_show", help="initial category set; default: %(default)s"
    )

    imports = _command(commands, "import", "project:import_", "Import recordings.")
    add_project(imports)
    imports.add_argument(
        "paths", metavar="PATH", nargs="+", type=Path, help="audio or video files, or folders"
    )
    imports.add_argument(
        "--track",
        metavar="N|TITLE",
        default="",
        help="sound track of files with several; default: the one with the default flag",
    )
    imports.add_argument(
        "--channel",
        metavar="CHANNEL",
        type=_channel,
        default="",
        help="left, right, a number from 1, mix, or each for one recording a channel; default: "
        "mix, or one of two channels that cancel each other",
    )
    imports.add_argument("--licence", default="", help="licence of the recordings")
    imports.add_argument("--consent", default="", help="consent statement: who, to what, when")
    imports.add_argument("--jobs", type=positive, default=_cores(), help="worker processes")
    add_json(imports)

    analyse = _command(
        commands, "analyse", "analyse:analyse", "Segment, transcribe, embed and score recordings."
    )
    add_project(analyse)
    analyse.add_argument(
        "--only",
        metavar="STAGE,...",
        default="",
        help="run only these stages (listed below); default: all that do not say otherwise",
    )
    analyse.formatter_class = argparse.RawDescriptionHelpFormatter
    stages = (f"  {step.key:<18}{step.title}" for step in STEPS if not step.runs_after)
    analyse.epilog = "\n".join(("stages, in order:", *stages))
    add_whisper(analyse)
    analyse.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    analyse.add_argument("--jobs", type=positive, default=_cores(), help="worker processes")
    analyse.add_argument(
        "--exact", action="store_true", help="exact DNSMOS scores, about 9 times slower"
    )
    analyse.add_argument("--seed", type=int, default=0, help="random seed of the maps")
    add_on(analyse)
    add_json(analyse)

    segment = _command(
        commands,
        "segment",
        "segment:segment",
        "Cut recordings into clips again, with other lengths; clips with decisions stay.",
    )
    add_project(segment)
    for option, text in (
        ("--min", "shortest clip"),
        ("--max", "longest clip"),
        ("--preferred", "preferred length of clips"),
    ):
        segment.add_argument(
            option, metavar="SECONDS", type=float, help=f"{text}; default: as now in the project"
        )
    segment.add_argument(
        "--reset", action="store_true", help="lengths of the model family, where none is given"
    )
    add_whisper(segment)
    segment.add_argument("--jobs", type=positive, default=_cores(), help="worker processes")
    add_json(segment)

    verify = _command(
        commands, "verify", "project:verify", "Check a project or an exported bundle."
    )
    verify.add_argument("path", metavar="PROJECT|BUNDLE", type=Path)
    add_json(verify)

    doctor = _command(
        commands, "doctor", "project:doctor", "Check installation, devices and models."
    )
    add_json(doctor)


def _add_decision_commands(commands: "_Commands[argparse.ArgumentParser]") -> None:
    clips = _command(commands, "clips", "clips:clips", "List clips.")
    add_project(clips)
    clips.add_argument("--query", metavar="Q", default="", help='e.g. "state:kept snr>20 -uh"')
    clips.epilog = f"Scorers: {plugin_keys('stages', 'scoring', 'scorers')}."
    add_json(clips)

    decide = _command(
        commands, "decide", "decide:decide", "Set state, category or text of the clips of a query."
    )
    add_project(decide)
    decide.add_argument("--query", metavar="Q", required=True, help='query; "" selects all clips')
    what = decide.add_mutually_exclusive_group(required=True)
    what.add_argument("--keep", action="store_true")
    what.add_argument("--drop", action="store_true")
    what.add_argument("--undecide", action="store_true")
    what.add_argument("--emotion", metavar="KEY", help='category key, or "none"')
    what.add_argument("--text", metavar="TEXT", help="corrected transcript")

    for name, text in (
        ("undo", "Undo the last decision."),
        ("redo", "Redo the last undone decision."),
        ("history", "List the decisions, newest first."),
    ):
        command = _command(commands, name, f"decide:{name}", text)
        add_project(command)
        if name == "history":
            add_json(command)

    speaker = _command(
        commands,
        "speaker",
        "decide:speaker",
        "Choose the voice of the set; clips of other voices are flagged.",
    )
    add_project(speaker)
    choice = speaker.add_mutually_exclusive_group(required=True)
    choice.add_argument(
        "--clip", metavar="ID", type=int, action="append", help="clip of this voice"
    )
    choice.add_argument("--cluster", metavar="N", type=int, help="map cluster of this voice")
    choice.add_argument(
        "--encoder",
        choices=tuple(ENCODERS),
        help="network of the speaker embeddings; they are computed again by the next analysis",
    )


def _add_output_commands(commands: "_Commands[argparse.ArgumentParser]") -> None:
    check = _command(
        commands,
        "check",
        "output:check",
        "List kept clips that the trainer would refuse, with reasons.",
    )
    add_project(check)
    _add_target(check)
    add_json(check)

    export = _command(commands, "export", "output:export", "Export a training set.")
    add_project(export)
    export.add_argument("out", metavar="OUT", type=Path, help="new folder")
    export.add_argument(
        "--format",
        metavar="KEY",
        default="bundle",
        help=f"one of: {plugin_keys('export', 'formats')} (default: %(default)s)",
    )
    _add_target(export)
    export.add_argument(
        "--eval-fraction",
        type=_fraction,
        default=0.1,
        help="share of evaluation clips; default: %(default)s",
    )
    export.add_argument("--seed", type=int, default=0, help="random seed of the evaluation split")
    export.add_argument("--speaker", default="voice", help="speaker name in the manifest")
    export.add_argument(
        "--push",
        metavar="OWNER/NAME",
        default="",
        help="upload the export to a private data set repository on Hugging Face; needs licence "
        "and consent of every recording",
    )
    export.add_argument("--public", action="store_true", help="with --push: a public repository")
    add_json(export)

    desktop = _command(
        commands,
        "desktop",
        "desktop:desktop",
        "Add curator to the menu and open projects by double click, for this user.",
    )
    what = desktop.add_mutually_exclusive_group(required=True)
    what.add_argument("--install", action="store_true")
    what.add_argument("--remove", action="store_true")

    demo = _command(
        commands,
        "demo",
        "output:demo",
        "Run the whole workflow on a synthetic quiz show and report.",
    )
    demo.add_argument("out", metavar="OUT", type=Path, help="new folder, or one of an earlier demo")
    demo.add_argument("--seed", type=int, default=0)
    demo.add_argument(
        "--preset",
        choices=PRESETS,
        default=SPEAKING,
        help="tiny-en: a small base that speaks; tiny-cpu: a random network, quicker;"
        " default: tiny-en",
    )


def _channel(text: str) -> str:
    """A choice of channel."""
    try:
        _ = SoundChoice(channel=text.lower()).index
    except ValueError:
        raise argparse.ArgumentTypeError(
            "must be left, right, mix, each or a number from 1"
        ) from None
    return text.lower()


def _fraction(text: str) -> float:
    number = float(text)
    if not 0 <= number < 1:
        raise argparse.ArgumentTypeError("must be at least 0 and less than 1")
    return number


def _joined(arguments: Sequence[str]) -> list[str]:
    """Join ``--query -uh`` to ``--query=-uh``: queries and texts may start with a minus."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in ("--query", "--text"):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


@dataclass(frozen=True, slots=True)
class WindowRequest:
    """Request to open the window. project: None shows the start page."""

    project: Path | None
    quit_after_paint: bool


def window_request(arguments: Sequence[str]) -> WindowRequest | None:
    """Request to open the window if the arguments are empty or one project, else None."""
    rest = [argument for argument in arguments if argument != QUIT_AFTER_PAINT]
    quitting = len(rest) < len(arguments)
    if not rest:
        return WindowRequest(None, quitting)
    named = rest[0].endswith((PROJECT_SUFFIX, SUFFIX)) or Path(rest[0]).is_dir()
    if len(rest) == 1 and not rest[0].startswith("-") and named and rest[0] not in _commands():
        return WindowRequest(project_folder(Path(rest[0])), quitting)
    return None


def _commands() -> Collection[str]:
    """Names of all commands."""
    return [*next(action.choices or () for action in parser()._actions if action.choices)]


def _refuse_broken_text(parsed: argparse.Namespace) -> None:
    """Exit with a usage error where a text is not valid UTF-8; paths may be."""
    for name, value in vars(parsed).items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and not text.isascii() and printable(text) != text:
                try:
                    text.encode("utf-8")
                except UnicodeEncodeError:
                    parser().error(f"argument --{name}: {printable(text)} is not valid UTF-8")


def _cores() -> int:
    return max(1, os.cpu_count() or 1)


def run(arguments: Sequence[str]) -> int:
    """Run a command; returns the exit code. Everything it writes is escaped."""
    with escaped_output():
        return _run(arguments)


def _damage(parsed: argparse.Namespace) -> str:
    """Sentence about the first damaged project of a command, "" if all are in order."""
    from curator.store.diagnosis import damage_in

    named = [getattr(parsed, name, None) for name in ("project", "other", "path")]
    return next(filter(None, (damage_in(path) for path in named if isinstance(path, Path))), "")


def _run(arguments: Sequence[str]) -> int:
    parsed = parser().parse_args(_joined(arguments))
    if parsed.command is None:
        parser().print_help(sys.stderr)
        return USAGE
    _refuse_broken_text(parsed)
    if getattr(parsed, "json", False):
        write_utf8()
    module, function = parsed.runs.split(":")
    try:
        code = getattr(importlib.import_module(f"curator.cli.{module}"), function)(parsed)
        sys.stdout.flush()
    except CuratorError as error:
        sys.stderr.write(f"{error}\n")
        return COULD_NOT
    except BrokenPipeError:
        # The reader of stdout (head, less) has exited.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # full disk, missing permission
        where = f" ({printable(os.fsdecode(error.filename))})" if error.filename else ""
        sys.stderr.write(f"{error.strerror or error}{where}. Finished work is kept.\n")
        return COULD_NOT
    except Exception:
        if not (sentence := _damage(parsed)):
            raise  # a fault of the program
        sys.stderr.write(f"{sentence}\n")
        return COULD_NOT
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. Finished work is kept; run the command again to continue.\n")
        return INTERRUPTED
    return int(code)
