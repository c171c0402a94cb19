"""Base model folder: model.pth, vocab.json, dvae.pth, mel_stats.pth, config.json.

Files are loaded as tensors only, after verification of their SHA-256 against
``resources/models.toml``, or for unknown files against the hash recorded at first use.
"""

import pickle
import types
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from trainer.errors import BrokenBase
from trainer.foreign_files import read_json
from trainer.runs.base_hashes import read_record, verified_hashes, write_record

if TYPE_CHECKING:
    import torch

FILES = ("model.pth", "vocab.json", "dvae.pth", "mel_stats.pth", "config.json")
KIND = "xtts"  # in resources/models.toml
# Key in model.pth: hash of the dvae.pth that its GPT was trained with. The released file has
# no such key; it was trained with the released dvae.pth.
LEARNT_CODES_OF = "learnt_codes_of"
# Classes pickled in the released model.pth beside the tensors, replaced by empty classes when
# loading, so that none of their code runs.
LEGACY_CLASSES = (
    "TTS.tts.models.xtts.XttsArgs",
    "TTS.tts.models.xtts.XttsAudioConfig",
    "TTS.tts.configs.xtts_config.XttsConfig",
    "TTS.config.shared_configs.BaseDatasetConfig",
)


@dataclass(frozen=True, slots=True)
class XttsBase:
    """Verified base folder. hashes: SHA-256 by file name.

    learnt_codes_of: hash of the DVAE that the GPT was trained with.
    """

    folder: Path
    hashes: Mapping[str, str]
    learnt_codes_of: str

    @property
    def matches_dvae(self) -> bool:
        """Whether the GPT was trained with the DVAE of this folder."""
        return self.learnt_codes_of == self.hashes["dvae.pth"]

    def tensors(self, name: str) -> "dict[str, torch.Tensor]":
        """Tensors of model.pth or dvae.pth on the CPU, memory-mapped if possible."""
        content = load_tensors(self.folder / name)
        if not isinstance(content, dict):
            raise BrokenBase(f"{self.folder / name} does not contain a dictionary of tensors.")
        tensors = content.get("model", content)
        if not isinstance(tensors, dict):
            raise BrokenBase(f"{self.folder / name} does not contain a dictionary of tensors.")
        return tensors

    def model_args(self) -> dict[str, object]:
        """Network sizes in config.json."""
        try:
            args = read_json(self.folder / "config.json")["model_args"]
            return msgspec.convert(args, dict[str, object])
        except (OSError, ValueError, KeyError) as error:
            raise BrokenBase(f"{self.folder}/config.json is not an XTTS configuration.") from error


def open_base(folder: Path) -> XttsBase:
    """Open the base in ``folder``; BrokenBase if a file is missing or its hash differs."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise BrokenBase(
            f"The base folder {folder} lacks {', '.join(missing)}.",
            f"It needs {', '.join(FILES)}; the preset tiny-cpu needs no base.",
        )
    hashes = verified_hashes(folder, FILES, KIND)
    return XttsBase(folder, hashes, _learnt_codes_of(folder) or hashes["dvae.pth"])


def _learnt_codes_of(folder: Path) -> str:
    """DVAE hash in model.pth, cached in the record because the file is large."""
    record = read_record(folder)
    entry = record.setdefault("model.pth", {})
    if LEARNT_CODES_OF not in entry:
        entry[LEARNT_CODES_OF] = _recorded_dvae(folder / "model.pth")
        write_record(folder, record)
    return str(entry[LEARNT_CODES_OF])


def load_tensors(path: Path) -> object:
    """Load a torch file; BrokenBase if it contains other objects than tensors."""
    import torch

    empty_classes = [(types.new_class(name.rpartition(".")[2]), name) for name in LEGACY_CLASSES]
    try:
        with torch.serialization.safe_globals(empty_classes):  # type: ignore[arg-type]
            mapped = zipfile.is_zipfile(path)  # files of torch before 1.6 cannot be mapped
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise BrokenBase(
            f"{path} is damaged or contains more than tensors.", f"torch reports: {reason}"
        ) from error


def _recorded_dvae(path: Path) -> str:
    """DVAE hash recorded in a model.pth, "" if none."""
    content = load_tensors(path)
    recorded = content.get(LEARNT_CODES_OF) if isinstance(content, dict) else None
    return recorded if isinstance(recorded, str) else ""
