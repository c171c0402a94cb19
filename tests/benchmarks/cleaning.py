"""Cleaning: DeepFilterNet against its library as a command uses it, loudness against pyloudnorm."""

import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import soundfile

from curator.audio.encode import resampled
from curator.audio.waveform import Samples, Waveform
from curator.stages.cleaning.cleaners.deepfilternet3 import (
    DELAY,
    FRAME,
    NO_LIMIT_DB,
    RATE,
    _library,
)
from curator.stages.cleaning.stream import Sound
from curator.stages.scoring.scorers.loudness import integrated_loudness
from curator.weights.folder import verified_folder
from tests.benchmarks.rows import Row
from tests.helpers.cleaning import CPU, a_step

SPEECH = Path(__file__).resolve().parents[3] / "shared" / "data" / "ljspeech"
CLEANED_S = 20
LOUD_S = 300
AGREES_LU = 0.1


def rows() -> Iterator[Row]:
    """Both measures."""
    yield deepfilternet_row()
    yield loudness_row()


def speech(seconds: float, rate: int) -> Samples:
    """Read speech, repeated until it is long enough."""
    files = sorted(SPEECH.glob("*.flac"))
    waves = [soundfile.read(path, dtype="float32") for path in files[:12]]
    sound = np.concatenate([wave for wave, _ in waves])
    whole = resampled(Waveform(sound, waves[0][1]), rate).samples
    return np.resize(whole, round(seconds * rate)).astype(np.float32)


def as_a_command(sound: Samples) -> Samples:
    """The whole file in memory, frame by frame through the library: what its own program does."""
    library = _library()
    model = verified_folder("deepfilternet3") / "DeepFilterNet3_onnx.tar.gz"
    state = library.df_create(str(model).encode(), NO_LIMIT_DB, None)
    padded = np.concatenate([sound, np.zeros(DELAY + FRAME, np.float32)])
    padded = np.ascontiguousarray(padded[: padded.size // FRAME * FRAME])
    made = np.empty_like(padded)
    for at in range(0, padded.size, FRAME):
        library.df_process_frame(state, padded[at:].ctypes.data, made[at:].ctypes.data)
    library.df_free(state)
    return made[DELAY : DELAY + sound.size]


def deepfilternet_row() -> Row:
    """Times real time of one core; both load the network first."""
    from curator.stages.cleaning.cleaners import made

    sound = speech(CLEANED_S, RATE)
    began = time.process_time()
    theirs = as_a_command(sound)
    peer = time.process_time() - began
    began = time.process_time()
    flowing = Sound.of(sound, RATE)
    cleaner = made(a_step("deepfilternet3"), CPU)
    ours_made = flowing.with_blocks(cleaner.clean(flowing)).all()
    ours = time.process_time() - began
    apart = float(np.abs(ours_made - theirs).max())
    return Row(
        id="clean DeepFilterNet",
        measure=f"DeepFilterNet 3 over {CLEANED_S} s at 48 kHz, one core",
        peer_name="its library, frame by frame over the whole file",
        peer=CLEANED_S / peer,
        ours=CLEANED_S / ours,
        unit="times real time",
        pass_line=0.9,
        equal=apart == 0.0,
        note=f"the two differ by {apart:.1g} at most; ours flows, whatever the file's length",
        higher_is_better=True,
    )


def loudness_row() -> Row:
    """Integrated loudness, checked against FFmpeg's ebur128 too."""
    import pyloudnorm

    rate = 48_000
    sound = speech(LOUD_S, rate)
    meter = pyloudnorm.Meter(rate)
    double = sound.astype(np.float64)
    meter.integrated_loudness(double[: 10 * rate])
    integrated_loudness(sound[: 10 * rate], rate)
    began = time.process_time()
    theirs = meter.integrated_loudness(double)
    peer = time.process_time() - began
    began = time.process_time()
    found = integrated_loudness(sound, rate)
    ours = time.process_time() - began
    by_ffmpeg = ebur128(sound, rate)
    agrees = max(abs(found - theirs), abs(found - by_ffmpeg)) <= AGREES_LU
    return Row(
        id="clean loudness",
        measure=f"integrated loudness of {LOUD_S} s at 48 kHz",
        peer_name="pyloudnorm",
        peer=peer,
        ours=ours,
        unit="CPU s",
        pass_line=3.0,
        equal=bool(agrees),
        note=f"{found:.2f} LUFS, pyloudnorm {theirs:.2f}, FFmpeg's ebur128 {by_ffmpeg:.2f}",
    )


def ebur128(sound: Samples, rate: int) -> float:
    """Integrated loudness by FFmpeg."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate, format="flt", layout="mono")
    meter = graph.add("ebur128", "metadata=1")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    found = 0.0
    for at in range(0, sound.size, rate):
        frame = av.AudioFrame.from_ndarray(sound[None, at : at + rate], "flt", "mono")
        frame.rate, frame.pts = rate, at
        graph.push(frame)
        while True:
            try:
                said = graph.pull().metadata
            except (BlockingIOError, av.error.EOFError, av.error.BlockingIOError):
                break
            found = float(said.get("lavfi.r128.I", found))
    return found
