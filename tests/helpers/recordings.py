"""Recordings and clips as stages get them, without a project."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr

from curator.audio.waveform import CACHE_RATE, Samples, Samples16
from curator.domain.fact import NewClip, Transcript, Word
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.stages import ClipSound, RecordingSound
from curator.stages.transcription.transcribe import words_of_clip


def as_int16(samples: Samples) -> Samples16:
    """What the cache would hold."""
    return np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)


def a_recording_sound(
    samples16: Samples16,
    rate: int = CACHE_RATE,
    transcript: Transcript | None = None,
    language: str = "en",
) -> RecordingSound:
    """A recording at ``rate`` Hz whose 16 kHz cache is ``samples16``."""
    samples = len(samples16) * rate // CACHE_RATE
    recording = Recording(
        7, Path("show.wav"), "0" * 64, 1, 1, rate, 1, samples, "wav", licence="", consent=""
    )
    return RecordingSound(recording, samples16, language, transcript)


def clips_of(item: RecordingSound, clips: Sequence[NewClip]) -> list[ClipSound]:
    """The clips that were cut, as clip stages get them."""
    return [a_clip_sound(item, clip.span, number) for number, clip in enumerate(clips)]


def a_clip_sound(item: RecordingSound, span: Span, clip_id: int = 0) -> ClipSound:
    """One clip of a recording, with the words that the recording's transcript gives it."""
    said = words_of_clip(item.transcript, span) if item.transcript else None
    return ClipSound(
        clip_id,
        item.recording,
        span,
        item.samples16,
        item.language,
        said.text if said else "",
        said.words if said else (),
    )


def a_transcript(*words: tuple[float, float, str], rate: int = CACHE_RATE) -> Transcript:
    """Words given as (start in seconds, stop in seconds, text)."""
    made = tuple(Word(round(a * rate), round(b * rate), text, 0.9) for a, b, text in words)
    return Transcript(" ".join(word.text for word in made), made, "en", 0.9, 0.0, 1.0)


def read_at_16k(path: Path) -> Samples:
    """A file as float32 at 16 kHz."""
    samples, rate = soundfile.read(path, dtype="float32")
    return np.asarray(soxr.resample(samples, rate, CACHE_RATE), np.float32)


def joined(parts: Sequence[Samples], gap_s: float, seed: int = 0) -> tuple[Samples, list[Span]]:
    """Sounds at 16 kHz with pauses of faint noise around and between them, and where they are."""
    noise = np.random.default_rng(seed)
    gap = round(gap_s * CACHE_RATE)
    pieces: list[Samples] = [noise.normal(0, 2e-4, gap).astype(np.float32)]
    spans: list[Span] = []
    at = gap
    for part in parts:
        spans.append(Span(at, at + len(part)))
        pieces += [part, noise.normal(0, 2e-4, gap).astype(np.float32)]
        at += len(part) + gap
    return np.concatenate(pieces), spans


def lj_speech(folder: Path, count: int = 8) -> list[tuple[Samples, str]]:
    """The first clips of LJ Speech at 16 kHz with what is said in them."""
    lines = (folder / "ljspeech" / "metadata.csv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("|") for line in lines if line.strip()][:count]
    return [(read_at_16k(folder / "ljspeech" / f"{key}.flac"), said) for key, _, said in rows]
