"""Base model folder in the layout of chatterbox-tts, English or multilingual.

Files are loaded as tensors only, after verification of their SHA-256 against
``resources/models.toml``, or for unknown files against the hash recorded at first use.
"""

import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.errors import BrokenBase
from trainer.foreign_files import read_json
from trainer.runs.base_hashes import verified_hashes

if TYPE_CHECKING:
    import torch

KIND = "chatterbox"  # in resources/models.toml
SIZES = "sizes.json"  # in bases that are random or have an extended vocabulary


@dataclass(frozen=True, slots=True)
class Edition:
    """Released edition: file names and vocabulary size."""

    name: str
    t3: str
    s3gen: str
    voice_encoder: str
    tokenizer: str
    text_tokens: int

    @property
    def files(self) -> tuple[str, ...]:
        """All file names."""
        return (self.t3, self.s3gen, self.voice_encoder, self.tokenizer)


ENGLISH = Edition(
    "english",
    "t3_cfg.safetensors",
    "s3gen.safetensors",
    "ve.safetensors",
    "tokenizer.json",
    704,
)
MULTILINGUAL = Edition(
    "multilingual",
    "t3_mtl23ls_v2.safetensors",
    "s3gen.pt",
    "ve.pt",
    "grapheme_mtl_merged_expanded_v1.json",
    2454,
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Network sizes; None: as released.

    layers, width, heads, feed_forward: of the transformer. text_tokens: vocabulary size.
    small_sound: whether speech tokenizer and decoder are small, too.
    """

    text_tokens: int
    layers: int | None = None
    width: int | None = None
    heads: int | None = None
    feed_forward: int | None = None
    small_sound: bool = False


@dataclass(frozen=True, slots=True)
class ChatterboxBase:
    """Verified base folder. hashes: SHA-256 by file name."""

    folder: Path
    edition: Edition
    sizes: Sizes
    hashes: Mapping[str, str]

    def path(self, name: str) -> Path:
        """Path of a file."""
        return self.folder / name

    def tensors(self, name: str) -> "dict[str, torch.Tensor]":
        """Tensors of a file."""
        return load_tensors(self.folder / name)


def open_base(folder: Path) -> ChatterboxBase:
    """Open the base in ``folder``; BrokenBase if a file is missing or its hash differs."""
    edition = MULTILINGUAL if (folder / MULTILINGUAL.t3).is_file() else ENGLISH
    missing = [name for name in edition.files if not (folder / name).is_file()]
    if missing:
        raise BrokenBase(
            f"The base folder {folder} lacks {', '.join(missing)}.",
            f"The English model needs {', '.join(ENGLISH.files)}; the multilingual one "
            f"{', '.join(MULTILINGUAL.files)}.",
        )
    hashes = verified_hashes(folder, edition.files, KIND)
    return ChatterboxBase(folder, edition, _sizes(folder, edition), hashes)


def write_sizes(folder: Path, sizes: Sizes) -> None:
    """Write the network sizes."""
    about = {name: getattr(sizes, name) for name in Sizes.__dataclass_fields__}
    (folder / SIZES).write_text(json.dumps(about, indent=1), encoding="utf-8")


def _sizes(folder: Path, edition: Edition) -> Sizes:
    path = folder / SIZES
    if not path.is_file():
        return Sizes(edition.text_tokens)
    try:
        return Sizes(**read_json(path))
    except (OSError, ValueError, TypeError) as error:
        raise BrokenBase(f"{path} cannot be read: {error}.") from error


def load_tensors(path: Path) -> "dict[str, torch.Tensor]":
    """Load the tensors of a file; BrokenBase if it contains other objects."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        tensors = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise BrokenBase(f"{path} is damaged or contains more than tensors: {reason}") from error
    if not isinstance(tensors, dict):
        raise BrokenBase(f"{path} does not contain a dictionary of tensors.")
    return tensors
