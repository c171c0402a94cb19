"""Export for the stock class, and a speaker on it."""

import contextlib
import io
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
    measure,
    read_expression,
    write_expression,
)
from trainer.backends.chatterbox.package import at_sizes, chatterbox, offline
from trainer.backends.chatterbox.sound import SPEECH_RATE, TOKEN_SAMPLES
from trainer.backends.chatterbox.text import language_id
from trainer.backends.prompt_sound import concatenated, read_resampled
from trainer.backends.tensor_files import check_folder
from trainer.errors import BrokenRun, TrainerError
from trainer.runs.files import save_tensors
from trainer.speech.endings import Ending
from trainer.speech.sound import Sound
from trainer.speech.speaker import DEFAULT_SAMPLING, SamplingSettings
from trainer.system import sync_file

if TYPE_CHECKING:
    import torch

EXPRESSION = "expression.json"  # expression scalars by category, and their scale
OUTPUT_RATE = 24_000  # Hz


def write_export(
    base: ChatterboxBase,
    network: Any,  # noqa: ANN401 - a ChatterboxNetwork
    folder: Path,
    expression: Expression,
) -> Mapping[str, object]:
    """Write the base files with the T3 of the network.

    Returns the numbers of tensors and of tensors that differ from the base. Merges LoRA adapters
    into ``network`` in place.
    """
    merge_lora(network.t3)
    trained = network.t3.state_dict()
    before = base.tensors(base.edition.t3)
    differing = sorted(set(trained) ^ set(before))
    if differing:
        raise BrokenRun(f"The tensors of the trained network and the base differ: {differing[0]}.")
    changed = [key for key, value in trained.items() if not _same(value, before[key])]
    state = {key: value.detach().cpu().contiguous().clone() for key, value in trained.items()}
    save_tensors(state, folder / base.edition.exported_t3)
    sync_file(folder / base.edition.exported_t3)
    for name in base.edition.files[1:]:
        base.copy(name, folder / name)
    if base.path(SIZES).is_file() or base.sizes.text_tokens != base.edition.text_tokens:
        write_sizes(folder, base.sizes)
    write_expression(folder / EXPRESSION, replace(expression, of_clip={}))
    return {"tensors": len(state), "changed": len(changed)}


def load_stock(folder: Path, device: str = "cpu") -> Any:  # noqa: ANN401 - the package has no types
    """Load the export in ``folder`` with ``from_local`` of the stock class, T3 strictly."""
    check_folder(folder)
    base = open_base(folder)
    class_name = "ChatterboxTTS" if base.edition.name == "english" else "ChatterboxMultilingualTTS"
    module = chatterbox("tts" if base.edition.name == "english" else "mtl_tts")
    with at_sizes(base.sizes), offline(base), _quiet():
        return getattr(module, class_name).from_local(folder, device)


class StockSpeaker:
    """Implementation of ``trainer.speech.speaker.Speaker`` on the stock class."""

    tokens_per_second = SPEECH_RATE / TOKEN_SAMPLES

    def __init__(self, export: Path, device: "torch.device | None" = None) -> None:
        """Load the export in ``export``. device: the CPU if None."""
        self._model = load_stock(export, str(device or "cpu"))
        self._expression = read_expression(export / EXPRESSION)
        self._prompts: tuple[Path, ...] = ()
        self.stop_token = int(self._model.t3.hp.stop_speech_token)

    def synthesise(
        self,
        text: str,
        language: str,
        prompts: Sequence[Path],
        seed: int,
        ending: Ending | None,
        sampling: SamplingSettings = DEFAULT_SAMPLING,
    ) -> Sound:
        """Synthesise one piece of text, with the expression of the prompts."""
        import numpy as np
        import torch

        model = self._model
        options: dict[str, Any] = dict(sampling.given())
        if hasattr(model, "get_supported_languages"):
            options["language_id"] = language_id(language)
        sample = sampler(model.t3, as_rule(ending), ending.most + 1 if ending else None)
        model.t3.inference = lambda **named: _speech_tokens(sample(**named), model.t3.hp)
        with _quiet():
            exaggeration = self._set_voice(tuple(prompts))
            torch.manual_seed(seed)
            audio = model.generate(text, exaggeration=exaggeration, **options)
        wave = np.asarray(audio.numpy(), dtype=np.float32).reshape(-1)
        if not np.isfinite(wave).all():
            raise TrainerError(
                "The synthesised audio contains NaN or infinity: the weights are damaged."
            )
        return Sound(wave, OUTPUT_RATE)

    def _set_voice(self, prompts: tuple[Path, ...]) -> float:
        """Condition the model on the prompts; returns their expression scalar."""
        if not prompts:
            raise TrainerError("There is no voice prompt.", "Specify a clip with --reference.")
        if prompts != self._prompts:
            deliveries = [
                measure(read_resampled(path, SPEECH_RATE), SPEECH_RATE) for path in prompts
            ]
            self._exaggeration = self._expression.of(deliveries)
            with concatenated(prompts, OUTPUT_RATE) as voice:
                self._model.prepare_conditionals(str(voice), exaggeration=self._exaggeration)
            self._prompts = prompts
        return self._exaggeration


def as_rule(ending: Ending | None) -> Rule | None:
    """Logits rule of ending control for the sampler."""
    if ending is None:
        return None

    def rule(logits: "torch.Tensor", tokens: Sequence[int]) -> "torch.Tensor":
        import torch

        shaped = ending.shape(logits[0].float().cpu().numpy(), tokens)
        return torch.from_numpy(shaped)[None].to(logits)

    return rule


def _speech_tokens(tokens: "torch.Tensor", settings: Any) -> "torch.Tensor":  # noqa: ANN401 - a T3Config
    """Remove special tokens except the stop, as the English stock class does: (1, length).

    The multilingual decoder fails on them.
    """
    is_speech = tokens[0] < settings.start_speech_token
    return tokens[:, is_speech | (tokens[0] == settings.stop_speech_token)]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Suppress output, progress bars and warnings of the package."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield


def _same(one: "torch.Tensor", other: "torch.Tensor") -> bool:
    import torch

    return one.shape == other.shape and torch.equal(one.detach().cpu(), other.cpu().to(one.dtype))
