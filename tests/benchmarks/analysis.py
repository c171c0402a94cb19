"""S24: the whole analysis of real speech, beside a plain script of the peers' own calls.

The peers: faster-whisper's batched pipeline with word times, silero-vad, speechmos, Resemblyzer and
pyloudnorm, in one process on one thread, each loaded once, on the same recordings and clips. Both
sides use Whisper base, where it is installed, and one worker. Ours makes more: edges, overlap,
delivery, and everything stored. Its DNSMOS is the fast one, which is its default.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import jiwer
import numpy as np
import soundfile
import soxr

from curator.audio.waveform import CACHE_RATE, Samples
from curator.store.project import Project
from curator.weights.catalogue import listed_models
from tests.benchmarks.rows import Row
from tests.conftest import REAL_SPEECH
from tests.helpers.commands import command, done
from tests.helpers.recordings import joined
from tests.helpers.sounds import speech_like

MINUTES = 8.0
RECORDINGS = 8
PAUSE_S = 0.5
FASTER = 0.03  # by which each repetition of the speech is faster than the one before
LOUDEST_DIFFERENCE_LU = 0.5
NEAREST_COSINE = 0.99
MOS_DIFFERENCE = 0.05  # of the means
WORDS_DIFFERENT = 0.1  # of what the two hear


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip of ours. span: seconds of its recording. fields: what was measured, by name."""

    recording: str
    start_s: float
    stop_s: float
    text: str
    vector: np.ndarray
    fields: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the results of both sides differ."""

    words: float
    mos: float
    cosine: float
    loudness: float

    @property
    def holds(self) -> bool:
        """Whether they are the same within the limits."""
        return (
            self.words <= WORDS_DIFFERENT
            and self.mos <= MOS_DIFFERENCE
            and self.cosine >= NEAREST_COSINE
            and self.loudness <= LOUDEST_DIFFERENCE_LU
        )

    def __str__(self) -> str:
        return (
            f"words that differ {self.words:.1%}, mean OVRL by {self.mos:.3f}, median cosine"
            f" {self.cosine:.4f}, loudness by {self.loudness:.2f} LU at the median"
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """Figures of some recordings. ours, peer: CPU seconds; stages, parts: the same by name."""

    seconds: float
    recordings: int
    clips: int
    model: str
    ours: float
    stages: dict[str, float]
    peer: float
    parts: dict[str, float]
    same: Agreement


def rows() -> Iterator[Row]:
    """S24."""
    yield analysis_row("S24", MINUTES)


def analysis_row(key: str, minutes: float) -> Row:
    """Whole analysis of that many minutes beside the peers' script."""
    with tempfile.TemporaryDirectory(prefix="curator-bench-") as name:
        return row_of(key, [measured(Path(name), recordings(Path(name), minutes), whisper())])


def measured(folder: Path, paths: list[Path], model: str) -> Piece:
    """Both sides on these recordings. folder: takes the project."""
    ours, stages, clips = analysed(folder / "show.curator", paths, model)
    peer, parts, same = by_the_peers(paths, clips, model)
    seconds = sum(soundfile.info(path).duration for path in paths)
    return Piece(seconds, len(paths), len(clips), model, ours, stages, peer, parts, same)


def row_of(key: str, pieces: Sequence[Piece]) -> Row:
    """Row of all pieces together: sums of CPU, and the worst agreement of a piece."""
    seconds = sum(piece.seconds for piece in pieces)
    hour = 3600 / seconds
    same = Agreement(
        max(piece.same.words for piece in pieces),
        max(piece.same.mos for piece in pieces),
        min(piece.same.cosine for piece in pieces),
        max(piece.same.loudness for piece in pieces),
    )
    stages, parts = Counter[str](), Counter[str]()
    for piece in pieces:
        stages.update(piece.stages)
        parts.update(piece.parts)
    count = sum(piece.recordings for piece in pieces)
    return Row(
        id=key,
        measure=f"analysis of {seconds / 60:.0f} min in {count} recordings, Whisper"
        f" {pieces[0].model}",
        peer_name="faster-whisper batched, silero-vad, speechmos, Resemblyzer, pyloudnorm",
        peer=sum(piece.peer for piece in pieces) * hour,
        ours=sum(piece.ours for piece in pieces) * hour,
        unit="CPU s an hour of sound",
        pass_line=2.0,
        equal=same.holds,
        note=f"{sum(piece.clips for piece in pieces)} clips; {same}; ours {listed(stages, hour)};"
        f" the peers {listed(parts, hour)}",
    )


def listed(seconds: Mapping[str, float], hour: float) -> str:
    """CPU seconds an hour of sound, by part, largest first."""
    return ", ".join(
        f"{name} {value * hour:.0f}"
        for name, value in sorted(seconds.items(), key=lambda item: -item[1])
    )


def whisper() -> str:
    """The larger of the packaged models of Whisper."""
    here = [model.name for model in listed_models("whisper") if model.is_packaged]
    return "base" if "base" in here else "tiny.en"


def recordings(
    folder: Path, minutes: float, count: int = RECORDINGS, skip_minutes: float = 0.0
) -> list[Path]:
    """Recordings of real speech with pauses between the sentences; made-up speech without it.

    count: of recordings. skip_minutes: of the same speech, left out before the first.
    Where there is less speech than that, it is repeated, each time at another speed.
    """
    sounds = [
        soundfile.read(path, dtype="float32")[0]
        for path in sorted((REAL_SPEECH / "librispeech-test-other").glob("*/*.flac"))
    ] or [speech_like(10.0, CACHE_RATE, seed) for seed in range(48)]
    start, size = (round(part * 60 * CACHE_RATE) for part in (skip_minutes, skip_minutes + minutes))
    whole, speed = np.zeros(0, np.float32), 1.0
    while whole.size < size:
        varied = sounds if speed == 1.0 else [at_speed(sound, speed) for sound in sounds]
        whole = np.concatenate([whole, joined(varied, PAUSE_S)[0]])
        speed += FASTER
    paths = []
    for number, part in enumerate(np.array_split(whole[start:size], count)):
        paths.append(folder / f"part-{number}.wav")
        soundfile.write(paths[-1], part, CACHE_RATE, subtype="PCM_16")
    return paths


def at_speed(sound: Samples, speed: float) -> Samples:
    """The sound played faster, and higher by as much."""
    return soxr.resample(sound, CACHE_RATE * speed, CACHE_RATE).astype(np.float32)


def analysed(
    project: Path, paths: list[Path], model: str
) -> tuple[float, dict[str, float], list[Clip]]:
    """CPU seconds of import and analysis, the same by command, and the clips."""
    done("new", project, "--language", "en")
    stages = {"import": cpu_of("import", project, "--jobs", 1, *paths)}
    for stage in ("transcribe", "segment", "edges", "embed", "delivery", "score", "overlap"):
        stages[stage] = cpu_of("analyse", project, "--jobs", 1, "--whisper", model, "--only", stage)
    with Project.open(project, write=False) as opened:
        vectors = dict(opened.facts.vectors())
    found = []
    for line in done("clips", project, "--json").splitlines():
        clip = json.loads(line)
        vector = np.frombuffer(vectors[clip["id"]], "<f4")
        span = clip["start_s"], clip["end_s"]
        found.append(Clip(clip["recording"], *span, clip["text"], vector, clip["scores"]))
    # Each command pays for its own start; one command for all stages pays once.
    start = cpu_of("analyse", project, "--jobs", 1, "--whisper", model, "--only", "segment")
    return sum(stages.values()) - start * (len(stages) - 2), stages, found


def cpu_of(*words: object) -> float:
    """CPU seconds of a command with its workers; 1 as its exit status says that items failed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    ended = subprocess.run(command(*words), check=False, capture_output=True, env=environment)
    if ended.returncode not in (0, 1):
        ended.check_returncode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def by_the_peers(
    paths: list[Path], clips: list[Clip], model: str
) -> tuple[float, dict[str, float], Agreement]:
    """The plain script, in a process of its own: CPU seconds, the same by part, the agreement."""
    asked = [(clip.recording, clip.start_s, clip.stop_s) for clip in clips]
    answered = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.analysis", model, *map(str, paths)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    theirs = json.loads(answered.stdout.splitlines()[-1])
    from whisper_normalizer.english import EnglishTextNormalizer

    normal = EnglishTextNormalizer()
    mine = normal(" ".join(clip.text for clip in clips))
    cosines = [
        float(np.dot(clip.vector, vector))
        for clip, vector in zip(clips, theirs["vectors"], strict=True)
    ]
    ovrl = np.array([clip.fields["dnsmos_ovrl"] for clip in clips])
    loud = np.array([clip.fields["loudness"] for clip in clips])
    agreement = Agreement(
        jiwer.wer(normal(theirs["text"]), mine),
        abs(float(ovrl.mean() - np.mean(theirs["ovrl"]))),
        float(np.median(cosines)),
        float(np.median(np.abs(loud - np.array(theirs["loudness"])))),
    )
    return theirs["cpu"], theirs["parts"], agreement


def plain_script(model: str, paths: list[str], asked: list[tuple[str, float, float]]) -> None:
    """What people write: each library's own call, a recording and a clip at a time."""
    import pyloudnorm
    import torch
    from faster_whisper import BatchedInferencePipeline, WhisperModel, decode_audio
    from resemblyzer import VoiceEncoder, preprocess_wav
    from silero_vad import get_speech_timestamps, load_silero_vad
    from speechmos import dnsmos

    from curator.weights.lookup import whisper_folder

    torch.set_num_threads(1)
    parts: dict[str, float] = {}

    def timed(name: str, began: float) -> None:
        parts[name] = parts.get(name, 0.0) + process_time() - began

    pipeline = BatchedInferencePipeline(
        WhisperModel(str(whisper_folder(model)), "cpu", compute_type="int8", cpu_threads=1)
    )
    vad, encoder = load_silero_vad(onnx=True), VoiceEncoder("cpu", verbose=False)
    sounds: dict[str, Samples] = {}
    texts = []
    for path in paths:
        began = process_time()
        sound = sounds[Path(path).name] = decode_audio(path)
        timed("decode", began)
        began = process_time()
        get_speech_timestamps(torch.from_numpy(sound), vad, sampling_rate=CACHE_RATE)
        timed("silero-vad", began)
        began = process_time()
        segments, _ = pipeline.transcribe(
            sound, language="en", beam_size=5, word_timestamps=True, batch_size=8
        )
        texts += [segment.text for segment in segments]
        timed("faster-whisper", began)
    ovrl, vectors, loudness = [], [], []
    for name, start, stop in asked:
        clip = sounds[name][round(start * CACHE_RATE) : round(stop * CACHE_RATE)]
        began = process_time()
        ovrl.append(float(dnsmos.run(clip, CACHE_RATE)["ovrl_mos"]))
        timed("speechmos", began)
        began = process_time()
        vectors.append(encoder.embed_utterance(preprocess_wav(clip)).tolist())
        timed("Resemblyzer", began)
        began = process_time()
        meter = pyloudnorm.Meter(CACHE_RATE, filter_class="DeMan")
        loudness.append(
            float(meter.integrated_loudness(clip)) if len(clip) > 0.4 * CACHE_RATE else -70.0
        )
        timed("pyloudnorm", began)
    answer = {
        "cpu": process_time(),
        "parts": parts,
        "text": " ".join(texts),
        "ovrl": ovrl,
        "vectors": vectors,
        "loudness": loudness,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    plain_script(sys.argv[1], sys.argv[2:], json.loads(sys.stdin.read()))
