"""Command pack: a bundle and the trainer, to run on another machine."""

import argparse
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer import __version__
from trainer.bundle.manifest import Bundle, read_bundle
from trainer.cli.commands import configured
from trainer.config import TrainConfig, config_hash, resolve, to_toml
from trainer.errors import TrainerError, WrongUsage
from trainer.foreign_files import path_inside, read_bytes
from trainer.machine.requirements import LOCK, requirements
from trainer.output import print_line
from trainer.resources import resources
from trainer.runs.files import move_into_place, scratch_folder, sha256_of

ARCHIVES = {".zip": "zip", ".tar": "tar", ".tar.gz": "gztar", ".tgz": "gztar"}
SUMS, BASE_SUMS = "SHA256SUMS", "BASE.SHA256SUMS"
BUNDLE_FILES = ("manifest.jsonl", "bundle.json", "refused.jsonl", "data_card.md")
TEMPLATES = ("run.sh", "run.ipynb", "README.md", "train.sbatch", "train.sky.yaml")


def pack(arguments: argparse.Namespace) -> int:
    """Write a self-contained training into a folder or archive."""
    bundle = read_bundle(arguments.bundle)
    config = configured(arguments)
    target: Path = arguments.out.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TrainerError(f"{target} already exists.", "Choose another name.")
    if arguments.with_base and not config.model.base:
        raise WrongUsage("--with-base needs a base model.", "Name its folder with --base.")
    _refuse_unusable(bundle, config)
    base_folder, base = _base(config, bundle)
    with scratch_folder(target) as temporary:
        contents = temporary / "contents"
        contents.mkdir()
        _fill(contents, bundle, config, base)
        if arguments.with_base:
            _copy_base(base_folder, base, contents / "base")
        _place(contents, target)
    size = target.stat().st_size if target.is_file() else _size(target)
    print_line(f"Packed {target} ({size / 1e6:,.0f} MB). Start it with: bash run.sh")
    if base and not arguments.with_base:
        print_line(
            f"The base model is not included; give its folder, a copy of {base_folder}:"
            " BASE=/folder bash run.sh"
        )
    return 0


def _refuse_unusable(bundle: Bundle, config: TrainConfig) -> None:
    """Raise TrainerError if too many clips are unusable."""
    from trainer.bundle.preflight import preflight
    from trainer.families import target_of
    from trainer.target import read_target

    checked = preflight(bundle, read_target(target_of(config)))
    training = [clip for clip in checked.usable if clip.split == "train"]
    if not training or checked.rejected_share > config.data.max_rejected:
        raise TrainerError(
            f"{len(checked.rejected)} of {len(bundle.clips)} clips are unusable.",
            "Run `trainer check` to list each with its reason.",
        )


def _base(config: TrainConfig, bundle: Bundle) -> tuple[Path, Mapping[str, str]]:
    """Folder of the base model and SHA-256 by file name; no files for a random network."""
    from trainer.families import open_backend

    if not config.model.base:
        return Path(), {}
    plain = resolve(None, None, ["adapt.extend=0"], below=config)
    backend = open_backend(plain, bundle)
    identity: Any = backend.identity()
    if added := identity.get("added"):  # the new tokens are added on the target
        return Path(config.model.base), dict(added["base"])
    return Path(identity["base"] or config.model.base), dict(identity["sha256"])


def _fill(folder: Path, bundle: Bundle, config: TrainConfig, base: Mapping[str, str]) -> None:
    _copy_bundle(bundle, folder / "bundle")
    source = Path(__file__).resolve().parents[1]
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(source, folder / "source" / "trainer", ignore=ignored)
    shutil.copytree(resources(), folder / "source" / "resources", ignore=ignored)
    for name in TEMPLATES:
        shutil.copyfile(resources() / "pack" / name, folder / name)
    (folder / "run.sh").chmod(0o755)
    packed_config = resolve(None, None, ['model.base=""', 'data.cache=""'], below=config)
    (folder / "config.toml").write_text(to_toml(packed_config), encoding="utf-8")
    needed = requirements(config.model.backend, (clip.language for clip in bundle.clips))
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
        "config_sha256": config_hash(packed_config),
        "base_sha256": base,
    }
    (folder / "pack.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}
    (folder / SUMS).write_text(_sums(sums), encoding="utf-8")


def _sums(hashes: Mapping[str, str]) -> str:
    """Hashes in the format of sha256sum."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))


def _copy_base(base: Path, hashes: Mapping[str, str], folder: Path) -> None:
    for name in hashes:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(base / name, folder / name)


def _copy_bundle(bundle: Bundle, folder: Path) -> None:
    """Copy what the bundle consists of, and nothing else that lies or is linked in its folder.

    A clip whose file is not the one of the manifest stays behind; training leaves it out.
    """
    (folder / "wavs").mkdir(parents=True)
    for name in BUNDLE_FILES:
        path = path_inside(bundle.folder, name)
        if path.is_file():
            (folder / name).write_bytes(read_bytes(path))
    for clip in bundle.clips:
        bundle.copy_audio(clip, folder / clip.audio)


def _place(contents: Path, target: Path) -> None:
    """Move the filled folder, or an archive of it, to ``target``."""
    formats = [
        archive_format
        for suffix, archive_format in ARCHIVES.items()
        if target.name.endswith(suffix)
    ]
    if not formats:
        move_into_place(contents, target)
        return
    name = str(contents.with_name("archive"))
    move_into_place(Path(shutil.make_archive(name, formats[0], root_dir=contents)), target)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
