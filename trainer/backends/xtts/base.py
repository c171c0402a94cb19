"""Base model folder: model.pth, vocab.json, dvae.pth, mel_stats.pth, config.json.

Files are loaded as tensors only, after verification of their SHA-256 against
``resources/models.toml``, or for unknown files against the hash recorded at first use.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.backends import tensor_files
from trainer.backends.network_sizes import require_in_file, require_sizes, whole
from trainer.backends.xtts.coqui import coqui
from trainer.errors import BrokenBase
from trainer.foreign_files import read_json, read_text
from trainer.runs.base_hashes import read_record, verified_hashes, write_record
from trainer.system import sync_file

if TYPE_CHECKING:
    import torch

    Tensors = Mapping[str, torch.Tensor]

FILES = ("model.pth", "vocab.json", "dvae.pth", "mel_stats.pth", "config.json")
KIND = "xtts"  # in resources/models.toml
# Key in model.pth: hash of the dvae.pth that its GPT was trained with. The released file has
# no such key; it was trained with the released dvae.pth.
LEARNT_CODES_OF = "learnt_codes_of"
LICENCE = "LICENCE.txt"
"""Licence of a base that is not the released one, in its first line; optional."""
# Classes pickled in the released model.pth beside the tensors, replaced by empty classes when
# loading, so that none of their code runs.
LEGACY_CLASSES = (
    "TTS.tts.models.xtts.XttsArgs",
    "TTS.tts.models.xtts.XttsAudioConfig",
    "TTS.tts.configs.xtts_config.XttsConfig",
    "TTS.config.shared_configs.BaseDatasetConfig",
)
PURPOSES = {
    "model.pth": "the weights",
    "vocab.json": "the text vocabulary of the release",
    "dvae.pth": "the encoder that turns audio into the codes that the GPT learns, 210 MB;"
    " coqui's own download leaves it out",
    "mel_stats.pth": "80 numbers that normalise mel spectrograms, 1 kB; coqui's own download"
    " leaves it out",
    "config.json": "the network sizes",
}
# Kept in model.pth when it was saved after init_gpt_for_inference; copies of other tensors.
INFERENCE_COPIES = ("gpt.gpt_inference.", "gpt.gpt.wte.")
OLD_WEIGHT_NORM = {
    ".weight_g": ".parametrizations.weight.original0",
    ".weight_v": ".parametrizations.weight.original1",
}
EXPORTED = ("gpt", "hifigan_decoder", "mel_stats")
"""First part of the names that the stock class uses; others belong to its trainer."""


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

    @property
    def licence(self) -> str:
        """Licence of the base itself; "" without a file LICENCE."""
        path = self.folder / LICENCE
        return read_text(path).partition("\n")[0].strip() if path.is_file() else ""

    def tensors(self, name: str) -> "dict[str, torch.Tensor]":
        """Tensors of model.pth, by the names of the stock class, or of dvae.pth; on the CPU."""
        tensors = load_tensors(self.folder / name)
        if name != "model.pth":
            return tensors
        return stock_tensors(tensors, self.folder / "mel_stats.pth")

    def model_args(self) -> dict[str, object]:
        """Network sizes in config.json, as ``model_args``."""
        return model_args(self.folder)


def model_args(folder: Path) -> dict[str, object]:
    """Network sizes in config.json, with the stock defaults of those it leaves out.

    Raises BrokenBase for sizes that cannot be those of model.pth.
    """
    path = folder / "config.json"
    try:
        config = read_json(path, strict=False)  # coqui writes infinities
        given: dict[str, object] = dict(config.get("model_args") or {})
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise BrokenBase(f"{path} is not an XTTS configuration.") from error
    args = {**dict(coqui("tts.configs.xtts_config").XttsArgs()), **given}
    require_sizes(args, path)
    layers, width, heads = (
        whole(args, f"gpt_{name}", path) for name in ("layers", "n_model_channels", "n_heads")
    )
    if width % heads:
        raise BrokenBase(f"{path}: {heads} heads do not divide {width} channels.")
    lengths = ("max_text_tokens", "max_audio_tokens", "num_audio_tokens")
    rows = sum(whole(args, f"gpt_{name}", path) for name in lengths)
    require_in_file(12 * layers * width**2 + rows * width, folder / "model.pth", path)
    return args


def open_base(folder: Path) -> XttsBase:
    """Open the base in ``folder``; BrokenBase if a file is missing or its hash differs."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise lacking(folder, missing)
    hashes = verified_hashes(folder, FILES, KIND)
    return XttsBase(folder, hashes, _learnt_codes_of(folder) or hashes["dvae.pth"])


def copy_licence(source: Path, folder: Path) -> None:
    """Copy LICENCE of the base in ``source``, if it has one."""
    if (source / LICENCE).is_file():
        shutil.copyfile(source / LICENCE, folder / LICENCE)
        sync_file(folder / LICENCE)


def lacking(folder: Path, missing: Sequence[str]) -> BrokenBase:
    """Error about missing files, with their content and source."""
    if not folder.is_dir():
        return BrokenBase(
            f"There is no folder {folder}, so it lacks model.pth.", "Check the path after --base."
        )
    others = sorted(path.name for path in folder.glob("*.pth") if path.name not in FILES)
    if "model.pth" in missing and len(others) == 1:
        return BrokenBase(
            f"The base folder {folder} lacks model.pth.",
            f"If {others[0]} contains the weights, rename it to model.pth.",
        )
    about = "; ".join(f"{name} ({PURPOSES[name]})" for name in missing)
    return BrokenBase(
        f"The base folder {folder} lacks {about}.",
        "The release of XTTS-v2 has all files: curator models get xtts_v2. "
        "The preset tiny-cpu needs no base.",
    )


def stock_tensors(tensors: "Tensors", mel_stats: Path) -> "dict[str, torch.Tensor]":
    """Tensors of a model.pth or of a checkpoint of coqui's trainer, as in the release.

    mel_stats: file of the statistics, used if the checkpoint lacks them.
    """
    plain = {stock_name(key): value for key, value in tensors.items()}
    stock = {
        key: value
        for key, value in plain.items()
        if key.partition(".")[0] in EXPORTED and not key.startswith(INFERENCE_COPIES)
    }
    if "mel_stats" not in stock:
        statistics = tensor_files.load_file(mel_stats)
        stock["mel_stats"] = statistics  # type: ignore[assignment]
    return stock


def stock_name(key: str) -> str:
    """Tensor name in the release, for one of coqui's trainer or of an older torch."""
    key = key.removeprefix("xtts.")
    for old, new in OLD_WEIGHT_NORM.items():
        if key.endswith(old):
            return key.removesuffix(old) + new
    return key


def _learnt_codes_of(folder: Path) -> str:
    """DVAE hash in model.pth, cached in the record because the file is large."""
    record = read_record(folder)
    entry = record.setdefault("model.pth", {})
    if LEARNT_CODES_OF not in entry:
        entry[LEARNT_CODES_OF] = _recorded_dvae(folder / "model.pth")
        write_record(folder, record)
    return str(entry[LEARNT_CODES_OF])


def load_tensors(path: Path) -> "dict[str, torch.Tensor]":
    """Tensors of a torch file, without the classes that the release pickled beside them."""
    return tensor_files.load_tensors(path, LEGACY_CLASSES)


def _recorded_dvae(path: Path) -> str:
    """DVAE hash recorded in a model.pth, "" if none."""
    content = tensor_files.load_file(path, LEGACY_CLASSES)
    recorded = content.get(LEARNT_CODES_OF) if isinstance(content, dict) else None
    return recorded if isinstance(recorded, str) else ""
