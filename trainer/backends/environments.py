"""Separate virtual environments for inference-only models, created with venv and pip.

An environment holds the additional packages of its model and imports the rest from the trainer's
environment. This saves some gigabytes, and keeps packages with other licences or limited platform
support out of the trainer's environment.
"""

import importlib.metadata
import json
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
from trainer.foreign_files import read_json
from trainer.only_speaks import InferenceModel
from trainer.runs.files import write_atomically
from trainer.system import environment_program

RECORD = "voice-curator.json"  # record of a complete environment; written last
PTH_FILE = "trainer-packages.pth"
INSTALL = ("install", "--no-deps", "--no-input", "--disable-pip-version-check")
RETRIES = "2"  # offline, pip would retry for minutes


def default_folder(key: str) -> Path:
    """Default folder of an environment."""
    return user_data_path("voice-curator", appauthor=False) / "environments" / key


def create_environment(model: InferenceModel, folder: Path, say: Callable[[str], None]) -> None:
    """Show the licence, then create the environment; removed again on failure."""
    say(f"{model.name}. Licence: {model.licence}.")
    for term in model.terms:
        say(f"  {term}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        _require_fit(model, folder)
        say(f"The environment {folder} already exists.")
        return
    missing = [name for name in model.environment.beside if not _version(name)]
    if missing:
        raise TrainerError(
            f"{model.name} requires {', '.join(missing)}, missing from the trainer's environment.",
            "Install them with: curator setup training, and curator setup chatterbox.",
        )
    folder = folder.resolve()
    say(f"Creating {folder} ...")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _install(model, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    say(f"Created. To compare with it: trainer evaluate RUN --model {model.key} --base FOLDER ...")


def _install(model: InferenceModel, folder: Path) -> None:
    python, venv = str(python_of(folder)), [sys.executable, "-m", "venv"]
    if find_spec("pip"):  # our pip can install there; installing a second one takes time
        venv, pip = [*venv, "--without-pip"], [sys.executable, "-m", "pip", "--python", python]
    else:
        pip = [python, "-m", "pip"]
    _run([*venv, str(folder)], "venv could not create an environment")
    pins = ["--retries", RETRIES, *model.environment.pins]
    hint = (
        "This needs network access or a folder of packages (PIP_FIND_LINKS), and a C compiler for"
        " packages without a wheel."
    )
    _run(
        [*pip, *INSTALL, *pins], f"pip could not install {model.package} and its dependencies", hint
    )
    (_packages_of(folder) / PTH_FILE).write_text(f"{_trainer_packages()}\n", encoding="utf-8")
    import_check = [python, "-P", "-c", f"import {model.module}"]
    _run(import_check, f"{model.package} was installed but cannot be imported")
    about = {
        "key": model.key,
        "package": model.package,
        "version": model.version,
        "licence": model.licence,
        "python": platform.python_version(),
        "beside": str(_trainer_packages()),
    }
    write_atomically(folder / RECORD, json.dumps(about, indent=1).encode())


def find_python(model: InferenceModel, folder: Path | None) -> Path:
    """Path of the Python interpreter that runs a model.

    folder: its environment, None for the default one. Without an environment, the trainer's
    interpreter if the package is installed there.
    """
    environment = folder or default_folder(model.key)
    if folder is None and not environment.exists() and _version(model.package):
        _require_version(model, _version(model.package), Path(sys.prefix))
        return Path(sys.executable)
    if not environment.is_dir():
        raise TrainerError(
            f"{model.name} runs in a separate environment, and {environment} does not exist.",
            f"Create it with: {_create_command(model, folder)}",
        )
    _require_fit(model, environment)
    return python_of(environment)


def python_of(folder: Path) -> Path:
    """Path of the Python interpreter of an environment."""
    return environment_program(folder, "python")


def _require_fit(model: InferenceModel, folder: Path) -> None:
    """Raise TrainerError unless the environment fits the model and the trainer's environment."""
    hint = f"Delete it and create it with: {_create_command(model, folder)}"
    try:
        about: Any = read_json(folder / RECORD)
    except (OSError, ValueError) as error:
        raise TrainerError(
            f"{folder} is not a complete environment created by `trainer doctor`.",
            hint,
        ) from error
    if about.get("key") != model.key:
        raise TrainerError(f"{folder} is an environment for {about.get('key')!r}.", hint)
    installed = importlib.metadata.distributions(path=[str(_packages_of(folder))])
    version = next((one.version for one in installed if one.name == model.package), "")
    _require_version(model, version, folder)
    if about.get("beside") != str(_trainer_packages()) or not python_of(folder).exists():
        raise TrainerError(
            f"{folder} was created for the packages in {about.get('beside')}.",
            hint,
        )


def _require_version(model: InferenceModel, version: str, where: Path) -> None:
    if version != model.version:
        raise TrainerError(
            f"{where} has {model.package} {version or '(not installed)'};"
            f" {model.version} is required.",
            f"Create an environment with: {_create_command(model, None)}",
        )


def _create_command(model: InferenceModel, folder: Path | None) -> str:
    return f"trainer doctor --make {model.key}" + (f" --env {folder}" if folder else "")


def _trainer_packages() -> Path:
    """Folder of the trainer's installed packages."""
    return Path(sysconfig.get_path("purelib"))


def _packages_of(folder: Path) -> Path:
    """Package folder of an environment, for the running Python version."""
    names = {"base": str(folder), "platbase": str(folder)}
    return Path(sysconfig.get_path("purelib", "venv", names))


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _run(command: Sequence[str], failure: str, hint: str = "") -> None:
    """Run a program; TrainerError with its last error line if it fails."""
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return
    lines = [line.strip() for line in (result.stderr or result.stdout).splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"ERROR:|\w*Error\b", line)]
    message = (errors or lines or ["no output"])[-1].removeprefix("ERROR: ").rstrip(".")
    raise TrainerError(f"{failure}: {message}.", hint)
