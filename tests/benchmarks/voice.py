"""S1: speaker vectors, S4: DNSMOS, S20: the voice map; each against the program people would call.

S4 and S20 are in CPU seconds, so that what else the machine does changes little. The whole takes
about four minutes, most of it the peers'.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

import numpy as np
import soundfile
from numpy.typing import NDArray

from curator.audio.waveform import Samples, Waveform
from curator.stages.clip_map.layout import map_places, principal
from curator.stages.scoring.scorers import ScorerInput, scorers
from curator.stages.speaker.embed import speaker_vectors
from tests.benchmarks.rows import Row
from tests.helpers.sounds import speech_like

REAL_SPEECH = Path(__file__).resolve().parents[3] / "shared" / "data" / "librispeech-test-other"
RATE = 16_000
CLIP_S = 4.5
VECTOR_CLIPS = 60
MOS_CLIPS = 12
TRUST_CLIPS = 5_000  # trustworthiness compares all pairs; on larger maps, of so many clips
NEIGHBOURS = 15
FIRST_CLIPS = 5_000
FIRST_LIMIT_S = 10.0  # CPU seconds
FIRST_MAP = f"""
import hashlib
from curator.stages.clip_map.layout import map_places, principal
from tests.benchmarks.voice import cost, made_up_vectors
vectors = made_up_vectors({FIRST_CLIPS})
places, cpu, _ = cost(lambda: map_places(principal(vectors), 0))
print(cpu, hashlib.sha256(places).hexdigest())
"""

Answer = TypeVar("Answer")


def rows() -> Iterator[Row]:
    """S1, S4 and S20."""
    yield vectors_row()
    yield from dnsmos_rows()
    yield first_map_row()
    yield map_row(10_000)
    yield map_row(40_000)


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch and the linear algebra of numpy on one thread each."""
    import torch
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)


def clips(count: int, seconds: float = CLIP_S) -> list[Samples]:
    """Clips of one length from real recordings where they are, else of made-up speech."""
    paths = sorted(REAL_SPEECH.glob("*/*.flac"))
    found = []
    for path in paths[:: max(1, len(paths) // (2 * count))]:
        sound, _ = soundfile.read(path, dtype="float32")
        if sound.size >= seconds * RATE:
            found.append(sound[: round(seconds * RATE)])
    found += [speech_like(seconds, RATE, seed) for seed in range(count - len(found))]
    return found[:count]


def cost(work: Callable[[], Answer]) -> tuple[Answer, float, float]:
    """The answer, CPU seconds and wall seconds of it."""
    wall, cpu = perf_counter(), process_time()
    answer = work()
    return answer, process_time() - cpu, perf_counter() - wall


def least_cost(work: Callable[[], Answer]) -> tuple[Answer, float, float]:
    """The same of the quicker of two times, for figures that others' work disturbs."""
    return min((cost(work) for _ in range(2)), key=lambda found: found[2])


def vectors_row() -> Row:
    """S1: Resemblyzer's loop over clips, on what its own preprocessing made of them.

    In wall time: the peer on one thread, ours on all cores. What the peer takes with the threads
    that torch gives it unasked is in the note.
    """
    from resemblyzer import VoiceEncoder, preprocess_wav

    waves = [preprocess_wav(wave) for wave in clips(VECTOR_CLIPS)]
    encoder = VoiceEncoder("cpu", verbose=False)
    with one_thread():  # torch keeps what it was last told, and the stage tells it one
        speaker_vectors(waves[:2])
    encoder.embed_utterance(waves[0])
    cores = os.cpu_count() or 1
    theirs, peer_cpu, peer = least_cost(lambda: [encoder.embed_utterance(w) for w in waves])
    with one_thread():
        _, alone_cpu, alone = least_cost(lambda: [encoder.embed_utterance(w) for w in waves])
        ours, cpu, wall = least_cost(lambda: speaker_vectors(waves, threads=cores))
    cosine = float(np.sum(np.array(theirs) * ours, axis=1).min())
    return Row(
        id="S1",
        measure=f"speaker vectors of {VECTOR_CLIPS} clips of {CLIP_S} s, all cores",
        peer_name="Resemblyzer embed_utterance, one thread",
        peer=alone,
        ours=wall,
        unit="wall s",
        pass_line=3.0,
        equal=cosine >= 0.99999,
        note=f"least cosine {cosine:.7f}; CPU seconds {alone_cpu:.1f} and {cpu:.1f}; the peer with "
        f"torch's own threads: {peer:.1f} s wall, {peer_cpu:.1f} CPU; limited by the LSTM's matrix "
        f"products, which {cores} cores share",
    )


def dnsmos_rows() -> Iterator[Row]:
    """S4: speechmos against both of our ways."""
    from speechmos import dnsmos

    waves = clips(MOS_CLIPS)
    dnsmos.run(waves[0][:RATE], RATE)
    theirs, peer, _ = cost(lambda: [dnsmos.run(wave, RATE) for wave in waves])
    expected = np.array([[mos[f"{key}_mos"] for key in MOS] for mos in theirs])
    (info,) = (info for info in scorers() if info.key == "dnsmos")
    for mode, pass_line in (("fast", 4.0), ("exact", 1.0)):
        score = info.create(mode)
        score(ScorerInput(Waveform(waves[0], RATE)))
        found, cpu, _ = cost(
            lambda s=score: [s(ScorerInput(Waveform(wave, RATE))) for wave in waves]
        )
        ours = np.array([[mos[f"dnsmos_{key}"] for key in MOS] for mos in found])
        means = ours.mean(axis=0) - expected.mean(axis=0)
        each = np.abs(ours - expected)
        equal = abs(means[0]) <= 0.05 if mode == "fast" else each.max() <= 1e-4
        yield Row(
            id=f"S4 {mode}",
            measure=f"DNSMOS of {MOS_CLIPS} clips of {CLIP_S} s, {mode}",
            peer_name="speechmos.run",
            peer=peer,
            ours=cpu,
            unit="CPU s",
            pass_line=pass_line,
            equal=bool(equal),
            note=f"mean OVRL differs by {means[0]:+.4f}, one clip by {each[:, 0].mean():.4f}"
            f" on average and any number by {each.max():.1g} at most",
        )


MOS = ("ovrl", "sig", "bak", "p808")


def first_map_row() -> Row:
    """S20: a map of 5,000 clips in a process of its own, with imports and compilation."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST_MAP], check=True, capture_output=True, text=True
    )
    seconds, digest = done.stdout.split()
    again = hashlib.sha256(map_places(principal(made_up_vectors(FIRST_CLIPS)), 0)).hexdigest()
    return Row(
        id="S20 5k",
        measure=f"speaker map of {FIRST_CLIPS:,} clips, imports and compilation included",
        peer_name="-",
        peer=None,
        ours=float(seconds),
        unit="CPU s",
        pass_line=FIRST_LIMIT_S,
        equal=digest == again,
        note="a second process gives the same map; on-disk cache of pynndescent filled",
        is_limit=True,
    )


def map_row(count: int) -> Row:
    """S20: umap.UMAP, seeded and warm, against the speaker map."""
    from umap import UMAP

    vectors = made_up_vectors(count)
    map_places(principal(vectors[:1_000]), 0)
    UMAP(metric="cosine", random_state=42, n_jobs=1).fit_transform(vectors[:5_000])
    ours, cpu, wall = cost(lambda: map_places(principal(vectors), 0))
    again = map_places(principal(vectors), 0)
    theirs, peer, peer_wall = cost(
        lambda: UMAP(metric="cosine", random_state=42, n_jobs=1).fit_transform(vectors)
    )
    trust, peer_trust = (trustworthiness(vectors, places) for places in (ours, theirs))
    same = np.array_equal(ours, again)
    return Row(
        id=f"S20 {count // 1000}k",
        measure=f"speaker map of {count:,} clips",
        peer_name="umap-learn, seeded",
        peer=peer,
        ours=cpu,
        unit="CPU s",
        pass_line=1.0,
        equal=same and trust >= peer_trust - 0.01,
        note=f"trustworthiness {trust:.4f}, the peer's {peer_trust:.4f}; the second run is "
        f"{'the same' if same else 'another'} map; wall {peer_wall / wall:.1f}x",
    )


def made_up_vectors(count: int) -> NDArray[np.float32]:
    """Directions of 40 voices as the network gives them: length 1, nothing below 0."""
    rng = np.random.default_rng(0)
    voices = np.abs(rng.standard_normal((40, 256))) * (rng.random((40, 256)) < 0.4)
    rows = voices[rng.integers(0, 40, count)] + 0.35 * rng.standard_normal((count, 256))
    rows = np.maximum(rows, 0.0)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def trustworthiness(vectors: NDArray[np.float32], places: NDArray[np.float32]) -> float:
    """How far neighbours on the map are neighbours in truth, 0..1."""
    from sklearn.manifold import trustworthiness as trust_of

    some = np.random.default_rng(0).permutation(len(vectors))[:TRUST_CLIPS]
    return float(trust_of(vectors[some], places[some], n_neighbors=NEIGHBOURS, metric="cosine"))
