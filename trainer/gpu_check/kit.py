"""Folder for the GPU check on a machine without network: this trainer, a script and wheels.

The machine has Python 3.12, torch 2.11, transformers and peft with their dependencies. The rest,
``PACKAGES``, is downloaded here and fits in 60 MiB.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import trainer
from trainer.errors import TrainerError
from trainer.resources import resources

PYTHON = "3.12"
TORCH = "2.11"
LIMIT_MIB = 60.0
PACKAGES = (
    "cffi",
    "chatterbox-tts==0.1.7",
    "conformer",
    "coqpit-config",
    "coqui-tts==0.28.0",
    "coqui-tts-trainer",
    "diffusers",
    "einops",
    "msgspec",
    "omegaconf",
    "pillow",
    "platformdirs",
    "pycparser",
    "requests",
    "charset-normalizer",
    "urllib3",
    "certifi",
    "s3tokenizer",
    "scipy",
    "soundfile",
    f"torchaudio=={TORCH}.*",
    "torchcodec==0.11.*",
)
SCRIPT = """#!/usr/bin/env bash
# Trains and speaks with random weights at real size and measures. Options: see the last line.
# Needs Python with torch, transformers and peft; installs the wheels beside it into .env, offline.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -e "$here/.env/done" ] || {
    "${PYTHON:-python3}" -m venv --system-site-packages "$here/.env"
    "$here/.env/bin/python" -m pip install --quiet --no-index --no-deps "$here"/wheels/*.whl
    touch "$here/.env/done"
}
export PYTHONPATH="$here" HF_HUB_OFFLINE=1
exec "$here/.env/bin/python" -W ignore -m trainer.gpu_check.plain_machine "$@"
# --minutes 8 --out gpu-check --device auto --size real --only WORDS
"""


def write_kit(
    folder: Path, show: Callable[[str], None], run: Callable[..., object] = subprocess.run
) -> float:
    """Write the kit into a new folder; returns the size of the wheels in MiB.

    run: as ``subprocess.run``. Raises TrainerError if pip fails or the wheels are too large.
    """
    if folder.exists() and any(folder.iterdir()):
        raise TrainerError(f"{folder} is not empty.", "Name a new folder.")
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(trainer.__file__).parent, folder / "trainer", ignore=ignore)
    shutil.copytree(resources(), folder / "resources", ignore=ignore)
    script = folder / "gpu-check.sh"
    script.write_text(SCRIPT, encoding="utf-8")
    script.chmod(0o755)
    try:
        run(download_command(wheels), check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise TrainerError(f"pip cannot download the wheels: {error}.") from error
    size = sum(path.stat().st_size for path in wheels.iterdir()) / 2**20
    if size > LIMIT_MIB:
        raise TrainerError(f"The wheels have {size:.0f} MiB; the limit is {LIMIT_MIB:.0f}.")
    show(f"{len(list(wheels.iterdir()))} wheels, {size:.1f} MiB. There: bash gpu-check.sh")
    return size


def download_command(wheels: Path) -> Sequence[str]:
    """pip command that downloads the wheels for Linux and Python 3.12."""
    return [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
            "--only-binary", ":all:", "--python-version", PYTHON, "--implementation", "cp",
            "--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_17_x86_64",
            "--platform", "manylinux2014_x86_64", "--platform", "any",
            "--dest", str(wheels), *PACKAGES]  # fmt: skip
