"""Small bases that ship with this project, in a few megabytes each.

A packed base has half-precision numbers, bytes of equal rank side by side, and LZMA. Much of the
widened vocoder and of the speaker encoder is zero, which compresses to almost nothing.
"""

import json
import lzma
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trainer.backends.xtts.base import LEARNT_CODES_OF, LICENCE, load_tensors
from trainer.backends.xtts.mel_bands import FILE as BANDS_FILE
from trainer.backends.xtts.mel_bands import fit_to_voice, read_statistics, statistics_of
from trainer.config import nearest
from trainer.errors import WrongUsage
from trainer.foreign_files import parse_json, read_bytes
from trainer.resources import resources
from trainer.runs.files import build_once, sha256_of

if TYPE_CHECKING:
    import torch

    from trainer.bundle.manifest import Bundle

    Tensors = Mapping[str, torch.Tensor]

WEIGHTS = "weights.xz"
COPIED = ("config.json", "vocab.json")
SENTENCES = "sentences.toml"
"""Test sentences that the base has words for."""
REFERENCE = "reference.wav"
"""A few seconds of the base's voice, to prompt it."""
ROUNDED = ("gpt.conditioning_encoder.", "gpt.conditioning_perceiver.")
"""Parts that hardly matter with few voices; they keep 5 bits of their mantissa's 10."""
KEPT_BITS = np.uint16(0xFFE0)
EFFORT = 9
"""Preset of LZMA, 0 to 9."""


def shipped_bases() -> list[str]:
    """Names of the bases."""
    return sorted(path.parent.name for path in (resources() / "bases").glob(f"*/{WEIGHTS}"))


def write_shipped_base(name: str, folder: Path, bundle: "Bundle | None" = None) -> None:
    """Write a base in the released layout, float32; WrongUsage if unknown or there already.

    bundle: clips of the voice to which its codes are fitted, see ``mel_bands``.
    """
    names = shipped_bases()
    if name not in names:
        raise WrongUsage(f"No base {name!r} ships with this project.", nearest(name, names))
    if folder.exists():
        raise WrongUsage(f"{folder} exists already.", "Name a new folder.")
    source = resources() / "bases" / name

    def build(empty: Path) -> None:
        unpack(source, empty)
        if bundle is not None:
            usual = read_statistics(source / BANDS_FILE)
            fit_to_voice(empty, usual, statistics_of(bundle, empty))

    build_once(folder, build)


def pack(base: Path, folder: Path) -> None:
    """Write the base to ``folder`` as WEIGHTS and COPIED."""
    import torch

    files = {name: load_tensors(base / name) for name in ("model.pth", "dvae.pth")}
    stats: object = torch.load(base / "mel_stats.pth", weights_only=True)
    assert isinstance(stats, torch.Tensor)
    files["mel_stats.pth"] = {"": stats}
    header: dict[str, list[tuple[str, list[int], str]]] = {}
    high, low = bytearray(), bytearray()
    for file, tensors in files.items():
        header[file] = [
            (name, list(value.shape), str(value.dtype).removeprefix("torch."))
            for name, value in tensors.items()
        ]
        for name, value in tensors.items():
            half = value.detach().to(torch.float16).contiguous().numpy().reshape(-1).view(np.uint16)
            if name.startswith(ROUNDED):
                half = half & KEPT_BITS
            high += (half >> 8).astype(np.uint8).tobytes()
            low += (half & 0xFF).astype(np.uint8).tobytes()
    folder.mkdir(parents=True, exist_ok=True)
    line = json.dumps(header).encode() + b"\n"
    (folder / WEIGHTS).write_bytes(lzma.compress(line + high + low, preset=EFFORT))
    for name in COPIED:
        shutil.copyfile(base / name, folder / name)


def unpack(folder: Path, base: Path) -> None:
    """Write the packed base in ``folder``, with licence and reference, to the folder ``base``."""
    import torch

    line, _, planes = lzma.decompress(read_bytes(folder / WEIGHTS)).partition(b"\n")
    high, low = np.frombuffer(planes, dtype=np.uint8).reshape(2, -1).astype(np.uint16)
    half = torch.from_numpy((high << 8 | low).view(np.float16))
    position = 0
    files: dict[str, dict[str, torch.Tensor]] = {}
    for file, entries in parse_json(line).items():
        files[file] = {}
        for name, shape, dtype in entries:
            count = int(np.prod(shape))
            values = half[position : position + count].to(getattr(torch, dtype))
            files[file][name] = values.reshape(shape).clone()
            position += count
    torch.save(files["dvae.pth"], base / "dvae.pth")
    torch.save(files["mel_stats.pth"][""], base / "mel_stats.pth")
    hash_of_codes = sha256_of(base / "dvae.pth")
    torch.save({"model": files["model.pth"], LEARNT_CODES_OF: hash_of_codes}, base / "model.pth")
    for name in (*COPIED, LICENCE, REFERENCE, SENTENCES):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, base / name)
