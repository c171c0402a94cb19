"""S3: voice activity, S5 and S5r: short clips and recordings heard, S6b: imported and cut.

All in CPU seconds of one thread. Silero's package carries newer weights than the ones that
faster-whisper ships, so boundaries are compared with Silero's own loop over the same weights; how
far its own weights agree is said beside it.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import Any, TypeVar

import jiwer
import librosa
import numpy as np
import soundfile
import soxr
import torch

from curator.audio.encode import write_wav
from curator.audio.intake import cached16, take_in
from curator.audio.waveform import CACHE_RATE, FULL_SCALE_16, Samples, Samples16
from curator.demo.voices import MissingVoice, host_sentences
from curator.domain.fact import ClipFact
from curator.domain.span import Span
from curator.stages import Failed
from curator.stages.segmentation.vad import FRAME, speech_probabilities, speech_spans
from curator.stages.transcription.transcribe import TranscribeClips, TranscribeRecordings
from curator.stages.transcription.transcribers.faster_whisper import BEAM, FasterWhisper
from curator.weights.catalogue import listed_models
from tests.benchmarks.rows import Row
from tests.helpers.recordings import a_clip_sound, a_recording_sound, as_int16, joined, lj_speech
from tests.helpers.shows import SENTENCES
from tests.helpers.sounds import silence, speech_like

REAL_SPEECH = Path(__file__).resolve().parents[3] / "shared" / "data"
SOURCE_RATE = 44_100
LONGEST_CLIP_S = 6.0  # what counts as a short clip in S5
TIMES = 2  # the faster of two runs: the other waited for something else

Answer = TypeVar("Answer")


def rows() -> Iterator[Row]:
    """S3, S5, S5r and S6b."""
    torch.set_num_threads(1)
    speech = _speech()
    yield _vad_row(speech)
    yield from _short_rows()
    yield _import_row(speech)


def _speech() -> Samples:
    """About ten minutes at 16 kHz: real voices where they are, else made-up speech."""
    paths = sorted((REAL_SPEECH / "librispeech-test-other").glob("*/*.flac"))
    parts = [soundfile.read(path, dtype="float32")[0] for path in paths]
    if not parts:
        return speech_like(600.0, CACHE_RATE)
    return joined(parts, 0.5)[0][: 600 * CACHE_RATE]


def _measured(work: Callable[[], Answer], times: int = TIMES) -> tuple[float, Answer]:
    """(CPU seconds of the fastest run, what it gave)."""
    best = float("inf")
    for _ in range(times):
        before = process_time()
        answer = work()
        best = min(best, process_time() - before)
    return best, answer


class _SameWeights:
    """The network as faster-whisper ships it, one frame a call: what Silero's loop expects."""

    def __init__(self) -> None:
        from faster_whisper.vad import get_vad_model

        self._session = get_vad_model().session
        self.reset_states()

    def reset_states(self) -> None:
        self._hidden = np.zeros((1, 1, 128), np.float32)
        self._cell = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros((1, 64), np.float32)

    def __call__(self, frame: torch.Tensor, rate: int) -> torch.Tensor:
        row = np.concatenate([self._context, frame.numpy().reshape(1, FRAME)], axis=1)
        fed = {"input": row, "h": self._hidden, "c": self._cell}
        output, self._hidden, self._cell = self._session.run(None, fed)
        self._context = row[:, -64:]
        return torch.from_numpy(np.asarray(output).reshape(1, 1))


def _silero_spans(sound: Samples, model: Any) -> list[Span]:
    from silero_vad import get_speech_timestamps

    found = get_speech_timestamps(torch.from_numpy(sound), model, sampling_rate=CACHE_RATE)
    return [Span(each["start"], each["end"]) for each in found]


def _our_spans(samples16: Samples16) -> list[Span]:
    return speech_spans(speech_probabilities(samples16), len(samples16))


def _furthest_ms(first: Sequence[Span], second: Sequence[Span]) -> float:
    """How far apart the boundaries lie at most; infinite if there are more on one side."""
    if len(first) != len(second):
        return float("inf")
    apart = [
        max(abs(a.start - b.start), abs(a.stop - b.stop))
        for a, b in zip(first, second, strict=True)
    ]
    return max(apart, default=0) * 1000 / CACHE_RATE


def _agreement(first: Sequence[Span], second: Sequence[Span], samples: int) -> float:
    """Share of frames that both call speech, or both call silence."""
    masks = np.zeros((2, samples), np.bool_)
    for mask, spans in zip(masks, (first, second), strict=True):
        for span in spans:
            mask[span.start : span.stop] = True
    return float(np.mean(masks[0] == masks[1]))


def _vad_row(sound: Samples) -> Row:
    from silero_vad import load_silero_vad

    samples16 = as_int16(sound)
    heard = samples16.astype(np.float32) / np.float32(FULL_SCALE_16)
    peer = load_silero_vad(onnx=True)
    _silero_spans(heard[: 10 * CACHE_RATE], peer)  # both load what they need before they are timed
    _our_spans(samples16[: 10 * CACHE_RATE])
    peer_s, peer_spans = _measured(lambda: _silero_spans(heard, peer))
    our_s, our_spans = _measured(lambda: _our_spans(samples16))
    apart_ms = _furthest_ms(our_spans, _silero_spans(heard, _SameWeights()))
    alike = _agreement(our_spans, peer_spans, len(heard))
    seconds = len(heard) / CACHE_RATE
    return Row(
        "S3",
        "voice activity of ten minutes, same options",
        "silero-vad ONNX, get_speech_timestamps",
        seconds / peer_s,
        seconds / our_s,
        "x real time",
        4.0,
        apart_ms <= 32.0,
        f"{len(our_spans)} spans at most {apart_ms:.0f} ms from Silero's loop over the same "
        f"weights; with its own, newer weights {alike:.1%} of the time is judged alike",
        higher_is_better=True,
    )


def _short_clips() -> list[tuple[Samples, str]]:
    """Clips at 16 kHz with what is said: LJ Speech's short ones and sentences by piper's voice."""
    clips = []
    if REAL_SPEECH.is_dir():
        clips = [(s, text) for s, text in lj_speech(REAL_SPEECH) if len(s) <= _longest()]
    try:
        waves = host_sentences(SENTENCES, 1.0)
    except MissingVoice:
        waves = []
    for wave, text in zip(waves, SENTENCES, strict=False):
        sound = np.asarray(soxr.resample(wave.samples, wave.rate, CACHE_RATE), np.float32)
        if len(sound) <= _longest():
            clips.append((sound, text))
    return clips


def _longest() -> int:
    return int(LONGEST_CLIP_S * CACHE_RATE)


def _short_rows() -> Iterator[Row]:
    """One hearing for many clips or recordings; faster-whisper itself hears them one by one."""
    from whisper_normalizer.english import EnglishTextNormalizer

    here = [model.name for model in listed_models("whisper") if model.is_packaged]
    name = "base" if "base" in here else "tiny.en"
    whisper = FasterWhisper(name, "cpu")
    clips = _short_clips()
    sound, spans = joined([samples for samples, _ in clips], 0.5)
    item = a_recording_sound(as_int16(sound))
    sounds = [a_clip_sound(item, span, number) for number, span in enumerate(spans)]
    whisper.listen([silence(1.0, CACHE_RATE)], "en")

    def ours() -> list[str]:
        found = list(TranscribeClips(whisper).run(sounds))
        return [fact.fact.text if isinstance(fact, ClipFact) else "" for fact in found]

    def one_by_one() -> list[str]:
        texts = []
        for each in sounds:
            segments, _ = whisper._model.transcribe(
                each.wave.samples, language="en", beam_size=BEAM, word_timestamps=True
            )
            texts.append("".join(segment.text for segment in segments).strip())
        return texts

    def as_recordings() -> list[str]:
        items = [a_recording_sound(as_int16(samples)) for samples, _ in clips]
        transcripts = TranscribeRecordings(whisper).run(items)
        return ["" if isinstance(each, Failed) else each.transcript.text for each in transcripts]

    peer_s, peer_texts = _measured(one_by_one, 1)
    normal = EnglishTextNormalizer()
    said = [normal(text) for _, text in clips]
    peer_wer = jiwer.wer(said, [normal(text) for text in peer_texts])
    seconds = sum(span.samples for span in spans) / CACHE_RATE
    for identity, work, what in (("S5", ours, "clips"), ("S5r", as_recordings, "recordings")):
        our_s, our_texts = _measured(work, 1)
        our_wer = jiwer.wer(said, [normal(text) for text in our_texts])
        yield Row(
            identity,
            f"{len(clips)} {what} of {seconds / len(clips):.1f} s heard by Whisper {name}",
            "faster-whisper, one transcribe() each",
            seconds / peer_s,
            seconds / our_s,
            "x real time",
            2.5,
            our_wer <= peer_wer,
            f"words wrong: ours {our_wer:.1%}, one by one {peer_wer:.1%}; word times on both sides",
            higher_is_better=True,
        )


def _import_row(speech: Samples) -> Row:
    from silero_vad import load_silero_vad

    source = soxr.resample(speech, CACHE_RATE, SOURCE_RATE)
    peer_model = load_silero_vad(onnx=True)
    with tempfile.TemporaryDirectory(prefix="curator-bench-") as name:
        folder = Path(name)
        path, short = folder / "show.wav", folder / "short.wav"
        soundfile.write(path, source, SOURCE_RATE, subtype="PCM_16")
        soundfile.write(short, source[: 5 * SOURCE_RATE], SOURCE_RATE, subtype="PCM_16")
        _import_and_cut(short, folder / "warm")
        _peer_import(short, folder / "warm_peer", peer_model)
        peer_s, _ = _measured(lambda: _peer_import(path, folder / "peer", peer_model))
        our_s, our_spans = _measured(lambda: _import_and_cut(path, folder / "ours"))
        heard, _ = librosa.load(path, sr=CACHE_RATE)
        apart_ms = _furthest_ms(our_spans, _silero_spans(heard, _SameWeights()))
    seconds = len(source) / SOURCE_RATE
    return Row(
        "S6b",
        "ten minutes at 44.1 kHz imported and cut into files",
        "librosa.load + silero-vad ONNX + soundfile.write per clip",
        seconds / peer_s,
        seconds / our_s,
        "x real time a core",
        2.5,
        apart_ms <= 32.0,
        f"{len(our_spans)} clips at most {apart_ms:.0f} ms from Silero's loop over the same "
        "weights on librosa's sound; ours hashes the file and makes its peaks as well",
        higher_is_better=True,
    )


def _peer_import(path: Path, out: Path, model: Any) -> list[Span]:
    out.mkdir(exist_ok=True)
    sound, _ = librosa.load(path, sr=CACHE_RATE)
    spans = _silero_spans(sound, model)
    for number, span in enumerate(spans):
        soundfile.write(out / f"{number}.wav", sound[span.start : span.stop], CACHE_RATE)
    return spans


def _import_and_cut(path: Path, out: Path) -> list[Span]:
    out.mkdir(exist_ok=True)
    taken = take_in(path, out)
    samples16 = cached16(out, taken.content_hash)
    spans = _our_spans(samples16)
    for number, span in enumerate(spans):
        piece = np.asarray(samples16[span.start : span.stop])
        write_wav(out / f"{number}.wav", piece, CACHE_RATE, durable=False)
    return spans
