"""Two people at once, and music: how many are found, at how many false alarms, for how much."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from curator.audio.waveform import Samples, Waveform
from curator.domain.findings import MUSIC, OVERLAP
from curator.stages.scoring.scorers import ScorerInput, scorers
from tests.benchmarks.rows import Row
from tests.helpers import band
from tests.helpers.cleaning import mixed, music
from tests.helpers.mixtures import RATE, a_talk_over, clips, judges

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
MOST_ALARMS = 0.05
LEAST_FOUND = 0.8
AFFORDABLE_S = 0.3  # of processor time a clip
LONG_S = 1.5
PIECES = range(1, 60, 2)  # those from which nothing was learned


def rows() -> Iterator[Row]:
    """What is missed of both, and the price."""
    pool = clips(DATA, judges(DATA), seed=7)
    made = {info.key: info.create("") for info in scorers() if info.step == "overlap"}

    def score(key: str, sound: Samples) -> float:
        return float(made[key](ScorerInput(Waveform(sound, RATE)))[key])

    score("overlap", pool[0][1])  # the network is loaded
    began = time.process_time()
    clean = [(score("overlap", sound), score("music", sound)) for _, sound in pool]
    price = (time.process_time() - began) / len(pool)
    yield _overlap_row(pool, score, float(np.mean([two >= OVERLAP for two, _ in clean])))
    yield _music_row(pool, score, float(np.mean([tune >= MUSIC for _, tune in clean])))
    seconds = np.mean([sound.size / RATE for _, sound in pool])
    yield Row(
        id="overlap price",
        measure="looking for a second voice and for music in a clip, processor time",
        peer_name="what 40,000 clips may cost each",
        peer=None,
        ours=price,
        unit="s",
        pass_line=AFFORDABLE_S,
        equal=True,
        note=f"clips of {seconds:.1f} s on average",
        is_limit=True,
    )


def _overlap_row(pool, score, alarms: float) -> Row:
    rng = np.random.default_rng(3)
    mixes = [a_talk_over(pool, who, sound, rng) for who, sound in pool for _ in "12"]
    found = np.array([score("overlap", mix.sound) >= OVERLAP for mix in mixes])
    is_long = np.array([mix.stop - mix.start >= LONG_S for mix in mixes])
    return Row(
        id="overlap found",
        measure="clips with two people at once, the second 0 to 6 dB weaker, that are missed",
        peer_name="what may be missed",
        peer=None,
        ours=float(1 - found.mean()),
        unit="of the clips",
        pass_line=1 - LEAST_FOUND,
        equal=alarms <= MOST_ALARMS,
        note=f"{found[is_long].mean():.0%} of {LONG_S} s and more are found, {found.mean():.0%} of "
        f"all {found.size}; alarms on {alarms:.1%} of {len(pool)} clean clips",
        is_limit=True,
    )


def _music_row(pool, score, alarms: float) -> Row:
    rng = np.random.default_rng(5)

    def found(play) -> float:
        mixes = [mixed(sound, play(sound.size), rng.uniform(0, 10)) for _, sound in pool]
        return float(np.mean([score("music", mix) >= MUSIC for mix in mixes]))

    chords = found(lambda size: music(size, RATE, int(rng.integers(1 << 30))))
    note = f"chords; alarms on {alarms:.1%} of {len(pool)} clean clips"
    if band.can_play():
        with tempfile.TemporaryDirectory() as folder:
            pieces = [band.play(Path(folder), seed)[1] for seed in PIECES]

        def piece(size: int) -> Samples:
            chosen = pieces[rng.integers(len(pieces))]
            return np.resize(chosen[rng.integers(chosen.size // 2) :], size)

        note = f"instruments of nine kinds: {found(piece):.0%} found; {note}"
    return Row(
        id="music found",
        measure="clips with music under the voice, 0 to 10 dB below it, that are missed",
        peer_name="what may be missed",
        peer=None,
        ours=1 - chords,
        unit="of the clips",
        pass_line=1 - LEAST_FOUND,
        equal=alarms <= MOST_ALARMS,
        note=note,
        is_limit=True,
    )
