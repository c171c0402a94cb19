"""CAM++ beside Resemblyzer: features as Kaldi has them, one scale, ten voices and mixtures."""

import numpy as np
import pytest
import soundfile

from curator.cli.arguments import run
from curator.domain.errors import CuratorError, MissingModel
from curator.domain.speaker_encoder import CAMPPLUS, ENCODERS, RESEMBLYZER
from curator.stages.speaker import campplus
from curator.stages.speaker.embed import Embed, speaker_vectors
from curator.stages.speaker.similarity import SURELY_THE_SAME, USUAL_THRESHOLD
from curator.store.project import Project
from tests.helpers.factories import a_project
from tests.helpers.sounds import noise, speech_like

RATE = 16_000
pytestmark = pytest.mark.model


@pytest.mark.parametrize("seconds", [0.1, 1.0, 2.5])
def test_features_are_those_of_kaldi(seconds):
    torch = pytest.importorskip("torch")
    kaldi = pytest.importorskip("torchaudio.compliance.kaldi")
    wave = speech_like(seconds, RATE, seed=4) + noise(seconds, RATE, level=0.01)
    theirs = kaldi.fbank(
        torch.from_numpy(wave)[None], num_mel_bins=80, dither=0.0, sample_frequency=RATE
    ).numpy()
    ours = campplus.filter_bank(wave)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() < 5e-3


def test_vectors_are_directions_and_silence_has_none():
    waves = [speech_like(1.0, RATE), np.zeros(RATE, np.float32), noise(0.05, RATE)]
    vectors = speaker_vectors(waves, encoder=CAMPPLUS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 0.0, 0.0], abs=1e-5)
    assert Embed(encoder=CAMPPLUS).options == CAMPPLUS
    assert Embed().options == ""  # as before there was a choice


def test_without_its_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(campplus, "find_spec", lambda _name: None)
    with pytest.raises(MissingModel, match="not installed"):
        campplus.CamPlus()


def test_another_encoder_is_chosen_per_project_and_forgets_the_vectors(tmp_path, capsys):
    a_project(tmp_path, 3).close()
    path = tmp_path / "show.curator"
    with Project.open(path) as project:
        assert project.settings.speaker_encoder == RESEMBLYZER
        with pytest.raises(CuratorError, match="no speaker encoder 'x-vector'"):
            project.set_speaker_encoder("x-vector")
    code = run(["speaker", str(path), "--encoder", CAMPPLUS])
    assert (code, "by CAM++" in capsys.readouterr().out) == (0, True)
    with Project.open(path) as project:
        assert project.settings.speaker_encoder == CAMPPLUS
        assert project.facts.vectors() == []
        project.set_speaker_encoder(RESEMBLYZER)
        assert project.settings.speaker_encoder == RESEMBLYZER


@pytest.fixture
def clips(real_speech):
    """Clips of 3 s of ten people, by person, 4 each."""
    people = {}
    for path in sorted((real_speech / "librispeech-test-other").glob("*/**/*.flac")):
        samples, _ = soundfile.read(path, dtype="float32")
        its = people.setdefault(path.name.partition("-")[0], [])
        starts = range(0, samples.size - 3 * RATE + 1, 4 * RATE)
        its += [samples[start : start + 3 * RATE] for start in starts][: 4 - len(its)]
    return {name: its for name, its in people.items() if len(its) >= 4}


def area(own, others):
    """Area under the curve: share of pairs in the right order."""
    return float(np.mean(np.asarray(own)[:, None] > np.asarray(others)[None, :]))


@pytest.mark.slow
@pytest.mark.real_speech
@pytest.mark.parametrize("encoder", ENCODERS)
def test_ten_voices_and_mixtures_are_told_apart_on_one_scale(encoder, clips, record_property):
    """Half of a person's clips are the voice; the others are compared, alone and mixed."""
    voices, alone, mixed = {}, {}, {}
    people = list(clips)
    for at, name in enumerate(people):
        its, other = clips[name], clips[people[at - 1]]
        half = len(its) // 2
        mean = speaker_vectors(its[:half], encoder=encoder).mean(axis=0)
        voices[name] = mean / np.linalg.norm(mean)
        alone[name] = speaker_vectors(its[half:], encoder=encoder)
        louder = [
            a + b * np.sqrt(np.mean(a**2) / np.mean(b**2))
            for a, b in zip(its[half:], other, strict=False)
        ]
        mixed[name] = speaker_vectors(louder, encoder=encoder)
    own = np.concatenate([alone[name] @ voices[name] for name in people])
    others = np.concatenate([alone[a] @ voices[b] for a in people for b in people if a != b])
    both = np.concatenate([mixed[name] @ voices[name] for name in people])
    figures = {"others": area(own, others), "mixtures": area(own, both)}
    for key, value in figures.items():
        record_property(f"{encoder}: area under the curve against {key}", round(value, 4))
    assert len(people) == 10
    assert figures["others"] >= 0.999
    assert figures["mixtures"] >= 0.9
    assert np.mean(own < USUAL_THRESHOLD) <= 0.05
    assert np.mean(others > USUAL_THRESHOLD) <= 0.01
    assert np.mean(others > SURELY_THE_SAME) == 0.0
