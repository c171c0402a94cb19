"""The base model on disk: model.pth, vocab.json, dvae.pth, mel_stats.pth, config.json.

Only tensors are read from it, and only after their hash was found right: against
``resources/models.toml`` where the file is a known one, else against what was recorded when the
folder was first used.
"""

import json
import pickle
import types
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.errors import BrokenBase
from trainer.runs.base_hashes import read_record, verified_hashes, write_record

if TYPE_CHECKING:
    import torch

FILES = ("model.pth", "vocab.json", "dvae.pth", "mel_stats.pth", "config.json")
KIND = "xtts"  # of the models in resources/models.toml
# In model.pth: the hash of the dvae.pth whose codes its GPT has learnt. The released file has none,
# and belongs to the dvae.pth released with it.
LEARNT_CODES_OF = "learnt_codes_of"
# Classes of which the released model.pth carries instances beside its tensors. They are read as
# empty shells, so that no code of theirs runs.
LEGACY_CLASSES = (
    "TTS.tts.models.xtts.XttsArgs",
    "TTS.tts.models.xtts.XttsAudioConfig",
    "TTS.tts.configs.xtts_config.XttsConfig",
    "TTS.config.shared_configs.BaseDatasetConfig",
)


@dataclass(frozen=True, slots=True)
class XttsBase:
    """A checked base folder. hashes: SHA-256 by file name.

    learnt_codes_of: hash of the DVAE whose codes the GPT has learnt.
    """

    folder: Path
    hashes: Mapping[str, str]
    learnt_codes_of: str

    @property
    def knows_its_codes(self) -> bool:
        """Whether the GPT has learnt the codes of the DVAE beside it."""
        return self.learnt_codes_of == self.hashes["dvae.pth"]

    def tensors(self, name: str) -> "dict[str, torch.Tensor]":
        """The tensors of model.pth or dvae.pth, in main memory, mapped where possible."""
        found = load_tensors(self.folder / name)
        if not isinstance(found, dict):
            raise BrokenBase(f"{self.folder / name} holds no set of tensors.")
        inner = found.get("model", found)
        if not isinstance(inner, dict):
            raise BrokenBase(f"{self.folder / name} holds no set of tensors.")
        return inner

    def model_args(self) -> dict[str, object]:
        """The sizes of the network, from config.json."""
        try:
            config = json.loads((self.folder / "config.json").read_text(encoding="utf-8"))
            args: dict[str, object] = config["model_args"]
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenBase(f"{self.folder}/config.json is not an XTTS configuration.") from error
        return args


def open_base(folder: Path) -> XttsBase:
    """The base in ``folder``, every file there and its hash as expected."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise BrokenBase(
            f"The base folder {folder} lacks {', '.join(missing)}.",
            f"It needs {', '.join(FILES)}; the preset tiny-cpu does without a base.",
        )
    hashes = verified_hashes(folder, FILES, KIND)
    return XttsBase(folder, hashes, _learnt_codes_of(folder) or hashes["dvae.pth"])


def _learnt_codes_of(folder: Path) -> str:
    """What model.pth says of itself; looked for once, as the file is large."""
    record = read_record(folder)
    about = record.setdefault("model.pth", {})
    if LEARNT_CODES_OF not in about:
        about[LEARNT_CODES_OF] = _mark_of(folder / "model.pth")
        write_record(folder, record)
    return str(about[LEARNT_CODES_OF])


def load_tensors(path: Path) -> object:
    """What torch saved at ``path``, refusing everything that is more than tensors."""
    import torch

    shells = [(types.new_class(name.rpartition(".")[2]), name) for name in LEGACY_CLASSES]
    try:
        with torch.serialization.safe_globals(shells):  # type: ignore[arg-type]
            mapped = zipfile.is_zipfile(path)  # what torch saved before 1.6 cannot be mapped
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise BrokenBase(
            f"{path} is damaged or holds more than tensors.", f"torch says: {reason}"
        ) from error


def _mark_of(path: Path) -> str:
    """The hash of the DVAE that a model.pth names as its own; "" if it names none."""
    found = load_tensors(path)
    mark = found.get(LEARNT_CODES_OF) if isinstance(found, dict) else None
    return mark if isinstance(mark, str) else ""
