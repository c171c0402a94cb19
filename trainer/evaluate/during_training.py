"""Test sentences synthesised and measured during training, logged as events.

Nothing of the training is touched: a copy of the network speaks, and every state of chance is put
back afterwards, so that a run has the same weights with it and without. What goes wrong is written
down as a fault, and the training goes on.
"""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.bundle.manifest import Bundle
from trainer.errors import TrainerError
from trainer.evaluate.measures import VoiceStatistics, measure_all, nothing_measured
from trainer.evaluate.plan import voices_of
from trainer.evaluate.results import Row, as_read
from trainer.evaluate.samples import as_sample, held_out, read_real, voice_of
from trainer.evaluate.sentences import Sentence, read_script, spread
from trainer.evaluate.summary import DIRECTION
from trainer.evaluate.summary_text import WORDS
from trainer.evaluate.voices import exported
from trainer.foreign_files import own_folder
from trainer.optim.optimizer import trainable_parameters
from trainer.report.statistics import mean_interval
from trainer.runs.events import EventLog
from trainer.speech.sound import write_sound
from trainer.speech.speaker import Speaker
from trainer.speech.synthesis import SpeechRequest, SynthesisSettings, synthesise
from trainer.speech.transcriber import Transcriber

if TYPE_CHECKING:
    from torch import nn

    from trainer.training.reporter import Show
    from trainer.training.session import Session

FOLDER = "speech"  # of the run; its sounds by step
FAULTS = (TrainerError, OSError, RuntimeError)  # RuntimeError: torch's, of full memory as well


@dataclass(frozen=True, slots=True)
class SpeechSetup:
    """Test sentences and the voice they are compared with, shared by all evaluations."""

    sentences: Sequence[Sentence]
    seed: int
    transcriber: Transcriber
    voice: VoiceStatistics


def is_due(session: "Session") -> bool:
    """Whether the evaluation that was just made is one at which sentences are spoken."""
    settings, state = session.config.eval, session.state
    if not settings.speak_sentences:
        return False
    last = state.step >= session.total_steps
    return last or (len(state.evaluations) - 1) % settings.speak_every == 0


class SpeechObserver:
    """Observer of evaluations: synthesises the test sentences, measures and logs them."""

    def __init__(self) -> None:
        self._setup: SpeechSetup | None = None  # read at the first evaluation

    def __call__(self, session: "Session", log: EventLog, show: "Show") -> None:
        """Synthesise, measure and log on the main rank, if the evaluation is one that is due."""
        if not is_due(session):
            return
        if session.world.is_main:
            self._speak_and_measure(session, log, show)
        session.world.barrier()

    def _speak_and_measure(self, session: "Session", log: EventLog, show: "Show") -> None:
        began, step = time.monotonic(), session.state.step
        fault = None
        rows: list[Row] = []
        try:
            with untouched_chance():
                count = session.config.eval.speak_sentences
                transcriber = Transcriber(device=str(session.world.device))
                self._setup = self._setup or prepare(session.dataset.bundle, count, transcriber)
                rows = list(_rows(session, self._setup))
        except FAULTS as error:
            fault = str(error).partition("\n")[0]
        for row in rows:
            log.add("speech", step=step, **row)
        means = as_read(means_of(rows))
        took = round(time.monotonic() - began, 3)
        log.add("speech_means", step=step, measures=means, seconds=took, fault=fault)
        show("speech", {"step": step, "sentence": in_words(means, rows, fault)})


def _rows(session: "Session", setup: SpeechSetup) -> Iterator[Row]:
    bundle = session.dataset.bundle
    clips = sorted(bundle.part("eval"), key=lambda clip: clip.id)
    folder = own_folder(session.run.folder, FOLDER)
    with exported(session.backend, lambda: _copy(session), session.run.folder) as speaker:
        for sentence in setup.sentences:
            prompt, _ = voices_of(sentence, clips)
            path = folder / f"{session.state.step:08d}-{sentence.id}.wav"
            yield _row(setup, speaker, sentence, bundle.audio(prompt), path)


def prepare(bundle: Bundle, count: int, transcriber: Transcriber) -> SpeechSetup:
    """The sentences, spread over the categories, and the voice to compare with."""
    script = read_script(bundle, ())
    voice = voice_of(bundle, read_real(bundle, held_out(bundle), None))
    return SpeechSetup(spread(script.sentences, count), script.seeds[0], transcriber, voice)


def _copy(session: "Session") -> "nn.Module":
    """The network as it is now, in weights of its own."""
    import torch

    copy = session.backend.network()
    session.backend.adapt(copy)
    with torch.no_grad(), session.averaged():
        now = trainable_parameters(session.network)
        for name, value in trainable_parameters(copy).items():
            value.copy_(now[name])
    return copy


def _row(setup: SpeechSetup, speaker: Speaker, sentence: Sentence, prompt: Path, path: Path) -> Row:
    """A sentence as it was spoken now; a fault where it could not be."""
    fault, sample = None, None
    try:
        if not prompt.is_file():
            raise TrainerError(f"The prompt {prompt.name} is missing.")
        # As in `trainer evaluate`: the network is measured, not the ending control.
        settings = SynthesisSettings(endings=False)
        text, language = sentence.text, sentence.language
        request = SpeechRequest(text, language, [prompt], setup.seed, settings)
        speech = synthesise(speaker, request, setup.voice.prior, setup.transcriber)
        write_sound(path, speech.sound)
        texts = [sentence.text, *sentence.also]
        sample = as_sample(speech.sound, texts, sentence.language, setup.transcriber)
    except FAULTS as error:
        fault = str(error).partition("\n")[0]
    return as_read(
        {
            "sentence": sentence.as_row(),
            "seed": setup.seed,
            "wav": f"{FOLDER}/{path.name}" if sample else None,
            "heard": sample.transcript if sample else None,
            "measures": measure_all(sample, setup.voice) if sample else nothing_measured(),
            "fault": fault,
        }
    )


def means_of(rows: Sequence[Row]) -> dict[str, dict[str, float | None]]:
    """Mean, its interval and the number of samples of each measure; of too few no interval."""
    means: dict[str, dict[str, float | None]] = {}
    for key in DIRECTION:
        measured: list[Any] = [row["measures"] for row in rows]
        values = [value[key] for value in measured if value.get(key) is not None]
        if values:
            low, high = mean_interval(values) or (None, None)
            mean = float(np.mean(values))
            means[key] = {"mean": mean, "low": low, "high": high, "samples": len(values)}
    return means


def in_words(means: Row, rows: Sequence[Row], fault: str | None) -> str:
    """A line for the terminal."""
    if fault is not None:
        return f"Nothing could be spoken: {fault}"
    known: Any = means
    parts = [f"{name} {known[key]['mean']:.2f}" for key, name in WORDS.items() if key in known]
    return f"{len(rows)} sentences spoken: {', '.join(parts) or 'nothing could be measured'}."


@contextmanager
def untouched_chance() -> Iterator[None]:
    """Every generator that is shared goes on afterwards as if nothing had been drawn."""
    import torch

    plain, arrays = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=list(range(torch.cuda.device_count()))):
        try:
            yield
        finally:
            random.setstate(plain)
            np.random.set_state(arrays)
