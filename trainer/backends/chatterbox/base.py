"""Base model folder in the layout of chatterbox-tts, English or multilingual.

Files are loaded as tensors only, after verification of their SHA-256 against
``resources/models.toml``, or for unknown files against the hash recorded at first use.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.backends import tensor_files
from trainer.backends.network_sizes import require_in_file, require_sizes, whole
from trainer.errors import BrokenBase
from trainer.foreign_files import read_json
from trainer.runs.base_hashes import verified_hashes
from trainer.runs.files import save_tensors
from trainer.system import sync_file
from trainer.tensor_limits import refuse_oversized

if TYPE_CHECKING:
    import torch

KIND = "chatterbox"  # in resources/models.toml
SIZES = "sizes.json"  # in bases that are random or have an extended vocabulary
T3_PREFIX = "t3."  # of the tensor names in forks
TEXT_ROWS = "text_emb.weight"  # tensor with a row for each text token
SUFFIXES = (".safetensors", ".pt")  # of the same tensors in the two kinds of files


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

    @property
    def exported_t3(self) -> str:
        """File name of T3 that the stock class loads."""
        return MULTILINGUAL.t3 if self.name == MULTILINGUAL_V3.name else self.t3


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


# The stock class of chatterbox-tts 0.1.7 knows no other file name of T3 than that of version 2.
MULTILINGUAL_V3 = replace(MULTILINGUAL, name="multilingual_v3", t3="t3_mtl23ls_v3.safetensors")
EDITIONS = (ENGLISH, MULTILINGUAL_V3, MULTILINGUAL)
"""In order of preference where several match."""
CHOICES = {"en": ("english",), "multilingual": ("multilingual_v3", "multilingual"),
           "multilingual_v2": ("multilingual",)}  # fmt: skip
OTHER_T3 = {"t3_turbo_v1.safetensors": "Chatterbox Turbo"}
"""Models of the family that cannot be trained, by the file of their T3."""


TRANSFORMER_SIZES = ("layers", "width", "heads", "feed_forward")


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
        """Path of a file; with the other suffix if only that one exists."""
        return found(self.folder, name)

    def tensors(self, name: str) -> "dict[str, torch.Tensor]":
        """Tensors of a file, by their names in the stock class."""
        return load_tensors(self.path(name))

    def copy(self, name: str, target: Path) -> None:
        """Copy a file to ``target``, in the format that its suffix demands."""
        import torch

        path = self.path(name)
        if path.suffix == target.suffix:
            shutil.copyfile(path, target)
        elif target.suffix == ".pt":
            torch.save(load_tensors(path), target)
        else:
            state = load_tensors(path)
            save_tensors({key: value.contiguous().clone() for key, value in state.items()}, target)
        sync_file(target)


def found(folder: Path, name: str) -> Path:
    """Path of a file of a folder; with the other suffix if only that one exists."""
    path = folder / name
    if path.suffix in SUFFIXES and not path.is_file():
        others = (path.with_suffix(suffix) for suffix in SUFFIXES)
        path = next((other for other in others if other.is_file()), path)
    return path


def open_base(folder: Path, choice: str = "") -> ChatterboxBase:
    """Open the base in ``folder``; BrokenBase if a file is missing or its hash differs.

    choice: key of CHOICES, needed if the folder contains several editions.
    """
    edition = _edition(folder, choice)
    missing = [name for name in edition.files if not found(folder, name).is_file()]
    if missing:
        raise BrokenBase(
            f"The base folder {folder} lacks {', '.join(missing)}.",
            f"The English model needs {', '.join(ENGLISH.files)}; the multilingual one "
            f"{', '.join(MULTILINGUAL.files)}. Get them with: curator models get chatterbox, "
            "or chatterbox_multilingual.",
        )
    names = [found(folder, name).name for name in edition.files]
    hashes = verified_hashes(folder, names, KIND)
    return ChatterboxBase(folder, edition, _sizes(folder, edition), hashes)


def _edition(folder: Path, choice: str) -> Edition:
    """The chosen edition, else the only one in the folder."""
    there = [edition for edition in EDITIONS if found(folder, edition.t3).is_file()]
    if choice:
        wanted = [edition for edition in EDITIONS if edition.name in CHOICES[choice]]
        return next((edition for edition in wanted if edition in there), wanted[-1])
    for file, name in OTHER_T3.items():
        if not there and (folder / file).is_file():
            raise BrokenBase(
                f"{folder} contains {name} ({file}), which cannot be trained here.",
                "Use the English or the multilingual Chatterbox.",
            )
    if len(there) > 1:
        names = ", ".join(edition.name for edition in there)
        raise BrokenBase(
            f"{folder} contains several editions of Chatterbox: {names}.",
            "Choose one: --edition en, multilingual or multilingual_v2.",
        )
    return there[0] if there else ENGLISH


def write_sizes(folder: Path, sizes: Sizes) -> None:
    """Write the network sizes."""
    about = {name: getattr(sizes, name) for name in Sizes.__dataclass_fields__}
    (folder / SIZES).write_text(json.dumps(about, indent=1), encoding="utf-8")


def _sizes(folder: Path, edition: Edition) -> Sizes:
    path, tokens = folder / SIZES, _text_tokens(found(folder, edition.t3), edition)
    if not path.is_file():
        return Sizes(tokens)
    try:
        given = read_json(path)
        sizes = Sizes(**given)
    except (OSError, ValueError, TypeError) as error:
        raise BrokenBase(f"{path} cannot be read: {error}.") from error
    if any(given.get(name) is not None for name in TRANSFORMER_SIZES):
        require_sizes(given, path)
        layers, width, heads, forward = (whole(given, name, path) for name in TRANSFORMER_SIZES)
        if width % heads:
            raise BrokenBase(f"{path}: {heads} heads do not divide a width of {width}.")
        numbers = layers * width * (4 * width + 3 * forward)
        require_in_file(numbers, found(folder, edition.t3), path)
    return replace(sizes, text_tokens=tokens, small_sound=sizes.small_sound is True)


def _text_tokens(t3: Path, edition: Edition) -> int:
    """Vocabulary size of a T3, which differs in forks; that of the edition if unknown."""
    from safetensors import SafetensorError, safe_open

    if t3.suffix != ".safetensors":
        tensors = load_tensors(t3)
        return len(tensors[TEXT_ROWS]) if TEXT_ROWS in tensors else edition.text_tokens
    try:
        refuse_oversized(t3)
        with safe_open(t3, framework="np") as file:
            names = [name for name in (TEXT_ROWS, T3_PREFIX + TEXT_ROWS) if name in file.keys()]  # noqa: SIM118
            return int(file.get_slice(names[0]).get_shape()[0]) if names else edition.text_tokens
    except (SafetensorError, OSError, ValueError) as error:
        raise BrokenBase(f"{t3} is damaged: {error}.", "Download it again.") from error


def load_tensors(path: Path) -> "dict[str, torch.Tensor]":
    """Load the tensors of a file, without the prefix of forks; BrokenBase if there are none."""
    tensors = tensor_files.load_tensors(path)
    return {key.removeprefix(T3_PREFIX): value for key, value in tensors.items()}
