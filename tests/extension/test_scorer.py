"""A scorer is one file: this one is added to a copy of the program and used end to end."""

import json

import pytest

from tests.helpers.sounds import speech_like, write_sound

FILE = "curator/stages/scoring/scorers/crest_factor.py"
SCORER = '''
"""Peak level over RMS level."""

import numpy as np

from curator.stages.scoring.scorers import scorer


@scorer(
    label="Crest factor",
    unit="dB",
    better="neither",
    version=1,
    hears="source",
    between=(0.0, 100.0),
)
class CrestFactor:
    """Crest factor of the clip, in dB."""

    def __call__(self, clip):
        samples = clip.wave.samples
        rms = np.sqrt(np.mean(np.square(samples)))
        return {"crest_factor": float(20 * np.log10(np.max(np.abs(samples)) / rms))}
'''


@pytest.mark.model
def test_a_scorer_is_one_file(checkout, tmp_path):
    checkout.add(FILE, SCORER)
    listed = " ".join(checkout.curator("clips", "--help").split())
    assert "clipping, crest_factor, distillmos" in listed
    project, sound = tmp_path / "show.curator", tmp_path / "show.wav"
    write_sound(sound, speech_like(8.0, 16_000, seed=3), 16_000)
    checkout.curator("new", project, "--language", "en")
    checkout.curator("import", project, sound)
    checkout.curator("analyse", project, "--only", "segment,score")
    clips = [json.loads(line) for line in checkout.curator("clips", project, "--json").splitlines()]
    values = [clip["scores"]["crest_factor"] for clip in clips]
    assert values
    assert all(3.0 < value < 40.0 for value in values)
    above = checkout.curator("clips", project, "--json", "--query", f"crest_factor>{min(values)}")
    assert len(above.splitlines()) == sum(value > min(values) for value in values)
    again = checkout.curator("analyse", project, "--only", "score", "--json")
    assert '"score"' not in again
