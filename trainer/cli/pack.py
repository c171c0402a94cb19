"""``trainer pack``: a bundle, the trainer and one command, to be run on another machine."""

import argparse
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer import __version__
from trainer.bundle.manifest import Bundle, read_bundle
from trainer.cli.commands import configured, say
from trainer.config import TrainConfig, config_hash, resolve, to_toml
from trainer.errors import TrainerError, WrongUsage
from trainer.machine.requirements import LOCK, requirements
from trainer.resources import resources
from trainer.runs.files import sha256_of

ARCHIVES = {".zip": "zip", ".tar": "tar", ".tar.gz": "gztar", ".tgz": "gztar"}
SUMS, BASE_SUMS = "SHA256SUMS", "BASE.SHA256SUMS"
TEMPLATES = ("run.sh", "run.ipynb", "README.md")


def pack(arguments: argparse.Namespace) -> int:
    """Write everything a training needs elsewhere into one folder or archive."""
    bundle = read_bundle(arguments.bundle)
    config = configured(arguments)
    target: Path = arguments.out.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TrainerError(f"{target} is already there.", "Name another.")
    if arguments.with_base and not config.model.base:
        raise WrongUsage("--with-base needs a base to take along.", "Name its folder with --base.")
    _refuse_useless(bundle, config)
    base = _base(config, bundle)
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        _fill(beside, bundle, config, base)
        if arguments.with_base:
            _copy_base(Path(config.model.base), base, beside / "base")
        _hand_over(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    size = target.stat().st_size if target.is_file() else _size(target)
    say(f"{target} is packed ({size / 1e6:,.0f} MB). There: bash run.sh")
    if base and not arguments.with_base:
        say("The base model is not in it; say where its files are: BASE=/folder bash run.sh")
    return 0


def _refuse_useless(bundle: Bundle, config: TrainConfig) -> None:
    """What cannot be trained on here is not worth a rented machine."""
    from trainer.backends import target_of
    from trainer.bundle.preflight import preflight
    from trainer.target import read_target

    judged = preflight(bundle, read_target(target_of(config)))
    trained = [clip for clip in judged.usable if clip.split == "train"]
    if not trained or judged.rejected_share > config.data.max_rejected:
        raise TrainerError(
            f"{len(judged.rejected)} of {len(bundle.clips)} clips cannot be used.",
            "`trainer check` names each with its reason.",
        )


def _base(config: TrainConfig, bundle: Bundle) -> Mapping[str, str]:
    """SHA-256 by file name of the base model; {} where a small random one is built there."""
    from trainer.backends import open_backend
    from trainer.data.features import cache_folder

    if not config.model.base:
        return {}
    plain = resolve(None, None, ["adapt.extend=0"], below=config)
    backend = open_backend(plain, bundle, cache_folder(bundle.folder, plain))
    identity: Any = backend.identity()
    return dict(identity["sha256"])


def _fill(folder: Path, bundle: Bundle, config: TrainConfig, base: Mapping[str, str]) -> None:
    shutil.copytree(bundle.folder, folder / "bundle")
    ours = Path(__file__).resolve().parents[1]
    rubbish = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(ours, folder / "source" / "trainer", ignore=rubbish)
    shutil.copytree(resources(), folder / "source" / "resources", ignore=rubbish)
    for name in TEMPLATES:
        shutil.copyfile(resources() / "pack" / name, folder / name)
    (folder / "run.sh").chmod(0o755)
    there = resolve(None, None, ['model.base=""', 'data.cache=""'], below=config)
    (folder / "config.toml").write_text(to_toml(there), encoding="utf-8")
    needed = requirements(config.model.backend)
    (folder / "requirements.txt").write_text("\n".join(needed) + "\n", encoding="utf-8")
    shutil.copyfile(folder / "requirements.txt", folder / "source" / LOCK)
    if base:
        (folder / BASE_SUMS).write_text(_sums(base), encoding="utf-8")
    about = {
        "format": 1,
        "trainer": __version__,
        "backend": config.model.backend,
        "clips": len(bundle.clips),
        "manifest_sha256": bundle.manifest_sha256,
        "config_sha256": config_hash(there),
        "base_sha256": base,
    }
    (folder / "pack.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}
    (folder / SUMS).write_text(_sums(sums), encoding="utf-8")


def _sums(hashes: Mapping[str, str]) -> str:
    """Hashes as sha256sum writes and checks them."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))


def _copy_base(base: Path, hashes: Mapping[str, str], folder: Path) -> None:
    for name in hashes:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(base / name, folder / name)


def _hand_over(beside: Path, target: Path) -> None:
    """Put the filled folder, or an archive of it, in its place."""
    kinds = [kind for end, kind in ARCHIVES.items() if target.name.endswith(end)]
    if not kinds:
        if target.is_dir():
            target.rmdir()  # empty, as was made sure before
        beside.replace(target)
        return
    made = Path(shutil.make_archive(str(beside), kinds[0], root_dir=beside))
    try:
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
