"""DistillMOS among the measures: on request, equal to the scorer, absent without its package."""

from types import SimpleNamespace

import numpy as np
import pytest

from curator.audio.waveform import Waveform
from curator.stages.scoring.scorers import ScorerInput
from curator.stages.scoring.scorers.distillmos import DistillMos
from tests.helpers.sounds import speech_like
from trainer.cli.evaluate import _requested
from trainer.errors import TrainerError
from trainer.evaluate.measures import VoiceStatistics, distillmos, measures
from trainer.speech.prior import fit_prior

RATE = 16_000


def voice_with(*requested):
    prior = fit_prior([], [], (0.15, 1 / 13))
    return VoiceStatistics({}, prior, None, frozenset(requested))


def test_it_runs_only_on_request():
    (info,) = (each for each in measures() if each.name == "distillmos")
    assert not info.runs(voice_with())
    assert info.runs(voice_with("distillmos"))
    assert all(each.runs(voice_with()) for each in measures() if each is not info)


def test_without_a_gpu_it_is_off_unless_asked_for(monkeypatch):
    torch = pytest.importorskip("torch")
    for has_gpu, quality, expected in (
        (False, None, set()),
        (True, None, {"distillmos"}),
        (False, True, {"distillmos"}),
        (True, False, set()),
    ):
        monkeypatch.setattr(torch.cuda, "is_available", lambda has_gpu=has_gpu: has_gpu)
        assert _requested(quality) == expected


def test_without_its_package_it_is_refused_when_asked_for_and_silent_otherwise(monkeypatch):
    monkeypatch.setattr(distillmos, "find_spec", lambda _name: None)
    assert _requested(None) == set()
    with pytest.raises(TrainerError, match="not installed"):
        _requested(True)


@pytest.mark.model
def test_it_gives_the_number_of_the_scorer():
    speech = speech_like(1.0, RATE, seed=2)
    sample = SimpleNamespace(listening=speech)
    measured = distillmos.measure(sample, voice_with("distillmos"))["distillmos"]
    scored = DistillMos()(ScorerInput(Waveform(speech, RATE)))["distillmos"]
    assert measured == pytest.approx(scored, abs=1e-5)
    for nothing in (np.zeros(RATE, np.float32), np.zeros(0, np.float32)):
        silent = SimpleNamespace(listening=nothing)
        assert distillmos.measure(silent, voice_with("distillmos")) == {}
