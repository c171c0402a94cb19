"""Exports that the stock class loads strictly, and speech through the stock class."""

import contextlib
import io
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.chatterbox.adapt import merge_lora
from trainer.backends.chatterbox.base import SIZES, ChatterboxBase, open_base, write_sizes
from trainer.backends.chatterbox.decode import Rule, sampler
from trainer.backends.chatterbox.delivery import (
    Expression,
    measured,
    read_expression,
    write_expression,
)
from trainer.backends.chatterbox.package import at_sizes, chatterbox, nothing_fetched
from trainer.backends.chatterbox.sound import SPEECH_RATE, TOKEN_SAMPLES
from trainer.backends.chatterbox.text import told_language
from trainer.backends.prompt_sound import joined, read
from trainer.errors import BrokenRun, TrainerError
from trainer.runs.files import sync_file
from trainer.speech.endings import Ending
from trainer.speech.sound import Sound

if TYPE_CHECKING:
    import torch

EXPRESSION = "expression.json"  # how lively the clips of each category are, and the scale of it
OUTPUT_RATE = 24_000  # Hz


def write_export(
    base: ChatterboxBase,
    network: Any,  # noqa: ANN401 - a ChatterboxNetwork
    folder: Path,
    expression: Expression,
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
    write_expression(folder / EXPRESSION, replace(expression, of_clip={}))
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
    with at_sizes(base.sizes), nothing_fetched(base), _quiet():
        return getattr(module, kind).from_local(folder, device)


def speak(
    export: Path, text: str, language: str, prompts: Sequence[Path], out: Path, seed: int
) -> float:
    """Speak ``text`` in the voice of ``prompts`` and write 24 kHz sound to ``out``."""
    import numpy as np
    import soundfile

    spoken = StockSpeaker(export).say(text, language, prompts, seed, None)
    beside = out.with_name(f".{out.stem}.{os.getpid()}.tmp.wav")
    try:
        wave = np.clip(spoken.samples, -1.0, 1.0)
        soundfile.write(beside, wave, spoken.rate, subtype="PCM_16")
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    return spoken.seconds


class StockSpeaker:
    """An export in the stock class, loaded once; see ``trainer.speech.speaker.Speaker``."""

    tokens_per_second = SPEECH_RATE / TOKEN_SAMPLES

    def __init__(self, export: Path) -> None:
        self._model = load_stock(export)
        self._expression = read_expression(export / EXPRESSION)
        self._prompts: tuple[Path, ...] = ()
        self.stop_token = int(self._model.t3.hp.stop_speech_token)

    def say(
        self, text: str, language: str, prompts: Sequence[Path], seed: int, ending: Ending | None
    ) -> Sound:
        """One piece of text, as lively as the prompts are."""
        import numpy as np
        import torch

        model, told = self._model, {}
        if hasattr(model, "get_supported_languages"):
            told["language_id"] = told_language(language)
        draw = sampler(model.t3, as_rule(ending), ending.most + 1 if ending else None)
        model.t3.inference = lambda **asked: _sounds(draw(**asked), model.t3.hp)
        with _quiet():
            lively = self._listen(tuple(prompts))
            torch.manual_seed(seed)
            spoken = model.generate(text, exaggeration=lively, **told)
        wave = np.asarray(spoken.numpy(), dtype=np.float32).reshape(-1)
        if not np.isfinite(wave).all():
            raise TrainerError("The network spoke samples that are not numbers; it is spoilt.")
        return Sound(wave, OUTPUT_RATE)

    def _listen(self, prompts: tuple[Path, ...]) -> float:
        """Take up the voice of the prompts if it is another one; returns how lively it is."""
        if not prompts:
            raise TrainerError("There is no voice to speak in.", "Name a clip with --reference.")
        if prompts != self._prompts:
            found = [measured(read(path, SPEECH_RATE), SPEECH_RATE) for path in prompts]
            self._lively = self._expression.of(found)
            with joined(prompts, OUTPUT_RATE) as voice:
                self._model.prepare_conditionals(str(voice), exaggeration=self._lively)
            self._prompts = prompts
        return self._lively


def as_rule(ending: Ending | None) -> Rule | None:
    """The rules on endings as the sampler takes them."""
    if ending is None:
        return None

    def rule(logits: "torch.Tensor", said: Sequence[int]) -> "torch.Tensor":
        import torch

        shaped = ending.shape(logits[0].float().cpu().numpy(), said)
        return torch.from_numpy(shaped)[None].to(logits)

    return rule


def _sounds(tokens: "torch.Tensor", settings: Any) -> "torch.Tensor":  # noqa: ANN401 - a T3Config
    """Tokens (1, drawn) without those that stand for no sound; only the English class drops them.

    Its sound network ends with an error at any other than the stop.
    """
    is_sound = tokens[0] < settings.start_speech_token
    return tokens[:, is_sound | (tokens[0] == settings.stop_speech_token)]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
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
