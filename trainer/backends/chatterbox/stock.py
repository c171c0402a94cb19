"""Exports that the stock class loads strictly, and speech through the stock class."""

import contextlib
import io
import json
import os
import shutil
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.chatterbox.adapt import merge_lora
from trainer.backends.chatterbox.base import SIZES, Base, open_base, write_sizes
from trainer.backends.chatterbox.delivery import USUAL
from trainer.backends.chatterbox.package import at_sizes, chatterbox
from trainer.backends.chatterbox.text import plain
from trainer.errors import BrokenRun, TrainerError
from trainer.files import sync_file

if TYPE_CHECKING:
    import torch

EXPRESSION = "expression.json"  # category -> the scalar it is spoken with
OUTPUT_RATE = 24_000  # Hz


def write_export(
    base: Base,
    network: Any,  # noqa: ANN401 - a ChatterboxNetwork
    folder: Path,
    expressions: Mapping[str, float],
) -> Mapping[str, object]:
    """The base's files, its T3 replaced by the network's.

    Returns how many tensors there are and how many differ from the base. LoRA adapters are merged
    into ``network``, which cannot be trained on afterwards.
    """
    from safetensors.torch import save_file

    merge_lora(network.t3)
    learnt = network.t3.state_dict()
    before = base.tensors(base.edition.t3)
    differing = sorted(set(learnt) ^ set(before))
    if differing:
        raise BrokenRun(f"The trained network has other tensors than the base: {differing[0]}.")
    changed = [key for key, value in learnt.items() if not _same(value, before[key])]
    state = {key: value.detach().cpu().contiguous().clone() for key, value in learnt.items()}
    save_file(state, folder / base.edition.t3)
    sync_file(folder / base.edition.t3)
    for name in base.edition.files[1:]:
        shutil.copyfile(base.path(name), folder / name)
        sync_file(folder / name)
    if base.path(SIZES).is_file():
        write_sizes(folder, base.sizes)
    (folder / EXPRESSION).write_text(json.dumps(dict(expressions), indent=1), encoding="utf-8")
    return {"tensors": len(state), "changed": len(changed)}


def load_stock(folder: Path) -> Any:  # noqa: ANN401 - the package has no types
    """The stock class with the export in ``folder``, ready to speak.

    Its own ``from_local`` loads the files, T3 strictly.
    """
    import torch

    base = open_base(folder)
    kind = "ChatterboxTTS" if base.edition.name == "english" else "ChatterboxMultilingualTTS"
    module = chatterbox("tts" if base.edition.name == "english" else "mtl_tts")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with at_sizes(base.sizes), _quiet():
        return getattr(module, kind).from_local(folder, device)


def speak(
    export: Path,
    text: str,
    language: str,
    prompts: Sequence[Path],
    out: Path,
    seed: int,
    category: str | None = None,
) -> float:
    """Speak ``text`` in the voice of ``prompts`` and write 24 kHz sound to ``out``.

    category: whose usual expression it is spoken with; None for the usual one.
    """
    import numpy as np
    import soundfile
    import torch

    model = load_stock(export)
    scalar = expression_of(export, category)
    told = {"language_id": plain(language)} if hasattr(model, "get_supported_languages") else {}
    torch.manual_seed(seed)
    with _joined(prompts) as voice, _quiet():
        model.prepare_conditionals(str(voice), exaggeration=scalar)
        spoken = model.generate(text, exaggeration=scalar, **told)
    wave = np.asarray(spoken.numpy(), dtype=np.float32).reshape(-1)
    if not np.isfinite(wave).all():
        raise TrainerError("The network spoke samples that are not numbers; it is spoilt.")
    beside = out.with_name(f".{out.stem}.{os.getpid()}.tmp.wav")
    try:
        soundfile.write(beside, np.clip(wave, -1.0, 1.0), OUTPUT_RATE, subtype="PCM_16")
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    return len(wave) / OUTPUT_RATE


def expression_of(export: Path, category: str | None) -> float:
    """The scalar a category is spoken with; the usual one where it has none."""
    path = export / EXPRESSION
    if category is None or not path.is_file():
        return USUAL
    known: Mapping[str, float] = json.loads(path.read_text(encoding="utf-8"))
    if category not in known:
        raise TrainerError(
            f"The voice has no category {category!r}.",
            f"It has: {', '.join(sorted(known)) or 'none'}.",
        )
    return float(known[category])


@contextlib.contextmanager
def _joined(prompts: Sequence[Path]) -> Any:  # noqa: ANN401
    """One file with all prompts behind one another: the stock class listens to one."""
    import tempfile

    import numpy as np
    import soundfile

    if not prompts:
        raise TrainerError("There is no voice to speak in.", "Name a clip with --reference.")
    if len(prompts) == 1:
        yield prompts[0]
        return
    waves: list[Any] = []
    rate = 0
    for path in prompts:
        wave, own = soundfile.read(path, dtype="float32")
        if rate not in (0, own):
            raise TrainerError(f"{path} has {own} Hz, the other references {rate} Hz.")
        waves, rate = [*waves, wave], own
    with tempfile.TemporaryDirectory(prefix="voice-") as folder:
        path = Path(folder) / "voice.wav"
        soundfile.write(path, np.concatenate(waves), rate, subtype="PCM_16")
        yield path


@contextlib.contextmanager
def _quiet() -> Any:  # noqa: ANN401
    """The package prints and shows a progress bar; neither is for people."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield


def _same(one: "torch.Tensor", other: "torch.Tensor") -> bool:
    import torch

    return one.shape == other.shape and torch.equal(one.detach().cpu(), other.cpu())
