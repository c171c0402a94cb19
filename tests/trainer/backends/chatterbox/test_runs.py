"""Chatterbox end to end: train, resume, export, load in the stock class, synthesise."""

import json

import numpy as np
import pytest
import soundfile
import torch

from tests.trainer.backends.chatterbox.conftest import SMALL, a_bundle, configured
from tests.trainer.toy_runs import digest, history
from trainer.backends.chatterbox.adapt import PROJECTIONS
from trainer.backends.chatterbox.base import ENGLISH, load_tensors, open_base
from trainer.backends.chatterbox.stock import StockSpeaker, load_stock
from trainer.backends.chatterbox.vocabulary import extended_base
from trainer.bundle.manifest import read_bundle
from trainer.cli.parser import main
from trainer.data.dataset import check_clips
from trainer.errors import BrokenBase, TrainerError, WrongUsage
from trainer.families import cache_folder, open_backend
from trainer.runs.events import of_kind, read_events
from trainer.runs.run import open_run
from trainer.speech.endings import Ending
from trainer.speech.prior import Band
from trainer.training.session import base_folder

pytestmark = pytest.mark.model


def train(speech, run, *changes):
    words = ["train", str(speech.folder), str(run), "--preset", "tiny-cpu"]
    steps = ("sched.total_steps=6", "eval.every_steps=3", "ckpt.every_steps=3")
    for change in (*SMALL, *steps, *changes):
        words += ["--set", change]
    return main(words)


@pytest.fixture(scope="module")
def lora(speech, tmp_path_factory):
    """Run trained with LoRA adapters."""
    run = tmp_path_factory.mktemp("runs") / "lora"
    assert train(speech, run, "adapt.mode=lora", "adapt.r=2", "optim.lr=1e-2") == 0
    return run


@pytest.fixture(scope="module")
def voice(lora, tmp_path_factory):
    """Export of the run."""
    folder = tmp_path_factory.mktemp("voices") / "voice"
    assert main(["export", str(lora), str(folder)]) == 0
    return folder


def test_the_loss_falls_from_that_of_the_base(lora):
    evaluations = of_kind(read_events(lora), "eval")
    assert evaluations[0]["step"] == 0
    assert evaluations[0]["mel_ce"] == pytest.approx(np.log(8194), abs=0.5)
    assert evaluations[-1]["mel_ce"] < evaluations[0]["mel_ce"]


def test_gradients_reach_every_adapter_and_nothing_else(opened, dataset):
    backend = opened("adapt.mode=lora", "adapt.r=2")
    network = backend.network()
    backend.adapt(network)
    _, gathered = dataset
    clips = gathered.training.clips[:4]
    items = [gathered.prompts.item(clip, 0) for clip in clips]
    for _ in range(2):  # the first step moves only one half of each adapter
        network(backend.batch(items))[:, 1].sum().backward()
        with torch.no_grad():
            for value in network.parameters():
                if value.grad is not None:
                    value -= 1e-2 * value.grad
    adapters = {name for name, value in network.named_parameters() if value.requires_grad}
    layers = network.t3.tfmr.config.num_hidden_layers
    assert len(adapters) == 2 * len(PROJECTIONS) * layers
    for name, value in network.named_parameters():
        reached = value.grad is not None and bool(value.grad.any())
        assert reached == (name in adapters), name


def test_a_misspelt_target_is_an_error(opened):
    backend = opened("adapt.mode=lora", 'adapt.targets=["mlp.donw_proj"]')
    with pytest.raises(WrongUsage, match=r"'mlp.donw_proj' is in 0 of 2 blocks"):
        backend.adapt(backend.network())


def test_merging_adapters_keeps_the_outputs(opened, dataset):
    from trainer.backends.chatterbox.adapt import merge_lora

    backend = opened("adapt.mode=lora", "adapt.r=4")
    network = backend.network().eval()
    backend.adapt(network)
    with torch.no_grad():
        for name, value in network.named_parameters():
            if "lora_" in name:
                value.normal_(std=0.05)
    _, gathered = dataset
    batch = backend.batch([gathered.prompts.eval_item(gathered.training.clips[0], 2.0)])
    with torch.no_grad():
        before = network.hidden(batch)
        merge_lora(network.t3)
        assert (network.hidden(batch) - before).abs().max() <= 1e-5


def test_only_the_adapted_tensors_differ_and_the_stock_class_loads_them(lora, voice):
    base = open_base(base_folder(open_run(lora)))
    before, after = base.tensors(ENGLISH.t3), load_tensors(voice / ENGLISH.t3)
    assert set(before) == set(after)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {f"tfmr.layers.{at}.{p}.weight" for at in (0, 1) for p in PROJECTIONS}
    stock = load_stock(voice)
    for name, value in stock.t3.state_dict().items():
        assert torch.equal(value, after[name]), name
    categories = json.loads((voice / "expression.json").read_text())["of_category"]
    assert set(categories) == {"greeting", "question", "praise", "regret", "tension"}
    assert len(set(categories.values())) > 1


@pytest.fixture(scope="module")
def speaker(voice):
    """Speaker of the export."""
    return StockSpeaker(voice)


def a_band(least, expected, most):
    return Ending(Band(least, expected, most), 6562)


@pytest.mark.slow
def test_a_run_speaks_through_the_stock_class_as_long_as_the_band_lets_it(
    speaker, speech, voice, tmp_path
):
    prompts = [speech.audio(clip) for clip in speech.clips[:2]]
    sound = speaker.synthesise("Good evening.", "en", prompts, 3, a_band(20, 24, 25))
    assert sound.rate == 24_000
    assert sound.seconds == pytest.approx(25 / speaker.tokens_per_second, abs=0.25)
    assert np.isfinite(sound.samples).all()
    again = speaker.synthesise("Good evening.", "en", prompts, 3, a_band(20, 24, 25))
    assert np.array_equal(sound.samples, again.samples)
    calmer = speaker.synthesise("Good evening.", "en", prompts[:1], 3, a_band(2, 3, 4))
    assert calmer.seconds < sound.seconds
    out = tmp_path / "spoken.wav"
    seconds = speak_short_text(speech, voice, prompts, out)
    wave, rate = soundfile.read(out)
    assert (rate, len(wave) / rate) == (24_000, pytest.approx(seconds, abs=0.01))


def speak_short_text(speech, voice, prompts, out):
    """Call ``speak`` with a length limit of a few tokens."""
    import trainer.backends.chatterbox.stock as stock

    original = stock.StockSpeaker.synthesise
    try:
        stock.StockSpeaker.synthesise = lambda self, *a: original(self, *a[:4], a_band(2, 3, 6))
        backend = open_backend(configured(), speech)
        return backend.speak(voice, "Yes.", "en", prompts, out, 1)
    finally:
        stock.StockSpeaker.synthesise = original


def test_an_interrupted_run_ends_the_same(speech, lora, tmp_path, monkeypatch):
    from trainer.training import loop

    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(loop.Clock, "requests", lambda self, pause: loop.Requests(pause=True))
        assert train(speech, run, "adapt.mode=lora", "adapt.r=2", "optim.lr=1e-2") == 0
    assert main(["resume", str(run)]) == 0
    for name in ("weights", "optimizer"):
        assert digest(lora, 6, name) == digest(run, 6, name)
    steps = [[e for e in history(r) if e["event"] in ("step", "eval")] for r in (lora, run)]
    assert steps[0] == steps[1]


def test_an_extended_vocabulary_keeps_old_rows_and_starts_from_pieces(speech, tmp_path):
    bundle = read_bundle(
        a_bundle(tmp_path / "show", 4, text="Őrült űrhajósok, őrült űr!", language="hu")
    )
    config = configured()
    cache = cache_folder(bundle.folder, config)
    base = open_backend(config, bundle).base
    # A base with the vocabulary of another bundle, without these characters.
    other = open_backend(config, speech).base
    grown = open_base(extended_base(other, bundle, 700, cache))
    before, after = other.tensors(ENGLISH.t3), grown.tensors(ENGLISH.t3)
    for name in ("text_emb.weight", "text_head.weight"):
        old = before[name]
        assert torch.equal(after[name][:256], old[:256])
        assert not torch.equal(after[name][256], old[256])
    assert after["text_emb.weight"].shape[0] == grown.sizes.text_tokens
    assert base.sizes.text_tokens == ENGLISH.text_tokens
    assert load_stock(grown.folder).t3.text_emb.weight.shape[0] == grown.sizes.text_tokens


def rejected(tmp_path, opened_with=(), **changes):
    bundle = read_bundle(a_bundle(tmp_path / "show", 4, **changes))
    config = configured("data.max_rejected=1.0", *opened_with)
    backend = open_backend(config, bundle)
    return backend.reject(bundle.clips)


def test_the_english_edition_rejects_german(tmp_path):
    (reason,) = rejected(tmp_path, language="de")["clip-0000"]
    assert reason.sentence == "the english model does not support 'de'"


def test_unknown_characters_are_named(tmp_path, speech):
    bundle = read_bundle(a_bundle(tmp_path / "show", 2, text="Smile ☺ now"))
    config = configured()
    backend = open_backend(config, speech)
    (reason,) = backend.reject(bundle.clips)["clip-0000"]
    assert reason.sentence == "not in the vocabulary of the base: ☺"


def test_clips_of_another_sample_rate_are_rejected(tmp_path):
    from tests.trainer.bundles import a_bundle as at_22_khz

    bundle = read_bundle(at_22_khz(tmp_path / "show", 4))
    config = configured()
    backend = open_backend(config, bundle)
    with pytest.raises(TrainerError, match="No training clip is usable"):
        check_clips(backend, bundle, config)


def test_missing_and_changed_weights_are_named(tmp_path, opened):
    import shutil

    folder = tmp_path / "base"
    shutil.copytree(opened().base.folder, folder)
    open_base(folder)
    (folder / ENGLISH.tokenizer).write_text("{}", encoding="utf-8")
    with pytest.raises(BrokenBase, match=r"tokenizer.json has changed since it was first used"):
        open_base(folder)
    (folder / ENGLISH.t3).unlink()
    with pytest.raises(BrokenBase, match=r"lacks t3_cfg.safetensors"):
        open_base(folder)


def test_clips_without_a_category_have_an_expression(tmp_path):
    bundle = read_bundle(a_bundle(tmp_path / "show", 6, emotion=None))
    config = configured()
    backend = open_backend(config, bundle)
    arrays = {clip.id: backend.encode(clip, bundle.audio(clip)) for clip in bundle.clips}
    backend.fit(bundle.clips, arrays)
    assert backend._expression.of_category == {}
    assert len(set(backend._expression.of_clip.values())) > 1


def test_the_family_follows_the_bundle_and_plan_warns_of_little_data(tmp_path, capsys):
    folder = a_bundle(tmp_path / "show", 8)
    header = json.loads((folder / "bundle.json").read_text())
    header["target"] = "chatterbox"
    (folder / "bundle.json").write_text(json.dumps(header), encoding="utf-8")
    assert main(["check", str(folder)]) == 0
    assert main(["plan", str(folder), "--gpu", "80", "--set", "adapt.mode=full"]) == 0
    output = capsys.readouterr().out
    assert "little data for all 532 million weights" in output
    assert main(["plan", str(folder), "--gpu", "80", "--set", "adapt.mode=lora"]) == 0
    assert "little for training" not in capsys.readouterr().out
