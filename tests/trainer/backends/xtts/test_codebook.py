"""DVAE fine-tuning: held-out error, resume, and checks against untrained GPTs."""

import json
import shutil

import jsonschema
import pytest
import torch

from tests.trainer.backends.xtts import making
from tests.trainer.bundles import a_bundle
from trainer.backends.xtts import codebook as learning
from trainer.backends.xtts.base import LEARNT_CODES_OF, open_base
from trainer.backends.xtts.codes import usage
from trainer.backends.xtts.networks import load_dvae
from trainer.cli.parser import main
from trainer.resources import resources
from trainer.runs import files
from trainer.runs.events import of_kind, read_events
from trainer.runs.files import sha256_of

pytestmark = pytest.mark.model
SMALL = ("model.layers=2", "model.width=64", "model.dvae_width=64")


@pytest.fixture(scope="module")
def show(tmp_path_factory):
    return a_bundle(tmp_path_factory.mktemp("codebook") / "show", 12, most_s=2.0)


def words(command, bundle, folder, *changes):
    return making.words(command, bundle, folder, changes=(*SMALL, *changes))


@pytest.fixture(scope="module")
def better(show, tmp_path_factory):
    """Base with a fine-tuned DVAE."""
    folder = tmp_path_factory.mktemp("bases") / "better"
    assert main(words("codebook", show, folder)) == 0
    return folder


def about(folder):
    return json.loads((folder / "codebook.json").read_text())


def test_reconstruction_improves_and_codes_stay_in_use(better):
    summary = about(better)
    assert summary["after"]["l1"] < 0.8 * summary["before"]["l1"]
    assert summary["after"]["l2"] < 0.8 * summary["before"]["l2"]
    assert summary["after"]["perplexity"] >= 0.8 * summary["before"]["perplexity"]
    assert summary["after"]["used"] > 30
    assert 0 < summary["frames_changed"] < 0.5
    report = (better / "codebook.md").read_text()
    assert "of the frames changed their code" in report
    assert "must be trained, for longer than usual" in report


def test_the_result_is_complete_and_records_its_base(better):
    summary = about(better)
    assert {name: sha256_of(better / name) for name in summary["files"]} == summary["files"]
    base = open_base(better)
    assert base.hashes["dvae.pth"] != summary["base"]["sha256"]["dvae.pth"]
    assert base.learnt_codes_of == summary["base"]["sha256"]["dvae.pth"]
    assert not base.matches_dvae
    schema = json.loads((resources() / "events.schema.json").read_text())
    for event in read_events(better):
        jsonschema.validate(event, schema)
    assert not list(better.parent.glob("*.making"))


def test_an_interrupted_fine_tuning_gives_the_same_result(show, better, tmp_path, monkeypatch):
    folder = tmp_path / "again"
    with monkeypatch.context() as patch:
        patch.setattr(learning, "_step", making.interrupted(learning._step, 30))
        assert main(words("codebook", show, folder)) == 130
    assert not folder.exists()
    assert main(words("codebook", show, folder, "codebook.lr=2e-3")) == 1  # another configuration
    assert main(words("codebook", show, folder)) == 0
    one, other = (open_base(path).tensors("dvae.pth") for path in (better, folder))
    assert all(torch.equal(one[key], other[key]) for key in one)
    assert about(folder)["series"] == about(better)["series"]
    assert of_kind(read_events(folder), "resumed")[0]["step"] == 20
    assert (folder.parent / "again.making").exists() is False


def test_a_pause_succeeds_and_the_same_command_resumes(show, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "paused"
    short = ("codebook.steps=4", "codebook.every_steps=2")
    with monkeypatch.context() as patch:
        patch.setattr(learning, "_step", making.pausing(learning._step))
        assert main(words("codebook", show, folder, *short)) == 0
    assert "Paused at step 1" in capsys.readouterr().out
    assert main(["resume", f"{folder}.making"]) == 1
    assert "belongs to `trainer codebook`. Repeat that command" in capsys.readouterr().err
    assert main(words("codebook", show, folder, *short)) == 0
    assert [point["step"] for point in about(folder)["series"]] == [0, 2, 4]


def test_nonfinite_updates_are_skipped_and_stop_the_run(show, tmp_path, monkeypatch, capsys):
    original, states = learning.losses, []

    def spoilt(dvae, mels):
        error, *rest = original(dvae, mels)
        states.append({key: value.clone() for key, value in dvae.state_dict().items()})
        return error * float("nan"), *rest

    monkeypatch.setattr(learning, "losses", spoilt)
    assert main(words("codebook", show, tmp_path / "none")) == 1
    assert "5 times in a row" in capsys.readouterr().err
    assert all(torch.equal(states[0][key], states[-1][key]) for key in states[0])
    events = of_kind(read_events(tmp_path / "none.making"), "skipped")
    assert len(events) == 5
    assert events[0]["clips"]


def test_a_working_folder_left_by_a_kill_after_the_result_is_removed(
    show, tmp_path, monkeypatch, capsys
):
    def killed(folder):
        raise KeyboardInterrupt

    folder = tmp_path / "better"
    short = words("codebook", show, folder, "codebook.steps=4", "codebook.every_steps=2")
    with monkeypatch.context() as patch:
        patch.setattr(files, "remove_folder", killed)
        assert main(short) == 130
    assert len(list(tmp_path.iterdir())) == 2
    assert main(short) == 0
    assert "was finished before" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["better"]
    assert main(short) == 1  # nothing to remove: the folder is in use
    assert "already exists" in capsys.readouterr().err


def test_a_collapsed_codebook_is_not_written(show, tmp_path, capsys):
    gone = ('codebook.learn=["encoder","codebook","decoder"]', "codebook.steps=20")
    assert main(words("codebook", show, tmp_path / "none", *gone)) == 1
    assert "codebook collapsed" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (('codebook.learn=["decoder"]',), "does not change codes"),
        (("model.backend=toy",), "no DVAE"),
        (("codebook.window_s=0.1",), "0.25"),
    ],
)
def test_invalid_settings_are_errors(show, tmp_path, capsys, changes, says):
    assert main(words("codebook", show, tmp_path / "none", *changes)) == 2
    assert says in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_held_out_clips_are_required(tmp_path, capsys):
    show = a_bundle(tmp_path / "show", 4, least_s=0.6, most_s=0.8)  # none of them for evaluation
    assert main(words("codebook", show, tmp_path / "none")) == 1
    assert "no usable clips for evaluation" in capsys.readouterr().err


def test_the_losses_equal_those_of_the_stock_dvae(better):
    dvae = load_dvae(open_base(better), with_decoder=True).train()
    mels = torch.randn(2, 80, 48)
    with torch.no_grad():
        error, commitment, _, _ = learning.losses(dvae, mels)
        stock_error, stock_commitment, _ = dvae(mels)  # updates its codebook, so it is last
    assert abs(error - stock_error.mean()) < 1e-5
    assert abs(commitment - stock_commitment) < 1e-5


def test_usage_is_the_number_of_codes_and_their_perplexity():
    import numpy as np

    assert usage([np.array([1, 1, 2, 2]), np.array([3, 3, 4, 4])]) == (4, pytest.approx(4.0))
    assert usage([np.array([7, 7, 7])]) == (1, pytest.approx(1.0))


def train(show, run, base, *changes):
    more = ("sched.total_steps=2", "eval.every_steps=2", *changes)
    return main([*words("train", show, run, *more), "--base", str(base)])


def test_adapters_alone_are_an_error(show, better, tmp_path, capsys):
    assert train(show, tmp_path / "run", better, "adapt.mode=lora") == 2
    assert "cannot learn the new codes" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_gpt_is_exported_on_a_changed_dvae_only_after_training(show, better, tmp_path, capsys):
    still = ("optim.lr=1e-12", "optim.weight_decay=0", "model.dropout=0")
    assert train(show, tmp_path / "idle", better, *still) == 0
    assert "is not trained on the new codes yet" in capsys.readouterr().out
    for command in (["export", "VOICE"], ["speak", "--text", "Hello.", "--out", "WAV"]):
        places = {"VOICE": str(tmp_path / "voice"), "WAV": str(tmp_path / "out.wav")}
        done = [places.get(word, word) for word in command]
        last = [done[0], str(tmp_path / "idle"), *done[1:], "--checkpoint", "last"]
        assert main(last) == 1
        assert "is not trained on the new codes" in capsys.readouterr().err
    assert train(show, tmp_path / "run", better, "optim.lr=1e-2") == 0
    assert main(["export", str(tmp_path / "run"), str(tmp_path / "voice")]) == 0
    marked = torch.load(tmp_path / "voice" / "model.pth", weights_only=True)[LEARNT_CODES_OF]
    assert marked == sha256_of(better / "dvae.pth")


def test_an_untrained_gpt_is_not_exported_with_a_changed_dvae(show, better, tmp_path):
    from tests.trainer.backends.xtts.conftest import configured
    from trainer.backends.xtts import XttsBackend
    from trainer.errors import BrokenRun

    backend = XttsBackend(configured(), open_base(better))
    with pytest.raises(BrokenRun, match="was not trained on its codes"):
        backend.export(backend.network(), tmp_path)


def test_a_trained_gpt_with_the_old_dvae_is_detected(better, tmp_path):
    """The DVAE hash is stored in model.pth."""
    mixed = tmp_path / "mixed"
    shutil.copytree(better, mixed, ignore=shutil.ignore_patterns("recorded*"))
    weights = open_base(better).tensors("model.pth")
    torch.save({"model": weights, LEARNT_CODES_OF: "0" * 64}, mixed / "model.pth")
    assert not open_base(mixed).matches_dvae
    recorded = json.loads((mixed / "recorded-hashes.json").read_text())
    assert recorded["model.pth"][LEARNT_CODES_OF] == "0" * 64
    assert open_base(mixed).learnt_codes_of == "0" * 64  # from the record, too


def test_continuing_a_run_on_other_codes_is_detected():
    from trainer.training.codebook_check import after_parent, codes_are_new

    base = {"sha256": {"dvae.pth": "b"}, LEARNT_CODES_OF: "a"}
    assert codes_are_new(base)
    assert not codes_are_new(after_parent(base, {"sha256": {"dvae.pth": "b"}}))
    assert codes_are_new(
        after_parent({**base, LEARNT_CODES_OF: "b"}, {"sha256": {"dvae.pth": "a"}})
    )
    assert not codes_are_new({"sha256": {}})  # a back-end without a DVAE
