"""A cleaner is one file: this one is added to a copy of the program and used end to end."""

import json

import numpy as np
import pytest
import soundfile

from tests.helpers.sounds import speech_like, write_sound

FILE = "curator/stages/cleaning/cleaners/invert.py"
CLEANER = '''
"""Polarity inversion with gain, for tests."""

from curator.stages.cleaning.cleaners import CleanerSetting, cleaner


@cleaner(
    label="Invert polarity",
    version=1,
    settings={"gain": CleanerSetting(1.0, 0.5, 1.0, "linear gain")},
)
class Invert:
    """Inverts the polarity of a recording."""

    def __init__(self, gain):
        self._gain = gain

    def clean(self, sound):
        for block in sound.blocks:
            yield -self._gain * block
'''
RECIPE = """
name = "inverted"
use = "Test of polarity."
[[step]]
cleaner = "invert"
"""


@pytest.mark.model
@pytest.mark.slow
def test_a_cleaner_is_one_file(checkout, tmp_path):
    checkout.add(FILE, CLEANER)
    (checkout.folder / "resources/recipes/inverted.toml").write_text(RECIPE)
    listed = " ".join(checkout.curator("clean", "--help").split())
    assert "hum, invert, loudness" in listed
    project, sound = tmp_path / "show.curator", tmp_path / "show.wav"
    write_sound(sound, speech_like(8.0, 16_000, seed=3), 16_000)
    checkout.curator("new", project, "--language", "en")
    checkout.curator("import", project, sound)
    recipes = checkout.curator("clean", project, "--list", "--json").splitlines()
    assert {"inverted": "Invert polarity"}.items() <= {
        recipe["name"]: recipe["steps"] for recipe in map(json.loads, recipes)
    }.items()
    checkout.curator("analyse", project, "--only", "segment")
    before = exported(checkout, project, tmp_path / "before")
    cleaned = checkout.curator("clean", project, "--recipe", "inverted", "--json").splitlines()
    verdicts = [line for line in map(json.loads, cleaned) if "accepted" in line]
    assert verdicts
    assert all(verdict["accepted"] for verdict in verdicts)
    after = exported(checkout, project, tmp_path / "after")
    assert np.corrcoef(before, after)[0, 1] < -0.99


def exported(checkout, project, folder):
    """Samples of the first clip of an export of all clips that have text."""
    checkout.curator("decide", project, "--query", "", "--text", "Ah ah ah.")
    checkout.curator("decide", project, "--query", "", "--keep")
    checkout.curator("export", project, folder, "--format", "ljspeech")
    return soundfile.read(min((folder / "wavs").iterdir()))[0]
