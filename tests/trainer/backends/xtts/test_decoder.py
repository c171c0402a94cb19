"""Decoder fine-tuning: gain on held-out clips, resume, refusals, strict load by the stock class."""

import json
import os

import jsonschema
import numpy as np
import pytest
import torch

from tests.trainer.backends.xtts import making
from tests.trainer.backends.xtts.conftest import configured
from tests.trainer.bundles import a_bundle
from trainer.backends.xtts.base import load_tensors
from trainer.backends.xtts.decoder import losses, measuring, training
from trainer.backends.xtts.decoder.comparison import compare
from trainer.backends.xtts.decoder.discriminators import Discriminators
from trainer.backends.xtts.decoder.latents import interpolated, scales_of
from trainer.backends.xtts.decoder.result import refuse_worse
from trainer.backends.xtts.decoder.spectra import mel_distance
from trainer.backends.xtts.stock import load_stock
from trainer.backends.xtts.vocoder import PREFIX
from trainer.bundle.manifest import read_bundle
from trainer.cli.parser import main
from trainer.errors import TrainerError
from trainer.families import open_backend
from trainer.resources import resources
from trainer.runs.events import of_kind, read_events
from trainer.runs.files import sha256_of

STEPS = int(os.environ.get("DECODER_STEPS", "200"))
"""Updates of the longest fine-tuning; 500 take four CPU minutes."""

pytestmark = pytest.mark.model
SMALL = (
    *("model.layers=1", "model.width=32", "model.heads=2", "model.dvae_width=32"),
    *("model.vocoder_width=16", "decoder.speak_sentences=0"),
    *("decoder.clips=2", "decoder.segment_s=0.12", "decoder.discriminator_width=1"),
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
    config = configured(*SMALL)
    return open_backend(config, read_bundle(show)).base.folder


def words(show, source, folder, *changes):
    return making.words("decoder", show, source, folder, changes=(*SMALL, *changes))


@pytest.fixture(scope="module")
def better(show, base, tmp_path_factory):
    """Base with a fine-tuned decoder."""
    folder = tmp_path_factory.mktemp("voices") / "better"
    assert main(words(show, base, folder)) == 0
    return folder


def record(folder):
    return json.loads((folder / "decoder.json").read_text())


def test_held_out_copy_synthesis_improves(better):
    series = record(better)["series"]
    assert [point["step"] for point in series] == [0, 20, 40]
    assert series[-1]["mel_distance"] < 0.8 * series[0]["mel_distance"]
    assert "held-out clips" in (better / "decoder.md").read_text()
    logged = of_kind(read_events(better), "decoder")
    assert logged[1]["losses"]["adversarial"] == 0  # the discriminators count after 20 updates
    assert logged[2]["losses"]["adversarial"] > 0


@pytest.mark.long
@pytest.mark.slow
def test_it_overfits_eight_clips_with_finite_gradients(show, base, tmp_path, monkeypatch):
    """Mel L1 of the training clips halves in 200 of 500 steps, from the updates' own segments."""
    original, updates = training._gradients, []

    def watched(*arguments):
        updates.append(original(*arguments))
        return updates[-1]

    monkeypatch.setattr(training, "_gradients", watched)
    steps = (f"decoder.steps={STEPS}", f"decoder.every_steps={STEPS // 2}", "stop.patience=0")
    assert main(words(show, base, tmp_path / "voice", *steps)) == 0
    assert len(updates) == STEPS
    assert all(update.finite and min(update.norms) > 0 for update in updates)
    parts = (updates[:8], updates[192:200])
    first, last = (np.mean([update.mel for update in part]) for part in parts)
    assert last < 0.5 * first


def test_the_result_is_complete_and_only_the_vocoder_changed(base, better):
    summary = record(better)
    assert {name: sha256_of(better / name) for name in summary["files"]} == summary["files"]
    before, after = (load_tensors(folder / "model.pth") for folder in (base, better))
    assert set(before) == set(after)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all(name.startswith(PREFIX) for name in changed)
    assert any(".conds." in name or "cond_layer" in name for name in changed)
    assert load_stock(better) is not None  # strict
    assert sha256_of(better / "dvae.pth") == sha256_of(base / "dvae.pth")
    schema = json.loads((resources() / "events.schema.json").read_text())
    for event in read_events(better):
        jsonschema.validate(event, schema)
    assert not list(better.parent.glob("*.making"))


def test_latents_equal_those_of_synthesis_and_interpolation_that_of_the_stock_class(base):
    model = load_stock(base)
    decoder, latents = model.hifigan_decoder, torch.randn(1, 23, 32)
    embedding = torch.randn(1, 512, 1)
    with torch.inference_mode():
        stock = decoder(latents, g=embedding)
        own = decoder.waveform_decoder(interpolated(latents, scales_of(decoder)), g=embedding)
    assert torch.equal(stock.reshape(-1), own.reshape(-1))


def test_a_killed_fine_tuning_gives_the_same_result(show, base, better, tmp_path, monkeypatch):
    folder = tmp_path / "again"
    with monkeypatch.context() as patch:
        patch.setattr(training, "_step", making.interrupted(training._step, 30))
        assert main(words(show, base, folder)) == 130
    assert not folder.exists()
    assert main(words(show, base, folder, "decoder.lr=2e-3")) == 1  # another configuration
    assert main(["resume", f"{folder}.making"]) == 1  # belongs to this command
    assert main(words(show, base, folder)) == 0
    one, other = (load_tensors(path / "model.pth") for path in (better, folder))
    assert all(torch.equal(one[key], other[key]) for key in one)
    assert record(folder)["series"] == record(better)["series"]
    assert of_kind(read_events(folder), "resumed")[0]["step"] == 20


def test_a_pause_succeeds_and_the_same_command_resumes(show, base, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "paused"
    short = ("decoder.steps=4", "decoder.every_steps=2")
    with monkeypatch.context() as patch:
        patch.setattr(training, "_step", making.pausing(training._step))
        assert main(words(show, base, folder, *short)) == 0
    assert "Paused at step 1" in capsys.readouterr().out
    assert main(words(show, base, folder, *short)) == 0
    assert [point["step"] for point in record(folder)["series"]] == [0, 2, 4]


def test_nonfinite_updates_are_skipped_and_stop_the_run(show, base, tmp_path, monkeypatch, capsys):
    states = []
    original = training.mel_distance

    def spoilt(one, other):
        return original(one, other) * (float("nan") if one.requires_grad else 1.0)

    real_step = training._step

    def watched(work, update):
        networks = (work.vocoder, work.discriminators)
        states.append([value.clone() for net in networks for value in net.state_dict().values()])
        return real_step(work, update)

    monkeypatch.setattr(training, "mel_distance", spoilt)
    monkeypatch.setattr(training, "_step", watched)
    assert main(words(show, base, tmp_path / "none")) == 1
    assert "5 times in a row" in capsys.readouterr().err
    assert all(torch.equal(*pair) for pair in zip(states[0], states[-1], strict=True))
    events = read_events(tmp_path / "none.making")
    assert len(of_kind(events, "skipped")) == 5
    assert of_kind(events, "failed")
    assert not (tmp_path / "none").exists()


def test_mixed_precision_and_no_discriminators(show, base, tmp_path, monkeypatch):
    original, updates = training._gradients, []

    def watched(work, *arguments):
        updates.append(original(work, *arguments))
        with training.autocast(work.run.config, work.device):
            assert torch.mm(torch.ones(1, 1), torch.ones(1, 1)).dtype == torch.bfloat16
        return updates[-1]

    monkeypatch.setattr(training, "_gradients", watched)
    changes = ("precision.amp=bf16", "decoder.steps=12", "decoder.every_steps=6")
    assert main(words(show, base, tmp_path / "mixed", *changes, "decoder.adversarial_after=4")) == 0
    assert all(update.finite for update in updates)
    assert updates[-1].adversarial > 0
    updates.clear()
    assert (
        main(words(show, base, tmp_path / "alone", *changes, "decoder.adversarial_after=12")) == 0
    )
    assert all(update.finite and update.norms[1] == 0 for update in updates)
    assert {update.discriminator for update in updates} == {0.0}
    assert load_tensors(tmp_path / "alone" / "model.pth")


def test_rows_are_halved_when_memory_runs_out(show, base, tmp_path, monkeypatch, capsys):
    original, sizes = training._gradients_of_part, []

    def small_only(work, part, share):
        sizes.append(len(part.waves))
        if len(part.waves) > 2:
            raise torch.OutOfMemoryError("out of memory")
        return original(work, part, share)

    monkeypatch.setattr(training, "_gradients_of_part", small_only)
    short = ("decoder.steps=2", "decoder.every_steps=2", "decoder.clips=4")
    assert main(words(show, base, tmp_path / "small", *short)) == 0
    assert sizes == [4, 2, 2, 2, 2]
    assert of_kind(read_events(tmp_path / "small"), "halved")[0]["halvings"] == 1

    def never(work, part, share):
        raise torch.OutOfMemoryError("out of memory")

    monkeypatch.setattr(training, "_gradients_of_part", never)
    assert main(words(show, base, tmp_path / "none", *short)) == 1
    assert "Out of memory with a segment of one clip" in capsys.readouterr().err


def test_a_full_disk_ends_with_a_sentence_and_the_same_command_resumes(
    show, base, tmp_path, monkeypatch, capsys
):
    from trainer.backends.xtts.decoder import state

    def full(*arguments):
        raise OSError(28, "No space left on device", "weights.safetensors")

    short = ("decoder.steps=2", "decoder.every_steps=2")
    folder = tmp_path / "voice"
    with monkeypatch.context() as patch:
        patch.setattr(state.checkpoint, "save", full)
        assert main(words(show, base, folder, *short)) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert not folder.exists()
    assert main(words(show, base, folder, *short)) == 0


def test_a_decoder_that_gets_worse_is_not_written(show, base, tmp_path, capsys):
    bad = ("decoder.lr=10.0", "sched.warmup=0", "decoder.steps=4", "decoder.every_steps=2")
    folder = tmp_path / "bad"
    assert main(words(show, base, folder, *bad)) == 1
    assert "better than the original decoder" in capsys.readouterr().err
    assert not folder.exists()


def test_a_measure_that_is_certainly_worse_is_refused():
    def rows(dnsmos):
        return {"copy": [{"dnsmos": value} for value in dnsmos], "speech": []}

    draw = np.random.default_rng(3)
    before = 3.0 + 0.1 * draw.normal(size=12)
    worse = before - 0.3 + 0.02 * draw.normal(size=12)
    with pytest.raises(TrainerError, match=r"DNSMOS of copy-synthesis of held-out clips: 2\.990"):
        refuse_worse(compare(rows(before), rows(worse)))
    for after in (before - 0.01, before + 0.3, before - 0.3 * draw.normal(size=12)):
        refuse_worse(compare(rows(before), rows(after)))  # inaudible, better, uncertain
    refuse_worse(compare(rows(before[:4]), rows(worse[:4])))  # too few to be certain


def test_a_run_is_fine_tuned_and_keeps_its_references(show, tmp_path):
    run, folder = tmp_path / "run", tmp_path / "voice"
    command = ["train", str(show), str(run), "--preset", "tiny-cpu"]
    for change in (*SMALL, "sched.total_steps=2", "eval.every_steps=2"):
        command += ["--set", change]
    assert main(command) == 0
    short = ["decoder", str(show), str(run), str(folder)]
    for change in ("decoder.steps=10", "decoder.every_steps=10", "decoder.speak_sentences=1"):
        short += ["--set", change]
    assert main(short) == 0
    assert record(folder)["source"]["run"] == str(run)
    assert any(change["samples"] == "speech" for change in record(folder)["changes"])
    profile = json.loads((folder / "voice.json").read_text())
    assert all((folder / reference["file"]).is_file() for reference in profile["references"])
    wav = tmp_path / "out.wav"
    assert main(["speak", str(folder), "--text", "Good evening.", "--out", str(wav)]) == 0
    assert wav.is_file()


def test_the_plan_counts_the_released_sizes(show, base, tmp_path, capsys):
    folder = tmp_path / "none"
    assert main([*words(show, base, folder), "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "RTX 3060, 12 GB: " in printed
    assert "2 of 2 segments at once" in printed
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changes", "says"),
    [(("model.backend=toy",), "no HiFi-GAN decoder"), (("decoder.segment_s=0.01",), "0.1")],
)
def test_invalid_settings_are_errors(show, base, tmp_path, capsys, changes, says):
    assert main(words(show, base, tmp_path / "none", *changes)) == 2
    assert says in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_discriminators_tell_real_from_generated_and_have_finite_gradients():
    torch.manual_seed(1)
    discriminators = Discriminators(2)
    real = 0.1 * torch.randn(2, 1, 6000)
    silent = torch.zeros(2, 1, 6000, requires_grad=True)  # the hardest input of a magnitude
    real_outputs, outputs = discriminators(real), discriminators(silent)
    loss = losses.adversarial_loss(outputs) + losses.feature_loss(real_outputs, outputs)
    loss = (
        loss + losses.stft_loss(silent[:, 0], real[:, 0]) + mel_distance(silent[:, 0], real[:, 0])
    )
    (loss + losses.discriminator_loss(real_outputs, outputs)).backward()
    assert torch.isfinite(silent.grad).all()
    assert all(torch.isfinite(value.grad).all() for value in discriminators.parameters())
    assert losses.stft_loss(real[:, 0], real[:, 0]) == 0


BRIEF = ("decoder.steps=10", "decoder.every_steps=5", "decoder.adversarial_after=1000")


def run_briefly(show, base, folder, *changes, more=()):
    """Ten updates without discriminators. more: further words of the command."""
    return main([*words(show, base, folder, *BRIEF, *changes), *map(str, more)])


def vocoder_of(folder):
    tensors = load_tensors(folder / "model.pth")
    return {name: value for name, value in tensors.items() if name.startswith(PREFIX)}


@pytest.fixture(scope="module")
def whole(show, base, tmp_path_factory):
    """Vocoder after a fine-tuning of all of it, without blend."""
    folder = tmp_path_factory.mktemp("voices") / "whole"
    assert run_briefly(show, base, folder) == 0
    return vocoder_of(folder)


def test_a_blend_lies_between_the_decoders(show, base, whole, tmp_path):
    assert run_briefly(show, base, tmp_path / "voice", "decoder.blend=0.25") == 0
    before, blended = vocoder_of(base), vocoder_of(tmp_path / "voice")
    assert any(not torch.equal(before[name], whole[name]) for name in before)
    for name, value in blended.items():
        torch.testing.assert_close(value, torch.lerp(before[name], whole[name], 0.25))
    assert load_stock(tmp_path / "voice") is not None


def test_one_stage_trains_only_its_weights_and_the_output_layer(show, base, tmp_path):
    assert run_briefly(show, base, tmp_path / "voice", "decoder.stages=1") == 0
    before, after = vocoder_of(base), vocoder_of(tmp_path / "voice")
    changed = {name.removeprefix(PREFIX) for name in before if not before[name].equal(after[name])}
    parts = {".".join(name.split(".")[:2]) for name in changed}
    blocks = {f"resblocks.{block}" for block in (9, 10, 11)}
    assert parts == {"ups.3", *blocks, *(part for part in parts if part.startswith("conv_post"))}
    assert any(name.startswith("conv_post") for name in changed)


def test_one_stage_resumes_to_the_same_result(show, base, tmp_path, monkeypatch):
    stage = "decoder.stages=1"
    assert run_briefly(show, base, tmp_path / "whole", stage) == 0
    with monkeypatch.context() as patch:
        patch.setattr(training, "_step", making.interrupted(training._step, 8))
        assert run_briefly(show, base, tmp_path / "killed", stage) != 0
    assert run_briefly(show, base, tmp_path / "killed", stage) == 0
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
    assert run_briefly(show, base, folder, *spoken, more=("--sentences", script)) == 0
    changes = json.loads((folder / "decoder.json").read_text())["changes"]
    assert {change["count"] for change in changes if change["samples"] == "speech"} == {2}


def test_a_file_of_sentences_that_is_missing_is_refused_before_the_work(
    show, base, tmp_path, capsys
):
    missing = tmp_path / "none.toml"
    assert run_briefly(show, base, tmp_path / "voice", more=("--sentences", missing)) == 2
    assert "none.toml" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
