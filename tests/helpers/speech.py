"""A short recording of real-sounding speech for tests of the whole pipeline."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import soundfile

from curator.audio.intake import take_in
from curator.demo.voices import host_sentences
from curator.domain.recording import Recording
from curator.store.project import Project

SENTENCES = (
    "Good evening, ladies and gentlemen, and welcome to our show.",
    "The rules are simple, and every player knows them by heart.",
    "Which river flows through the city of London?",
    "That is the right answer, and the first point goes to you.",
    "The whole room is holding its breath.",
    "Thank you for spending the evening with us.",
)
PAUSE_S = 0.8


def write_speech(path: Path, sentences: tuple[str, ...] = SENTENCES) -> None:
    """The sentences by piper's voice with pauses between them, 22,050 Hz mono."""
    waves = host_sentences(sentences, 1.0)
    rate = waves[0].rate
    noise = np.random.default_rng(0)
    parts: list[np.ndarray] = []
    for wave in waves:
        quiet = np.zeros(int(PAUSE_S * rate), np.float32)
        parts += [quiet, wave.samples]
    parts.append(np.zeros(int(PAUSE_S * rate), np.float32))
    sound = np.concatenate(parts)
    sound = sound + noise.normal(0, 1e-4, sound.size)
    soundfile.write(path, sound.astype(np.float32), rate, subtype="PCM_16")


def add_speech(project: Project, recordings: int, before: int = 0) -> None:
    """Import so many recordings of two sentences each; their files lie beside the project.

    before: how many of them the project has already.
    """
    for number in range(before, before + recordings):
        file = project.path.with_name(f"show {number + 1}.wav")
        again, first = divmod(2 * number, len(SENTENCES))
        first += again  # other pairs than the first time
        write_speech(file, SENTENCES[first : first + 2])
        took = take_in(file, project.cache)
        given = {f.name: getattr(took, f.name) for f in fields(took) if f.name != "notes"}
        project.recordings.add(Recording(id=0, **given))
