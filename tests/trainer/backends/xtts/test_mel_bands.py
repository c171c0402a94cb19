"""Codes of a base fitted to another voice: the map of the bands is exact, files are checked."""

import json

import numpy as np
import pytest
import torch

from tests.trainer.bundles import a_bundle
from trainer.backends.xtts import networks
from trainer.backends.xtts.base import load_tensors, open_base
from trainer.backends.xtts.mel_bands import (
    BANDS,
    BandStatistics,
    band_statistics,
    fit_to_voice,
    read_statistics,
    statistics_of,
    write_statistics,
)
from trainer.backends.xtts.shipped_base import SENTENCES, write_shipped_base
from trainer.bundle.manifest import read_bundle
from trainer.cli.parser import main
from trainer.errors import TrainerError

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bases") / "tiny"
    write_shipped_base("tiny-en", folder)
    return folder


@pytest.fixture(scope="module")
def show(tmp_path_factory):
    return a_bundle(tmp_path_factory.mktemp("bundles") / "show", 6, least_s=2.0, most_s=3.0)


def statistics(seed, spread=1.0):
    draw = torch.Generator().manual_seed(seed)
    mean = torch.randn(BANDS, generator=draw)
    return BandStatistics(mean, spread * (0.5 + torch.rand(BANDS, generator=draw)))


def test_statistics_leave_pauses_out():
    draw = np.random.default_rng(0)
    mel = torch.from_numpy(draw.normal(2.0, 0.5, (BANDS, 3000))).float()
    mel[:, :1000] -= 9.0
    found = band_statistics([mel[:, :1500], mel[:, 1500:]])
    torch.testing.assert_close(found.mean, torch.full((BANDS,), 2.0), atol=0.05, rtol=0)
    torch.testing.assert_close(found.std, torch.full((BANDS,), 0.5), atol=0.05, rtol=0)


def test_another_voice_gets_the_codes_that_its_bands_have_in_the_usual_one(base, tmp_path):
    usual, voice = statistics(1), statistics(2)
    fitted = tmp_path / "fitted"
    fitted.mkdir()
    for path in base.iterdir():
        (fitted / path.name).write_bytes(path.read_bytes())
    fit_to_voice(fitted, usual, voice)
    norms = torch.load(base / "mel_stats.pth", weights_only=True)[:, None]
    draw = torch.Generator().manual_seed(3)
    mel = torch.randn(BANDS, 64, generator=draw)  # in standard deviations
    of_usual = (mel * usual.std[:, None] + usual.mean[:, None]) / norms
    of_voice = (mel * voice.std[:, None] + voice.mean[:, None]) / norms
    before, after = (networks.load_dvae(open_base(folder)) for folder in (base, fitted))
    with torch.no_grad():
        expected = before.encoder(of_usual[None])
        torch.testing.assert_close(after.encoder(of_voice[None]), expected, atol=1e-3, rtol=1e-3)
    assert open_base(fitted).matches_dvae
    changed = load_tensors(fitted / "dvae.pth")
    same = load_tensors(base / "dvae.pth")
    names = {name for name in same if not torch.equal(same[name], changed[name])}
    assert names == {"encoder.0.0.weight", "encoder.0.0.bias"}


def test_a_band_without_sound_is_not_raised_without_limit(base, tmp_path):
    fitted = tmp_path / "fitted"
    write_shipped_base("tiny-en", fitted)
    usual = statistics(1)
    fit_to_voice(fitted, usual, BandStatistics(usual.mean, torch.zeros(BANDS)))
    weight = load_tensors(fitted / "dvae.pth")["encoder.0.0.weight"]
    assert torch.isfinite(weight).all()
    assert weight.abs().max() <= 4.01 * load_tensors(base / "dvae.pth")["encoder.0.0.weight"].max()


def test_the_command_fits_to_a_bundle(base, show, tmp_path, capsys):
    folder = tmp_path / "fitted"
    assert main(["base", "tiny-en", str(folder), "--bundle", str(show)]) == 0
    assert "fitted to the voice" in capsys.readouterr().out
    assert (folder / SENTENCES).is_file()
    assert not torch.equal(
        load_tensors(folder / "dvae.pth")["encoder.0.0.bias"],
        load_tensors(base / "dvae.pth")["encoder.0.0.bias"],
    )


def test_too_little_speech_is_refused_and_leaves_nothing(tmp_path, capsys):
    short = a_bundle(tmp_path / "short", 4, least_s=0.5, most_s=0.6)
    assert main(["base", "tiny-en", str(tmp_path / "base"), "--bundle", str(short)]) == 1
    assert "too short" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["short"]


def test_statistics_are_read_as_written(show, base, tmp_path):
    found = statistics_of(read_bundle(show), base)
    write_statistics(found, tmp_path / "bands.json")
    again = read_statistics(tmp_path / "bands.json")
    torch.testing.assert_close(again.mean, found.mean, atol=1e-4, rtol=0)
    torch.testing.assert_close(again.std, found.std, atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    "content",
    [[], {}, {"mean": [0.0] * BANDS}, {"mean": [0.0] * BANDS, "std": [0.0] * BANDS},
     {"mean": ["x"] * BANDS, "std": [1.0] * BANDS}, {"mean": [0.0] * 3, "std": [1.0] * 3},
     {"mean": [1e999] * BANDS, "std": [1.0] * BANDS}],
)  # fmt: skip
def test_other_content_is_a_sentence(tmp_path, content):
    (tmp_path / "bands.json").write_text(json.dumps(content))
    with pytest.raises(TrainerError, match=r"bands\.json"):
        read_statistics(tmp_path / "bands.json")
