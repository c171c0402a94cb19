"""The base model on disk as chatterbox-tts reads it: the English or the multilingual one.

Only tensors are read from it, and only after their hash was found right: against
``resources/models.toml`` where the file is a known one, else against what was recorded when the
folder was first used.
"""

import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.errors import BrokenBase
from trainer.runs.base_hashes import verified_hashes

if TYPE_CHECKING:
    import torch

KIND = "chatterbox"  # of the models in resources/models.toml
SIZES = "sizes.json"  # beside a small random base, or one whose vocabulary has grown


@dataclass(frozen=True, slots=True)
class Edition:
    """One of the two released models. Files, by what they are, and the size of the vocabulary."""

    name: str
    t3: str
    s3gen: str
    voice_encoder: str
    tokenizer: str
    text_tokens: int

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its files."""
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
    """What differs from the released network; None where nothing does.

    layers, width, heads, feed_forward: of the transformer. text_tokens: rows of its vocabulary.
    small_sound: whether the networks that make and read speech tokens are small, too.
    """

    text_tokens: int
    layers: int | None = None
    width: int | None = None
    heads: int | None = None
    feed_forward: int | None = None
    small_sound: bool = False


@dataclass(frozen=True, slots=True)
class ChatterboxBase:
    """A checked base folder. hashes: SHA-256 by file name."""

    folder: Path
    edition: Edition
    sizes: Sizes
    hashes: Mapping[str, str]

    def path(self, name: str) -> Path:
        """One of its files."""
        return self.folder / name

    def tensors(self, name: str) -> "dict[str, torch.Tensor]":
        """The tensors of one of its files."""
        return load_tensors(self.folder / name)


def open_base(folder: Path) -> ChatterboxBase:
    """The base in ``folder``, every file there and its hash as expected."""
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
    """Say what differs from the released network."""
    about = {name: getattr(sizes, name) for name in Sizes.__dataclass_fields__}
    (folder / SIZES).write_text(json.dumps(about, indent=1), encoding="utf-8")


def _sizes(folder: Path, edition: Edition) -> Sizes:
    path = folder / SIZES
    if not path.is_file():
        return Sizes(edition.text_tokens)
    try:
        return Sizes(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise BrokenBase(f"{path} cannot be read: {error}.") from error


def load_tensors(path: Path) -> "dict[str, torch.Tensor]":
    """The tensors of a file, refusing everything that is more than tensors."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise BrokenBase(f"{path} is damaged or holds more than tensors: {reason}") from error
    if not isinstance(found, dict):
        raise BrokenBase(f"{path} holds no set of tensors.")
    return found
