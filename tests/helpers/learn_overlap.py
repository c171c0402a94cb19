"""Learns the weights of ``resources/overlap.json`` anew: ``python -m tests.helpers.learn_overlap``.

From the clips of six people (also faster and slower, as if of eighteen) and from 30 pieces of
music. The other people and pieces are kept for measuring. Thresholds are those that so many clean
clips of people who were left out of the learning reach.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from curator.domain.resources import resources
from curator.stages.scoring.learned_rules import FILE
from curator.stages.scoring.scorers.music import tone_measures
from curator.stages.scoring.scorers.overlap import WINDOW_S, window_starts, window_states
from curator.stages.speaker.resemblyzer import the_encoder
from tests.conftest import REAL_SPEECH
from tests.helpers.band import play
from tests.helpers.cleaning import hum, in_a_room, mixed, pink_noise
from tests.helpers.mixtures import RATE, Mixed, a_talk_over, as_another, clips, learners

FALSE_ALARMS = {"two people": 0.06, "music": 0.10}
"""Of clean clips of people who were left out, so that a third fewer taught. Of others there are
then a third to a tenth as many, as all teach."""

FACTORS = (1.0, 0.87, 1.14)
PIECES = range(0, 60, 2)
ENOUGH_S = 0.45  # of a window in which two speak
FOLDS = 3
MADE = (
    "Learned from mixtures of LibriSpeech test-other (CC BY 4.0, every second speaker), LJ Speech "
    "(public domain) and pieces made up and played by General MIDI instruments."
)


def recordings(seed: int) -> list[Mixed]:
    """Clean clips, and each with a second person, noise, echoes, hum or music."""
    rng = np.random.default_rng(seed)
    own = clips(REAL_SPEECH, [*learners(REAL_SPEECH), "lj"], seed)
    pool = [(f"{who}@{f}", as_another(sound, f)) for f in FACTORS for who, sound in own]
    with tempfile.TemporaryDirectory() as folder:
        pieces = [play(Path(folder), piece)[1] for piece in PIECES]
    found = []
    for place, (who, sound) in enumerate(pool):
        found += [Mixed("clean", who, sound), *(a_talk_over(pool, who, sound, rng) for _ in "12")]
        music = pieces[rng.integers(len(pieces))]
        under = np.resize(music[rng.integers(music.size // 2) :], sound.size)
        found.append(Mixed("music", who, mixed(sound, under, rng.uniform(0, 10))))
        spoiled = (
            mixed(sound, pink_noise(sound.size, place), rng.uniform(5, 25)),
            in_a_room(sound, RATE, rng.uniform(0.2, 0.5), place),
            mixed(sound, hum(sound.size, RATE, rng.choice([50, 60])), rng.uniform(10, 25)),
        )
        found.append(Mixed("spoiled", who, spoiled[place % 3]))
    return found


def learned(
    name: str,
    sounds: list[Mixed],
    measure: Callable[[Mixed], tuple[np.ndarray, np.ndarray, np.ndarray]],
    join: Callable[[np.ndarray], float],
    strength: float,
) -> dict[str, object]:
    """A rule. measure: of a clip's windows (measures, whether they say yes, which may teach)."""
    parts = [measure(sound) for sound in sounds]
    rows, yes, use = (np.concatenate([part[i] for part in parts]) for i in range(3))
    clip = np.repeat(np.arange(len(parts)), [len(part[1]) for part in parts])
    people = np.array([sound.voice.split("+")[0].split("@")[0] for sound in sounds])
    others = np.array([sound.voice.split("+")[-1].split("@")[0] for sound in sounds])
    clean = np.array([sound.kind == "clean" for sound in sounds])
    sums = np.zeros(len(rows))
    for fold in range(FOLDS):
        left_out = sorted(set(people))[fold::FOLDS]
        out = np.isin(people, left_out)
        teach = use & ~(out | np.isin(others, left_out))[clip]
        weights, bias = fitted(rows[teach], yes[teach], strength)
        sums[out[clip]] = rows[out[clip]] @ weights + bias
    of_clip = np.array(
        [join(sums[clip == i]) if (clip == i).any() else -99.0 for i in range(len(parts))]
    )
    threshold = float(np.quantile(of_clip[clean], 1 - FALSE_ALARMS[name]))
    target = np.array([bool(part[1].any()) for part in parts])
    found = np.mean(of_clip[target] > threshold)
    sys.stdout.write(f"{name}: found among the left out: {found:.1%}\n")
    weights, bias = fitted(rows[use], yes[use], strength)
    return {"bias": round(bias - threshold, 5), "weights": [float(f"{w:.5g}") for w in weights]}


def fitted(rows: np.ndarray, yes: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    """Logistic regression on measures brought to one scale; weights of the measures themselves."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    found = LogisticRegression(C=strength, max_iter=2000, class_weight="balanced")
    found.fit((rows - middle) / spread, yes)
    weights = found.coef_[0] / spread
    return weights, float(found.intercept_[0] - weights @ middle)


def two_people(sound: Mixed) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Windows with two who speak; those with a little of it teach nothing."""
    starts = window_starts(sound.sound)
    both = np.array(
        [
            max(0.0, min(sound.stop, at / RATE + WINDOW_S) - max(sound.start, at / RATE))
            for at in starts
        ]
    )
    states, _ = window_states(the_encoder(), sound.sound, starts)
    return states, both >= ENOUGH_S, (both >= ENOUGH_S) | (both < 0.1)


def with_music(sound: Mixed) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All windows of clips with music."""
    rows = tone_measures(sound.sound)
    return rows, np.full(len(rows), sound.kind == "music"), np.ones(len(rows), bool)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--out", type=Path, default=resources() / FILE)
    given = parser.parse_args()
    sounds = recordings(given.seed)
    own = [each for each in sounds if "@1.0" in each.voice.split("+")[0]]
    rules = {
        "made": MADE,
        "two_people": learned("two people", sounds, two_people, np.max, 0.001),
        "music": learned("music", own, with_music, np.mean, 1.0),
    }
    given.out.write_text(json.dumps(rules, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
