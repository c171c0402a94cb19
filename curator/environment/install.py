"""Installation of the parts of ``curator setup`` by uv, from the shipped lock files.

An interrupted installation continues: uv keeps finished downloads, and a part counts as installed
only once all of it is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from curator.domain import system
from curator.domain.errors import CuratorError
from curator.environment.accelerator import ACCELERATORS, Accelerator
from curator.environment.installed import (
    InstalledParts,
    environment_folder,
    python_of,
    read_record,
    write_record,
)
from curator.environment.parts import PARTS, TORCH, Part, is_gpu_library, name_of

PYTHONS = ((3, 11), (3, 12), (3, 13))  # for which the locked torch has builds
GB = 1_000_000_000
UV = "uv>=0.9,<1"
UV_FOLDER = Path.home().anchor  # elsewhere uv takes settings from a pyproject.toml, whosever it is
SPARE_GB = 1.0  # left free on the disk

Run = Callable[[Sequence[str]], int]
"""Runs a program with its output shown; returns its exit code."""


def run_program(command: Sequence[str]) -> int:
    """Run a program in the foreground."""
    return subprocess.run(command, check=False, env=uv_environment(), cwd=UV_FOLDER).returncode


def uv_environment() -> dict[str, str]:
    """Variables of this process, and those by which uv trusts the system's certificates, as pip.

    Older versions of uv know the second name only.
    """
    return {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1", **os.environ}


def size_gb(part: Part, accelerator: Accelerator) -> float:
    """Disk space of a part in GB, beyond what is installed; 0 if it is complete."""
    record = read_record(environment_folder())
    if part.key in record.parts:
        return 0.0
    whole = part.cuda_gb if accelerator.has_cuda else part.cpu_gb
    if not record.parts:
        return whole
    shared = {line for key in record.parts if key in PARTS for line in PARTS[key].lines()}
    return round(part.cpu_gb * len(set(part.lines()) - shared) / len(part.lines()), 1)


def require_space(gigabytes: float) -> None:
    """Raise CuratorError if the disk of the environment has too little free space."""
    folder = environment_folder()
    existing = next(each for each in (folder, *folder.parents) if each.is_dir())
    free = shutil.disk_usage(existing).free / GB
    if free < gigabytes + SPARE_GB:
        raise CuratorError(
            f"{existing} has {free:.1f} GB free; {gigabytes + SPARE_GB:.1f} GB are needed.",
            "Free some space, or set XDG_DATA_HOME to a folder on another disk.",
        )


def install(part: Part, accelerator: Accelerator, run: Run = run_program) -> Path:
    """Install a part; returns the environment's folder. Raises CuratorError if it fails."""
    folder = environment_folder()
    record = read_record(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    uv = _make_environment(run, folder, part)
    pip = [uv, "pip", "install", "--python", str(python_of(folder))]
    lines = part.lines()
    if not accelerator.is_published:
        ours, lines = lines, [line for line in lines if not is_gpu_library(line)]
        lines = [line for line in lines if name_of(line) not in TORCH]
        torch = [line for line in ours if name_of(line) in TORCH]
        _install_lines(run, [*pip, f"--torch-backend={accelerator.backend}"], torch, part)
    _install_lines(run, [*pip, "--no-deps"], lines, part)
    check = f"import {', '.join(part.modules)}"
    _do(run, [str(python_of(folder)), "-I", "-c", check], part)
    parts = tuple(dict.fromkeys((*record.parts, part.key)))
    write_record(folder, InstalledParts(parts, accelerator.key))
    return folder


def chosen_accelerator(key: str, detect: Callable[[], Accelerator]) -> Accelerator:
    """Accelerator of an option, else of the environment, else of this machine."""
    key = key or read_record(environment_folder()).accelerator
    return ACCELERATORS.get(key) or detect()


def _make_environment(run: Run, folder: Path, part: Part) -> str:
    """Make the environment if it is missing; returns uv, which is installed there if needed."""
    version = sys.version_info[:2]
    python, uv = python_of(folder), shutil.which("uv")
    if uv:
        if not python.exists():
            wanted = version if version in PYTHONS else PYTHONS[-1]
            name = ".".join(map(str, wanted))
            _do(run, [uv, "venv", "--allow-existing", "--python", name, str(folder)], part)
        return uv
    if version not in PYTHONS:
        raise CuratorError(
            f"torch 2.8 has no build for Python {version[0]}.{version[1]}.",
            "Install uv, which brings another Python, and repeat the command.",
        )
    uv = str(python.with_name("uv.exe" if system.WINDOWS else "uv"))
    if not Path(uv).exists():
        _do(run, [sys.executable, "-m", "venv", str(folder)], part)
        _do(run, [str(python), "-m", "pip", "install", "--quiet", UV], part)
    return uv


def _install_lines(run: Run, pip: Sequence[str], lines: Sequence[str], part: Part) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{part.key}.lock"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        _do(run, [*pip, "-r", str(path)], part)


def _do(run: Run, command: Sequence[str], part: Part) -> None:
    code = run(command)
    if code:
        program = Path(command[0]).name
        raise CuratorError(
            f"Installing {part.key} stopped: {program} ended with exit code {code}.",
            "Check the network and the disk; the same command continues.",
        )
