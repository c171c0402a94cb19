"""Parts of the decoder fine-tuning: trained stages, blend with the old decoder, test sentences."""

import json

import pytest
import torch

from tests.trainer.backends.xtts import making
from tests.trainer.backends.xtts.conftest import configured
from tests.trainer.bundles import a_bundle
from trainer.backends.xtts.base import load_tensors
from trainer.backends.xtts.decoder import measuring
from trainer.backends.xtts.stock import load_stock
from trainer.backends.xtts.vocoder import PREFIX
from trainer.bundle.manifest import read_bundle
from trainer.cli.parser import main
from trainer.families import open_backend

pytestmark = pytest.mark.model
SMALL = (
    *("model.layers=1", "model.width=32", "model.heads=2", "model.dvae_width=32"),
    *("model.vocoder_width=16", "decoder.speak_sentences=0", "decoder.adversarial_after=1000"),
    *("decoder.clips=2", "decoder.segment_s=0.12", "decoder.steps=10", "decoder.every_steps=5"),
)


@pytest.fixture(autouse=True, scope="module")
def no_whisper():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "Transcriber", making.NoWhisper)
        yield


@pytest.fixture(scope="module")
def show(tmp_path_factory):
    return a_bundle(tmp_path_factory.mktemp("decoder") / "show", 9, least_s=0.7, most_s=1.0)


@pytest.fixture(scope="module")
def base(show):
    return open_backend(configured(*SMALL), read_bundle(show)).base.folder


def run_decoder(show, base, folder, *changes, more=()):
    words = making.words("decoder", show, base, folder, changes=(*SMALL, *changes))
    return main([*words, *map(str, more)])


def vocoder_of(folder):
    tensors = load_tensors(folder / "model.pth")
    return {name: value for name, value in tensors.items() if name.startswith(PREFIX)}


@pytest.fixture(scope="module")
def whole(show, base, tmp_path_factory):
    """Vocoder after a fine-tuning of all of it, without blend."""
    folder = tmp_path_factory.mktemp("voices") / "whole"
    assert run_decoder(show, base, folder) == 0
    return vocoder_of(folder)


def test_a_blend_lies_between_the_decoders(show, base, whole, tmp_path):
    assert run_decoder(show, base, tmp_path / "voice", "decoder.blend=0.25") == 0
    before, blended = vocoder_of(base), vocoder_of(tmp_path / "voice")
    assert any(not torch.equal(before[name], whole[name]) for name in before)
    for name, value in blended.items():
        torch.testing.assert_close(value, torch.lerp(before[name], whole[name], 0.25))
    assert load_stock(tmp_path / "voice") is not None


def test_one_stage_trains_only_its_weights_and_the_output_layer(show, base, tmp_path):
    assert run_decoder(show, base, tmp_path / "voice", "decoder.stages=1") == 0
    before, after = vocoder_of(base), vocoder_of(tmp_path / "voice")
    changed = {name.removeprefix(PREFIX) for name in before if not before[name].equal(after[name])}
    parts = {".".join(name.split(".")[:2]) for name in changed}
    blocks = {f"resblocks.{block}" for block in (9, 10, 11)}
    assert parts == {"ups.3", *blocks, *(part for part in parts if part.startswith("conv_post"))}
    assert any(name.startswith("conv_post") for name in changed)


def test_one_stage_resumes_to_the_same_result(show, base, tmp_path, monkeypatch):
    from trainer.backends.xtts.decoder import training

    stage = "decoder.stages=1"
    assert run_decoder(show, base, tmp_path / "whole", stage) == 0
    with monkeypatch.context() as patch:
        patch.setattr(training, "_step", making.interrupted(training._step, 8))
        assert run_decoder(show, base, tmp_path / "killed", stage) != 0
    assert run_decoder(show, base, tmp_path / "killed", stage) == 0
    one, other = vocoder_of(tmp_path / "whole"), vocoder_of(tmp_path / "killed")
    assert all(one[name].equal(other[name]) for name in one)


@pytest.mark.slow
def test_sentences_of_a_file_are_spoken(show, base, tmp_path):
    script = tmp_path / "script.toml"
    texts = ("Good evening.", "It is late.")
    rows = "".join(
        f'[[sentence]]\nid = "s{number}"\nkind = "plain"\ntext = "{text}"\n'
        for number, text in enumerate(texts)
    )
    script.write_text(f'language = "en"\nseeds = [0]\n{rows}')
    folder = tmp_path / "voice"
    spoken = ("decoder.speak_sentences=5",)
    assert run_decoder(show, base, folder, *spoken, more=("--sentences", script)) == 0
    changes = json.loads((folder / "decoder.json").read_text())["changes"]
    assert {change["count"] for change in changes if change["samples"] == "speech"} == {2}


def test_a_file_of_sentences_that_is_missing_is_refused_before_the_work(
    show, base, tmp_path, capsys
):
    missing = tmp_path / "none.toml"
    assert run_decoder(show, base, tmp_path / "voice", more=("--sentences", missing)) == 2
    assert "none.toml" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
