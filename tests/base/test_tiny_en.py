"""The base that ships: its size, and how well a transcriber understands its held-out sentences."""

import os

import numpy as np
import pytest

from tests.base.sentences import held_out_sentences
from trainer.backends.xtts.shipped_base import REFERENCE, write_shipped_base
from trainer.backends.xtts.speaker import XttsSpeaker
from trainer.evaluate.samples import as_sample
from trainer.resources import resources
from trainer.speech.text_normalise import distance, words
from trainer.speech.transcriber import Transcriber

NAME = "tiny-en"
SENTENCES = int(os.environ.get("BASE_SENTENCES", "16"))
MOST_BYTES = 12_000_000
MOST_ERRORS = 0.35


def test_it_is_small_and_states_its_sources():
    folder = resources() / "bases" / NAME
    assert sum(path.stat().st_size for path in folder.iterdir()) <= MOST_BYTES
    assert "flite" in (folder / "README.md").read_text("utf-8")
    assert "Carnegie Mellon" in (folder / "LICENCE.txt").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.model
def test_its_held_out_sentences_are_understood(tmp_path):
    base = tmp_path / NAME
    write_shipped_base(NAME, base)
    speaker, transcriber = XttsSpeaker(base), Transcriber("base")
    errors = []
    for seed, text in enumerate(held_out_sentences()[:SENTENCES]):
        sound = speaker.synthesise(text, "en", [base / REFERENCE], seed, None)
        heard = as_sample(sound, [text], "en", transcriber).transcript
        errors.append(distance(words(text), words(heard)) / len(words(text)))
    assert np.mean(errors) <= MOST_ERRORS, errors
