"""Base folders as people have them: each loads and exports, or is refused by one sentence."""

import json
import shutil

import numpy as np
import pytest
import torch

from tests.trainer.backends.xtts.conftest import configured
from tests.trainer.backends.xtts.released import as_released, state_of
from trainer.backends.xtts import XttsBackend
from trainer.backends.xtts.base import open_base
from trainer.backends.xtts.stock import load_stock
from trainer.backends.xtts.stock_checkpoint import open_any_base
from trainer.backends.xtts.vocoder import FIRST_BIAS, width_of
from trainer.cli.parser import main
from trainer.errors import BrokenBase

pytestmark = pytest.mark.model

TRAINER_ONLY = {
    "torch_mel_spectrogram_dvae.mel_norms": torch.ones(80),
    "torch_mel_spectrogram_style_encoder.mel_norms": torch.ones(80),
}


@pytest.fixture(scope="module")
def original(opened):
    """The base as this project writes it: bare tensors."""
    return opened().base


@pytest.fixture
def folder(original, tmp_path):
    """A copy of the base folder without its record."""
    copy = tmp_path / "base"
    shutil.copytree(original.folder, copy, ignore=shutil.ignore_patterns("recorded*"))
    return copy


def with_lean_config(folder):
    config = json.loads((folder / "config.json").read_text())
    for key in ("gpt_code_stride_len", "gpt_max_prompt_tokens", "d_vector_dim", "output_hop_length",
                "gpt_max_text_tokens", "gpt_max_audio_tokens"):  # fmt: skip
        del config["model_args"][key]
    for key in ("languages", "audio", "top_k", "gpt_cond_len"):
        del config[key]
    (folder / "config.json").write_text(json.dumps(config))


def rewrite(folder, change, **more):
    state = state_of(folder)
    torch.save({"model": change(state), **more}, folder / "model.pth")


def without_mel_stats(folder):
    rewrite(folder, lambda state: {k: v for k, v in state.items() if k != "mel_stats"})


def saved_after_inference(folder):
    def change(state):
        copies = {
            f"gpt.gpt_inference.transformer.{key.removeprefix('gpt.gpt.')}": value
            for key, value in state.items()
            if key.startswith("gpt.gpt.h.0")
        }
        wte = state["gpt.mel_embedding.weight"]
        return {**state, **copies, "gpt.gpt.wte.weight": wte}

    rewrite(folder, change)


def half_precision(folder):
    rewrite(folder, lambda state: {key: value.half() for key, value in state.items()})


def with_old_weight_norm(folder):
    def change(state):
        old = {"original0": "weight_g", "original1": "weight_v"}
        return {
            key.replace("parametrizations.weight.original0", old["original0"]).replace(
                "parametrizations.weight.original1", old["original1"]
            ): value
            for key, value in state.items()
        }

    rewrite(folder, change)


def with_numpy_scalars(folder):
    rewrite(folder, dict, model_loss={"eval_loss": np.float64(4.28)}, step=np.int64(1500))


def bare_tensors(folder):
    torch.save(state_of(folder), folder / "model.pth")


def with_trainer_names(folder):
    def change(state):
        return {**{f"xtts.{key}": value for key, value in state.items()}, **TRAINER_ONLY}

    rewrite(folder, change, optimizer={}, step=3)


def with_an_exact_zero(folder):
    def change(state):
        state[FIRST_BIAS][[3, 63]] = 0.0
        return state

    rewrite(folder, change)


def as_best_model(folder):
    """What coqui's trainer leaves: everything in one file, originals in a folder beside the run."""
    state = {f"xtts.{key}": value for key, value in state_of(folder).items()}
    dvae = torch.load(folder / "dvae.pth", weights_only=True)
    state |= {f"dvae.{key}": value for key, value in dvae.items()} | TRAINER_ONLY
    config = json.loads((folder / "config.json").read_text())
    config["model_args"] |= {"tokenizer_file": "/elsewhere/vocab.json", "max_wav_length": 255995,
                             "dvae_checkpoint": "/elsewhere/dvae.pth"}  # fmt: skip
    config |= {"lr": 5e-6, "training_seed": 1, "model": "xtts"}
    originals = folder.parent / "XTTS_v2.0_original_model_files"
    originals.mkdir()
    (folder / "vocab.json").rename(originals / "vocab.json")
    for name in ("model.pth", "dvae.pth", "mel_stats.pth"):
        (folder / name).unlink()
    (folder / "config.json").write_text(json.dumps(config))
    torch.save(
        {"model": state, "config": config, "optimizer": {}, "scaler": None, "step": 1500,
         "epoch": 15, "model_loss": {"train_loss": np.float64(4.4), "eval_loss": 4.28}},
        folder / "best_model.pth",
    )  # fmt: skip


LOADED = [
    as_released,
    with_lean_config,
    without_mel_stats,
    saved_after_inference,
    half_precision,
    with_old_weight_norm,
    with_numpy_scalars,
    bare_tensors,
    with_trainer_names,
    with_an_exact_zero,
    as_best_model,
]


@pytest.mark.parametrize("layout", LOADED, ids=lambda layout: layout.__name__)
def test_it_loads_and_exports_for_the_stock_class(layout, folder, original, tmp_path):
    layout(folder)
    base = open_any_base(folder, tmp_path / "cache")
    backend = XttsBackend(configured(), base)
    network = backend.network()
    half = layout is half_precision
    for key, value in original.tensors("model.pth").items():
        if key.startswith("gpt."):
            own = network.gpt.state_dict()[key.removeprefix("gpt.")]
            assert torch.equal(own, value.half().float() if half else value), key
    export = tmp_path / "voice"
    export.mkdir()
    report = backend.export(network, export)
    assert report["changed"] == 0
    assert width_of(export / "model.pth") == 64
    load_stock(export)


def test_a_checkpoint_may_be_named_itself(folder, original, tmp_path):
    as_best_model(folder)
    base = open_any_base(folder / "best_model.pth", tmp_path / "cache")
    again = open_any_base(folder, tmp_path / "cache")
    assert base.folder == again.folder
    for name in ("dvae.pth", "mel_stats.pth", "vocab.json"):
        one, other = (root / name for root in (base.folder, original.folder))
        if name.endswith(".json"):
            assert one.read_bytes() == other.read_bytes()
            continue
        values = [torch.load(path, weights_only=True) for path in (one, other)]
        if name == "mel_stats.pth":
            assert torch.equal(*values)
        else:
            assert all(torch.equal(values[0][key], value) for key, value in values[1].items())
    config = json.loads((base.folder / "config.json").read_text())
    assert "elsewhere" not in json.dumps(config)


def test_original_files_named_by_relative_paths_are_found(folder, tmp_path):
    as_best_model(folder)
    (folder.parent / "XTTS_v2.0_original_model_files").rename(tmp_path / "shared")
    run = tmp_path / "work" / "runs" / "GPT_XTTS_FT"
    run.parent.mkdir(parents=True)
    folder.rename(run)
    config = json.loads((run / "config.json").read_text())
    config["model_args"]["tokenizer_file"] = "../shared/vocab.json"  # started in work/
    (run / "config.json").write_text(json.dumps(config))
    assert open_any_base(run, tmp_path / "cache").folder.is_dir()


def lacks_dvae(folder):
    (folder / "dvae.pth").unlink()


def lacks_all_but_a_renamed_model(folder):
    (folder / "model.pth").rename(folder / "xtts_epoch_30.pth")


def has_another_vocabulary(folder):
    def change(state):
        for key in ("gpt.text_embedding.weight", "gpt.text_head.weight", "gpt.text_head.bias"):
            state[key] = state[key][:-5]
        return state

    rewrite(folder, change)


def has_code_in_it(folder):
    torch.save({"model": {"gpt.x": pytest.raises}}, folder / "model.pth")


def is_cut_off(folder):
    data = (folder / "model.pth").read_bytes()
    (folder / "model.pth").write_bytes(data[: len(data) // 2])


def has_a_config_that_is_no_json(folder):
    (folder / "config.json").write_text("{")


def is_no_folder(folder):
    shutil.rmtree(folder)


REFUSED = [
    (lacks_dvae, "dvae.pth (the encoder that turns audio into the codes"),
    (lacks_all_but_a_renamed_model, "rename it to model.pth"),
    (has_another_vocabulary, "text_embedding.weight is"),
    (has_code_in_it, "it names _pytest.raises.raises"),
    (is_cut_off, "is damaged or contains more than tensors"),
    (has_a_config_that_is_no_json, "config.json is not an XTTS configuration"),
    (is_no_folder, "There is no folder"),
]


@pytest.mark.parametrize(
    ("layout", "words"), REFUSED, ids=lambda value: getattr(value, "__name__", "")
)
def test_it_is_refused_by_one_sentence(layout, words, folder, speech, tmp_path, capsys):
    layout(folder)
    run = tmp_path / "run"
    command = ["train", str(speech.folder), str(run), "--base", str(folder), "--preset", "tiny-cpu"]
    code = main([*command, "--set", "model.layers=2", "--set", "model.width=64"])
    message = capsys.readouterr().err
    assert code == 1, message
    assert words in message
    assert message.startswith("trainer: ")
    for unwanted in ("Traceback", "weights_only", "trust the source", "state_dict"):
        assert unwanted not in message
    assert not run.exists()


def test_unused_channels_count_only_where_bias_and_magnitude_are_zero(original, tmp_path):
    state = original.tensors("model.pth")
    state[FIRST_BIAS] = torch.zeros_like(state[FIRST_BIAS])
    torch.save({"model": state}, tmp_path / "model.pth")
    assert width_of(tmp_path / "model.pth") == 64


def test_the_base_folder_itself_still_opens(original):
    assert open_base(original.folder).hashes == original.hashes


def test_a_base_without_the_text_vocabulary_is_an_error(folder, tmp_path):
    as_best_model(folder)
    shutil.rmtree(folder.parent / "XTTS_v2.0_original_model_files")
    with pytest.raises(BrokenBase, match=r"vocab.json \(the text vocabulary of the release\)"):
        open_any_base(folder, tmp_path / "cache")
