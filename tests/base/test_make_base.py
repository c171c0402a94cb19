"""The script of the small base, with a schedule of seconds: the same files from nothing, twice."""

import shutil

import pytest

from tests.base.make_base import BaseSchedule, TrainingRound, make_base
from tests.base.sentences import HELD_OUT, held_out_sentences, training_texts
from tests.trainer.backends.xtts.making import NoWhisper
from trainer.backends.xtts.base import FILES, open_base
from trainer.backends.xtts.decoder import measuring
from trainer.backends.xtts.stock import load_stock
from trainer.runs.files import sha256_of

SHORT = BaseSchedule(
    texts=16,
    phrases=1.0,
    decoder_clips=(8, 2),
    settings=(
        *("model.layers=1", "model.width=32", "model.heads=2", "model.dvae_width=32"),
        *("model.vocoder_width=16", "codebook.steps=4", "codebook.every_steps=2"),
        *("sched.total_steps=3", "eval.every_steps=3", "optim.effective_clips=4"),
        *("decoder.steps=4", "decoder.every_steps=2", "decoder.clips=2"),
    ),
    rounds=(TrainingRound(gpt=("optim.lr=5e-4",)),),
)


def test_held_out_sentences_are_distinct_and_no_training_text():
    sentences = held_out_sentences()
    assert len(set(sentences)) == HELD_OUT
    texts = training_texts(500, 0.3, 0)
    assert len(set(texts)) == 500
    assert texts == training_texts(500, 0.3, 0)
    assert not {text.lower() for text in texts} & {text.lower() for text in sentences}
    assert not any("{" in text for text in (*sentences, *texts))


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.model
@pytest.mark.timeout(3000)
@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_the_script_makes_the_same_files_from_nothing_and_continues(tmp_path, monkeypatch):
    monkeypatch.setattr(measuring, "Transcriber", NoWhisper)
    base = make_base(tmp_path / "one", SHORT)
    assert open_base(base).matches_dvae
    assert load_stock(base) is not None  # strict
    hashes = {name: sha256_of(base / name) for name in FILES}
    shutil.rmtree(base)  # as if it had been killed before the last step
    assert make_base(tmp_path / "one", SHORT) == base
    assert {name: sha256_of(base / name) for name in FILES} == hashes
    again = make_base(tmp_path / "two", SHORT)
    assert {name: sha256_of(again / name) for name in FILES} == hashes
