"""Environments of their own for models that only speak, made by Python's venv and pip.

Such an environment holds what its model needs beyond the trainer's packages, and sees the
trainer's packages beside it: some gigabytes are not installed twice, and nothing that is under
another licence, or cannot be had everywhere, gets into the trainer's own environment.
"""

import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from trainer.errors import TrainerError
from trainer.only_speaks import InferenceModel
from trainer.runs.files import write_atomically

MADE = "voice-curator.json"  # says what an environment was made of; absent until it was finished
SEES = "trainer-packages.pth"
WINDOWS = os.name == "nt"
INSTALL = ("install", "--no-deps", "--no-input", "--disable-pip-version-check")
RETRIES = "2"  # without a network pip would try for minutes


def usual_place(key: str) -> Path:
    """Where an environment is made and looked for if no folder is named."""
    return user_data_path("voice-curator", appauthor=False) / "environments" / key


def make(model: InferenceModel, folder: Path, say: Callable[[str], None]) -> None:
    """Make the environment in ``folder``, its licence told first; whole, or not there."""
    say(f"{model.name}. Licence: {model.licence}.")
    for term in model.terms:
        say(f"  {term}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        _refuse_unless_good(model, folder)
        say(f"The environment {folder} is there already.")
        return
    lacking = [name for name in model.environment.beside if not _version(name)]
    if lacking:
        raise TrainerError(
            f"{model.name} also needs {', '.join(lacking)}, which the trainer's packages lack.",
            "Install them with: pip install voice-curator[xtts,chatterbox]",
        )
    folder = folder.resolve()
    say(f"Making {folder} ...")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _fill(model, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    say(f"Made. Compare with it: trainer evaluate RUN --model {model.key} --base FOLDER ...")


def _fill(model: InferenceModel, folder: Path) -> None:
    python, making = str(python_of(folder)), [sys.executable, "-m", "venv"]
    if find_spec("pip"):  # ours installs elsewhere, too; a second one would take its time
        making, pip = [*making, "--without-pip"], [sys.executable, "-m", "pip", "--python", python]
    else:
        pip = [python, "-m", "pip"]
    _run([*making, str(folder)], "Python's venv could not make an environment")
    pins = ["--retries", RETRIES, *model.environment.pins]
    hint = (
        "It needs a network, or a folder with the packages (PIP_FIND_LINKS); a C compiler builds"
        " those without a wheel."
    )
    _run([*pip, *INSTALL, *pins], f"pip could not install {model.package} and what it needs", hint)
    (_packages_of(folder) / SEES).write_text(f"{_own_packages()}\n", encoding="utf-8")
    trial = [python, "-P", "-c", f"import {model.module}"]
    _run(trial, f"{model.package} was installed and cannot be imported")
    about = {
        "key": model.key,
        "package": model.package,
        "version": model.version,
        "licence": model.licence,
        "python": platform.python_version(),
        "beside": str(_own_packages()),
    }
    write_atomically(folder / MADE, json.dumps(about, indent=1).encode())


def find_python(model: InferenceModel, folder: Path | None) -> Path:
    """The Python in which a model speaks.

    folder: its environment, None for the usual place. Where none was made, and the package lies
    among the trainer's own, the trainer's Python.
    """
    place = folder or usual_place(model.key)
    if folder is None and not place.exists() and _version(model.package):
        _refuse_version(model, _version(model.package), Path(sys.prefix))
        return Path(sys.executable)
    if not place.is_dir():
        raise TrainerError(
            f"{model.name} speaks in an environment of its own, and {place} is not there.",
            f"Make it with: {_command(model, folder)}",
        )
    _refuse_unless_good(model, place)
    return python_of(place)


def python_of(folder: Path) -> Path:
    """The Python of an environment."""
    return folder / "Scripts" / "python.exe" if WINDOWS else folder / "bin" / "python"


def _refuse_unless_good(model: InferenceModel, folder: Path) -> None:
    """Refuse what was not made for this model, in this version, beside these packages."""
    again = f"Delete it, and make it with: {_command(model, folder)}"
    try:
        about: Any = json.loads((folder / MADE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainerError(
            f"{folder} is no environment that `trainer doctor` made, or it was not finished.",
            again,
        ) from error
    if about.get("key") != model.key:
        raise TrainerError(f"{folder} is an environment for {about.get('key')!r}.", again)
    found = importlib.metadata.distributions(path=[str(_packages_of(folder))])
    there = next((each.version for each in found if each.name == model.package), "")
    _refuse_version(model, there, folder)
    if about.get("beside") != str(_own_packages()) or not python_of(folder).exists():
        raise TrainerError(
            f"{folder} was made beside the packages in {about.get('beside')}, not beside these.",
            again,
        )


def _refuse_version(model: InferenceModel, there: str, where: Path) -> None:
    if there != model.version:
        raise TrainerError(
            f"{where} holds {model.package} {there or 'in no version'}; {model.version} is needed.",
            f"Make an environment with: {_command(model, None)}",
        )


def _command(model: InferenceModel, folder: Path | None) -> str:
    return f"trainer doctor --make {model.key}" + (f" --env {folder}" if folder else "")


def _own_packages() -> Path:
    """The folder of the trainer's own packages."""
    return Path(sysconfig.get_path("purelib"))


def _packages_of(folder: Path) -> Path:
    """The folder of an environment's packages; of the same Python as ours."""
    names = {"base": str(folder), "platbase": str(folder)}
    return Path(sysconfig.get_path("purelib", "venv", names))


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _run(command: Sequence[str], failure: str, hint: str = "") -> None:
    """Run a program; where it fails, say what it said of it."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"ERROR:|\w*Error\b", line)]
    said = (errors or lines or ["nothing"])[-1].removeprefix("ERROR: ").rstrip(".")
    raise TrainerError(f"{failure}: {said}.", hint)
