"""Starts ``trainer``, ours and not the package of the same name that coqui-tts depends on.

Two packages of one name in one folder would overwrite each other's files, and whichever comes first
on the path hides the other. So an installed wheel keeps ours in a folder of its own, and everything
that starts trainer, the command ``trainer`` included, puts that folder first.
"""

import os
import runpy
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from curator.domain import system
from curator.environment.installed import python_for


def trainer_home() -> Path:
    """The folder that has our ``trainer`` package: the checkout, or its own folder in a wheel."""
    top = Path(__file__).resolve().parents[1]
    apart = top / "voice_curator_trainer"
    return apart if apart.is_dir() else top


def trainer_command(*arguments: str) -> list[str]:
    """What to run, with ``trainer_environment``, to start trainer as a process of its own."""
    return [python_for("training", "chatterbox"), "-m", "trainer", *arguments]


def trainer_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """An environment in which ``python -m trainer`` is ours, from whatever folder it is started."""
    before = [part for part in environment.get("PYTHONPATH", "").split(os.pathsep) if part]
    return {**environment, "PYTHONPATH": os.pathsep.join([str(trainer_home()), *before])}


def use_trainer() -> None:
    """Make ``import trainer`` ours in this process; call it before the import."""
    sys.path.insert(0, str(trainer_home()))


def main() -> None:
    """The command ``trainer``."""
    # For this process, and for the ones it starts (torchrun, workers that load data).
    use_trainer()
    os.environ.update(trainer_environment())
    command = trainer_command(*sys.argv[1:])
    if command[0] != sys.executable:  # of the environment that `curator setup` made
        if system.WINDOWS:  # there, a program that becomes another one gets another number
            sys.exit(subprocess.call(command))
        os.execv(command[0], command)
    runpy.run_module("trainer", run_name="__main__", alter_sys=True)
