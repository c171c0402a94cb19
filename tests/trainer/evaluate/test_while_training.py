"""Sentences spoken while it trains: measured, written down, and nothing of the training moved."""

import json
import random
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from tests.trainer.toy_runs import digest, history
from trainer.backends.toy import ToyBackend
from trainer.cli.parser import main
from trainer.evaluate.during_training import means_of
from trainer.evaluate.sentences import Sentence, spread
from trainer.evaluate.summary import DIRECTION
from trainer.runs.events import of_kind, read_events

pytestmark = pytest.mark.model

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[3] / "resources" / "events.schema.json").read_text()
)
SPEECH = ("speech", "speech_means")


def without_speech(run) -> list[dict]:
    return [event for event in history(run) if event["event"] not in SPEECH]


@pytest.fixture
def restless(monkeypatch):
    """A toy that uses up everybody's chance whenever it speaks or is built."""
    import torch

    def draw():
        torch.rand(7), random.random(), np.random.rand(3)

    for name in ("speak", "network", "export"):
        real = getattr(ToyBackend, name)

        def called(self, *arguments, real=real):
            draw()
            return real(self, *arguments)

        monkeypatch.setattr(ToyBackend, name, called)


def test_weights_and_events_are_the_same_with_it_and_without(toy, restless, tmp_path):
    import torch

    states = []
    for name, sentences in (("without", 0), ("with", 1)):
        torch.manual_seed(4)
        random.seed(4)
        np.random.seed(4)
        changes = ("sched.total_steps=5", f"eval.speak_sentences={sentences}")
        assert toy("train", tmp_path / name, *changes) == 0
        states.append((torch.rand(1).item(), random.random(), np.random.rand()))
    assert states[0] == states[1]
    steps = [event["step"] for event in of_kind(read_events(tmp_path / "with"), "checkpoint")]
    for step in steps:
        for kind in ("weights", "optimizer"):
            assert digest(tmp_path / "with", step, kind) == digest(tmp_path / "without", step, kind)
    with_it, without = without_speech(tmp_path / "with"), without_speech(tmp_path / "without")
    assert [dict(each, config_sha256=0) for each in with_it] == [
        dict(each, config_sha256=0) for each in without
    ]
    events = read_events(tmp_path / "with")
    evaluated = [event["step"] for event in of_kind(events, "eval")]
    assert [event["step"] for event in of_kind(events, "speech_means")] == evaluated
    assert not of_kind(read_events(tmp_path / "without"), "speech")


def test_what_was_spoken_is_written_by_the_schema_with_its_mean(toy, tmp_path, capsys):
    run = tmp_path / "run"
    changes = ("sched.total_steps=10", "eval.speak_sentences=2", "eval.speak_every=2")
    assert toy("train", run, *changes) == 0
    events = read_events(run)
    assert [event["step"] for event in of_kind(events, "eval")] == [0, 5, 10]
    assert [event["step"] for event in of_kind(events, "speech_means")] == [0, 10]
    for event in events:
        jsonschema.validate(event, SCHEMA)
    for event in of_kind(events, "speech_means"):
        rows = [each for each in of_kind(events, "speech") if each["step"] == event["step"]]
        assert len(rows) == 2
        assert all((run / row["wav"]).is_file() for row in rows)
        assert set(event["measures"]) <= set(DIRECTION)
        for key, found in event["measures"].items():
            values = [row["measures"][key] for row in rows if row["measures"][key] is not None]
            assert found["samples"] == len(values)
            assert found["mean"] == pytest.approx(np.mean(values), abs=1e-5)
            assert found["low"] is None  # two sentences say nothing of a spread
    assert "2 sentences spoken: " in capsys.readouterr().err
    assert not list(run.glob(".voice-*"))


def test_going_back_to_a_checkpoint_speaks_again_only_what_came_after(toy, tmp_path, monkeypatch):
    from trainer.training import loop

    run = tmp_path / "run"

    def pause_at_7(self, pause, ask=loop.Clock.requests):
        self.turns = getattr(self, "turns", 0) + 1
        return ask(self, pause or self.turns == 7)

    with monkeypatch.context() as patch:
        patch.setattr(loop.Clock, "requests", pause_at_7)
        toy("train", run, "sched.total_steps=10", "eval.speak_sentences=1")
    assert toy("resume", run) == 0
    assert [event["step"] for event in of_kind(read_events(run), "speech")] == [0, 5, 10]


def test_a_voice_that_cannot_speak_does_not_end_the_training(toy, tmp_path, monkeypatch):
    def broken(self, *_):
        raise RuntimeError("out of memory\nand more")

    monkeypatch.setattr(ToyBackend, "export", broken)
    run = tmp_path / "run"
    assert toy("train", run, "sched.total_steps=5", "eval.speak_sentences=1") == 0
    means = of_kind(read_events(run), "speech_means")
    assert [(event["fault"], event["measures"]) for event in means] == [("out of memory", {})] * 2
    assert of_kind(read_events(run), "finished")


def test_six_sentences_have_an_interval_around_their_mean():
    values = (0.0, 0.1, 0.2, 0.1, 0.0, 0.5)
    found = means_of([{"measures": {"wer": value, "rate": None}} for value in values])
    assert set(found) == {"wer"}
    assert found["wer"]["samples"] == 6
    assert 0.0 < found["wer"]["low"] < found["wer"]["mean"] == 0.15 < found["wer"]["high"] < 0.5


def test_sentences_are_spread_over_the_categories():
    kinds = (("a", "plain"), ("a", "short"), ("b", "plain"), (None, "long"), ("b", "long"))
    script = [
        Sentence(str(at), "Text.", kind, category) for at, (category, kind) in enumerate(kinds)
    ]
    assert [each.id for each in spread(script, 2)] == ["0", "2"]
    assert [each.id for each in spread(script, 9)] == ["0", "2", "1"]
    even = [Sentence(f"{kind}{at}", "Text.", "plain", kind) for kind in "abc" for at in range(3)]
    assert [each.id for each in spread(even, 4)] == ["a0", "b1", "c2", "a1"]
    assert len({each.id for each in spread(even, 9)}) == 9


@pytest.mark.slow
def test_xtts_learns_the_same_with_it_and_without(tmp_path):
    from tests.trainer.bundles import a_bundle

    bundle = a_bundle(tmp_path / "show", 10, most_s=2.0)
    sizes = ("model.layers=1", "model.width=32", "model.dvae_width=32", "model.dropout=0.1")
    steps = ("sched.total_steps=4", "eval.every_steps=2", "ckpt.every_steps=4", "ema.on=true")
    for name, many in (("without", 0), ("with", 1)):
        words = [f"--set={each}" for each in (*sizes, *steps, f"eval.speak_sentences={many}")]
        run = tmp_path / name
        assert main(["train", str(bundle), str(run), "--preset", "tiny-cpu", *words]) == 0
    for kind in ("weights", "ema", "optimizer"):
        assert digest(tmp_path / "with", 4, kind) == digest(tmp_path / "without", 4, kind)
    spoken = of_kind(read_events(tmp_path / "with"), "speech")
    assert [event["step"] for event in spoken] == [0, 2, 4]
    assert not any(event["fault"] for event in spoken)
