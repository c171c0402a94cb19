"""XTTS end to end: train, resume, export, load in the stock class, synthesise."""

import json

import numpy as np
import pytest
import soundfile
import torch

from tests.trainer.toy_runs import digest, history
from trainer.backends.xtts.base import open_base
from trainer.backends.xtts.stock import load_stock
from trainer.backends.xtts.vocoder import narrowed
from trainer.cli.parser import main
from trainer.runs.events import of_kind, read_events
from trainer.runs.run import open_run
from trainer.training.session import base_folder

pytestmark = pytest.mark.model

SMALL = (
    "model.layers=2",
    "model.width=64",
    "sched.total_steps=6",
    "eval.every_steps=3",
    "ckpt.every_steps=3",
)


def train(speech, run, *changes):
    words = ["train", str(speech.folder), str(run), "--preset", "tiny-cpu"]
    for change in (*SMALL, *changes):
        words += ["--set", change]
    return main(words)


@pytest.fixture(scope="module")
def full(speech, tmp_path_factory):
    """Run with full training."""
    run = tmp_path_factory.mktemp("runs") / "full"
    assert train(speech, run) == 0
    return run


@pytest.fixture(scope="module")
def lora(speech, tmp_path_factory):
    """Run trained with LoRA adapters."""
    run = tmp_path_factory.mktemp("runs") / "lora"
    assert (
        train(
            speech,
            run,
            "adapt.mode=lora",
            "adapt.r=2",
            "model.width=128",
            "model.layers=4",
            "optim.lr=5e-3",
            "adapt.alpha=4",
        )
        == 0
    )
    return run


def tensors(folder):
    return torch.load(folder / "model.pth", weights_only=True)["model"]


def base_of(run):
    return open_base(base_folder(open_run(run)))


def test_the_loss_falls_from_that_of_the_base(full):
    evaluations = of_kind(read_events(full), "eval")
    assert evaluations[0]["step"] == 0
    assert evaluations[-1]["mel_ce"] < evaluations[0]["mel_ce"]
    assert evaluations[0]["mel_ce"] == pytest.approx(np.log(1026), abs=0.7)


def test_an_interrupted_run_gives_the_same_result_with_dropout(speech, full, tmp_path, monkeypatch):
    from trainer.training import loop

    with monkeypatch.context() as patch:
        patch.setattr(loop.Clock, "requests", lambda self, pause: loop.Requests(pause=True))
        assert train(speech, tmp_path / "run") == 0
        for _ in range(2):
            assert main(["resume", str(tmp_path / "run")]) == 0
    assert main(["resume", str(tmp_path / "run")]) == 0
    for name in ("weights", "optimizer"):
        assert digest(full, 6, name) == digest(tmp_path / "run", 6, name)
    steps = [
        [e for e in history(run) if e["event"] in ("step", "eval")]
        for run in (full, tmp_path / "run")
    ]
    assert steps[0] == steps[1]


def test_the_stock_class_loads_a_full_export_strictly(full, tmp_path):
    assert main(["export", str(full), str(tmp_path / "voice")]) == 0
    model = load_stock(tmp_path / "voice")
    exported, base = tensors(tmp_path / "voice"), base_of(full).tensors("model.pth")
    assert set(exported) == set(base)
    expected = narrowed(exported, model.state_dict())  # without the zero channels
    for key, value in model.state_dict().items():
        if key in exported:
            assert torch.equal(value, expected[key]), key
    bytes_of_weights = sum(value.numel() * 4 for value in exported.values())
    assert (tmp_path / "voice" / "model.pth").stat().st_size < 1.1 * bytes_of_weights
    assert all(torch.equal(exported[k], base[k]) for k in base if not k.startswith("gpt."))
    about = json.loads((tmp_path / "voice" / "export.json").read_text())
    assert all((tmp_path / "voice" / name).is_file() for name in about["reference"])


def test_synthesis_is_finite_and_of_plausible_length(full, tmp_path):
    out = tmp_path / "spoken.wav"
    assert main(["speak", str(full), "--text", "Good evening.", "--out", str(out)]) == 0
    wave, rate = soundfile.read(out)
    assert rate == 24000
    assert 0.05 < len(wave) / rate < 10
    assert np.isfinite(wave).all()
    assert np.abs(wave).max() > 0


def test_adapters_are_small_and_merge_into_their_targets_only(lora, tmp_path):
    started = of_kind(read_events(lora), "started")[0]
    assert started["learning"] < 0.1 * started["parameters"]
    assert main(["export", str(lora), str(tmp_path / "voice"), "--checkpoint", "last"]) == 0
    exported, base = tensors(tmp_path / "voice"), base_of(lora).tensors("model.pth")
    assert set(exported) == set(base)
    changed = {key for key in base if not torch.equal(exported[key], base[key])}
    assert changed
    assert all(key.startswith("gpt.gpt.h.") and key.endswith(".weight") for key in changed)
    assert {key.split(".", 4)[4] for key in changed} == {
        "attn.c_attn.weight",
        "attn.c_proj.weight",
        "mlp.c_fc.weight",
        "mlp.c_proj.weight",
    }
    load_stock(tmp_path / "voice")


def test_merging_adapters_keeps_the_outputs(lora, dataset):
    from trainer.backends.xtts.adapt import merge_lora
    from trainer.families import open_backend
    from trainer.runs import checkpoint
    from trainer.training.session import load_weights

    run = open_run(lora)
    bundle = run.bundle()
    backend = open_backend(run.config, bundle)
    network = backend.network().eval()
    plain = backend.network().eval()
    backend.adapt(network)
    load_weights(network, checkpoint.newest(run.checkpoints)[0], averaged=False)
    network.eval()
    from trainer.data.dataset import build_dataset

    mine = build_dataset(backend, bundle, run.config)
    batch = backend.batch([mine.prompts.item(clip, 0) for clip in mine.training.clips[:3]])
    with torch.no_grad():
        adapted = network.hidden(batch)
        merge_lora(network.gpt)
        assert (network.hidden(batch) - adapted).abs().max() <= 1e-5
        assert (plain.hidden(batch) - adapted).abs().max() > 1e-3  # the adapters had an effect


def test_an_unknown_target_is_an_error(speech, tmp_path, capsys):
    assert train(speech, tmp_path / "run", "adapt.mode=lora", 'adapt.targets=["attn.c_atn"]') == 2
    assert "attn.c_attn" in capsys.readouterr().err


def test_only_the_selected_parts_are_trained(speech, tmp_path):
    assert (
        train(
            speech,
            tmp_path / "run",
            "adapt.mode=partial",
            'adapt.parts=["heads"]',
            "sched.total_steps=2",
        )
        == 0
    )
    main(["export", str(tmp_path / "run"), str(tmp_path / "voice"), "--checkpoint", "last"])
    exported, base = tensors(tmp_path / "voice"), base_of(tmp_path / "run").tensors("model.pth")
    changed = {key for key in base if not torch.equal(exported[key], base[key])}
    assert {key.split(".")[1] for key in changed} == {"text_head", "mel_head", "final_norm"}


def test_a_base_changed_since_its_first_use_is_an_error(speech, full, tmp_path, capsys):
    import shutil

    base = tmp_path / "base"
    shutil.copytree(base_folder(open_run(full)), base)
    words = ["--base", str(base), "--preset", "tiny-cpu"]
    assert main(["prepare", str(speech.folder), *words]) == 0
    path = base / "dvae.pth"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert main(["prepare", str(speech.folder), *words]) == 1
    assert "dvae.pth has changed since it was first used" in capsys.readouterr().err


def test_pickled_objects_are_rejected_without_execution(speech, full, tmp_path, capsys):
    import shutil

    base = tmp_path / "base"
    shutil.copytree(base_folder(open_run(full)), base, ignore=shutil.ignore_patterns("rec*"))
    torch.save({"model": {"gpt.x": Trap(tmp_path / "sprung")}}, base / "model.pth")
    assert train(speech, tmp_path / "run", f"model.base={base}") == 1
    assert "more than tensors" in capsys.readouterr().err
    assert not (tmp_path / "sprung").exists()


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))
