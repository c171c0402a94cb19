"""Base in a few megabytes: half precision, bytes of equal rank side by side, LZMA.

The widened vocoder and the speaker encoder are mostly zeros, which compress to almost nothing.
"""

import json
import lzma
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from trainer.backends.xtts.base import LEARNT_CODES_OF, load_tensors
from trainer.runs.files import sha256_of

WEIGHTS = "weights.xz"
TEXT_FILES = ("config.json", "vocab.json")
ROUNDED = ("gpt.conditioning_encoder.", "gpt.conditioning_perceiver.")
"""Parts that hardly matter with few voices; they keep 5 bits of their mantissa's 10."""
KEPT_BITS = np.uint16(0xFFE0)

Tensors = Mapping[str, torch.Tensor]


def pack(base: Path, folder: Path) -> None:
    """Write the base to ``folder`` as WEIGHTS and TEXT_FILES."""
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
    (folder / WEIGHTS).write_bytes(lzma.compress(line + high + low, preset=9))
    for name in TEXT_FILES:
        shutil.copyfile(base / name, folder / name)


def unpack(folder: Path, base: Path) -> None:
    """Write the packed base in ``folder`` to ``base`` in the released layout, float32."""
    line, _, planes = lzma.decompress((folder / WEIGHTS).read_bytes()).partition(b"\n")
    high, low = np.frombuffer(planes, dtype=np.uint8).reshape(2, -1).astype(np.uint16)
    half = torch.from_numpy((high << 8 | low).view(np.float16))
    base.mkdir(parents=True, exist_ok=True)
    position = 0
    files: dict[str, dict[str, torch.Tensor]] = {}
    for file, entries in json.loads(line).items():
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
    for name in TEXT_FILES:
        shutil.copyfile(folder / name, base / name)
