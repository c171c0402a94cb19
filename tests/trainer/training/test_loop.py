"""The loop on the toy back-end: learning, stopping, saving, going on."""

import math
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.trainer.bundles import a_bundle
from tests.trainer.toy_runs import TOY, digest, history
from trainer.cli.parser import main
from trainer.runs import checkpoint
from trainer.runs.events import of_kind, read_events


def test_it_learns_and_says_so(toy, tmp_path, capsys):
    assert toy("train", tmp_path / "run", "sched.total_steps=20") == 0
    events = read_events(tmp_path / "run")
    evaluations = of_kind(events, "eval")
    assert [event["step"] for event in evaluations] == [0, 5, 10, 15, 20]
    assert evaluations[-1]["mel_ce"] < evaluations[0]["mel_ce"]
    assert set(evaluations[0]["categories"]) == {"greeting", "praise"}
    assert "Improving" in capsys.readouterr().out


def test_every_clip_is_heard_once_an_epoch_and_none_is_lost(toy, tmp_path):
    toy("train", tmp_path / "run", "sched.total_steps=8")  # 14 clips, 4 to an update: 4 an epoch
    steps = of_kind(read_events(tmp_path / "run"), "step")
    assert [event["clips"] for event in steps[:4]] in (
        [4, 4, 4, 2],
        [2, 4, 4, 4],
        [4, 2, 4, 4],
        [4, 4, 2, 4],
    )
    assert sum(event["clips"] for event in steps[:4]) == 14
    assert [event["epoch"] for event in steps] == [0] * 4 + [1] * 4


def test_going_on_after_a_pause_changes_nothing(toy, tmp_path, monkeypatch):
    toy("train", tmp_path / "whole", "sched.total_steps=20")
    from trainer.training import loop

    def pause_at_7(self, pause, ask=loop.Clock.requests):
        self.turns = getattr(self, "turns", 0) + 1
        return ask(self, pause or self.turns == 7)

    with monkeypatch.context() as patch:
        patch.setattr(loop.Clock, "requests", pause_at_7)
        assert toy("train", tmp_path / "halved", "sched.total_steps=20") == 0
    assert of_kind(read_events(tmp_path / "halved"), "paused")[0]["step"] == 7
    assert toy("resume", tmp_path / "halved") == 0
    assert digest(tmp_path / "whole", 20) == digest(tmp_path / "halved", 20)


def test_killed_and_resumed_is_bit_for_bit_the_same_as_never_killed(bundle, toy, tmp_path):
    toy("train", tmp_path / "whole", "sched.total_steps=20")
    run = tmp_path / "killed"
    slow = (
        "import time, trainer.training.loop as loop; step = loop.compute_update\n"
        "loop.compute_update = lambda *a: (time.sleep(0.15), step(*a))[1]\n"
        "import sys; from trainer.cli.parser import main; sys.exit(main(sys.argv[1:]))"
    )
    words = ["train", str(bundle), str(run), "--preset", "tiny-cpu"]
    for change in (*TOY, "sched.total_steps=20"):
        words += ["--set", change]
    child = subprocess.Popen(
        [sys.executable, "-c", slow, *words],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if (run / "events.jsonl").is_file() and len(of_kind(read_events(run), "step")) >= 12:
            break
        time.sleep(0.02)
    child.kill()
    child.wait()
    assert len(of_kind(read_events(run), "step")) < 20
    assert toy("resume", run) == 0
    assert of_kind(read_events(run), "resumed")[0]["step"] == 10
    for name in ("weights", "optimizer"):
        assert digest(tmp_path / "whole", 20, name) == digest(run, 20, name)
    assert history(tmp_path / "whole") == history(run)


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_polite_signal_finishes_the_step_saves_and_is_no_failure(bundle, tmp_path, kind):
    run = tmp_path / "run"
    words = ["train", str(bundle), str(run), "--preset", "tiny-cpu"]
    for change in (*TOY, "sched.total_steps=100000", "eval.every_steps=100000"):
        words += ["--set", change]
    child = subprocess.Popen(
        [sys.executable, "-m", "trainer", *words],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if (run / "events.jsonl").is_file() and of_kind(read_events(run), "step"):
            break
        time.sleep(0.02)
    child.send_signal(kind)
    out, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    assert "trainer resume" in out
    last = read_events(run)[-1]
    assert last["event"] == "paused"
    assert checkpoint.newest(run / "checkpoints")[0].step == last["step"]


def test_a_step_without_a_number_is_skipped_named_and_harmless(toy, tmp_path, monkeypatch):
    spoil(monkeypatch, at_step=3)
    assert toy("train", tmp_path / "run", "sched.total_steps=6") == 0
    events = read_events(tmp_path / "run")
    skipped = of_kind(events, "skipped")
    assert [event["step"] for event in skipped] == [4]
    assert len(skipped[0]["clips"]) >= 2
    assert all(math.isfinite(event["mel_ce"]) for event in of_kind(events, "eval"))


def test_five_such_steps_in_a_row_end_the_run(toy, tmp_path, monkeypatch, capsys):
    spoil(monkeypatch, at_step=2, lasting=True)
    assert toy("train", tmp_path / "run", "sched.total_steps=20") == 1
    assert "5 times in a row, last at step 7" in capsys.readouterr().err
    assert read_events(tmp_path / "run")[-1]["event"] == "failed"


def spoil(monkeypatch, *, at_step, lasting=False):
    """The loss is not a number at a step, or from it on."""
    from trainer.training import update

    right = update._weights

    def wrong(session, counts):
        step = session.state.step
        bad = step >= at_step if lasting else step == at_step
        return [math.nan if bad else weight for weight in right(session, counts)]

    monkeypatch.setattr(update, "_weights", wrong)


def test_when_memory_runs_out_smaller_batches_give_the_same_update(toy, tmp_path, monkeypatch):
    toy("train", tmp_path / "calm", "sched.total_steps=4")
    import torch

    from trainer.backends.toy import ToyBackend

    make = ToyBackend.network

    def with_little_memory(self):
        network = make(self)
        forward = network.forward

        def limited(batch):
            if network.training and len(batch.clip_ids) > 2:
                raise torch.OutOfMemoryError("out of memory")
            return forward(batch)

        network.forward = limited
        return network

    monkeypatch.setattr(ToyBackend, "network", with_little_memory)
    assert toy("train", tmp_path / "tight", "sched.total_steps=4") == 0
    events = read_events(tmp_path / "tight")
    assert [event["halvings"] for event in of_kind(events, "halved")] == [1]
    calm = of_kind(read_events(tmp_path / "calm"), "eval")[-1]["mel_ce"]
    assert of_kind(events, "eval")[-1]["mel_ce"] == pytest.approx(calm, abs=1e-6)


def test_it_stops_early_and_keeps_the_best(toy, tmp_path):
    changes = ("sched.total_steps=400", "sched.kind=constant", "optim.lr=2.0", "stop.patience=3")
    assert toy("train", tmp_path / "run", *changes) == 0
    stopped = of_kind(read_events(tmp_path / "run"), "stopped")[0]
    assert stopped["step"] < 400
    values = {e["step"]: e["mel_ce"] for e in of_kind(read_events(tmp_path / "run"), "eval")}
    assert stopped["best"] == min(values, key=values.get)
    assert stopped["best"] == 0 or stopped["best"] in checkpoint.steps(tmp_path / "run/checkpoints")


def test_a_damaged_newest_checkpoint_is_passed_over(toy, tmp_path):
    run = tmp_path / "run"
    toy("train", run, "sched.total_steps=20", "ckpt.keep_last=4")
    newest = checkpoint.path_of(run / "checkpoints", 20) / "weights.safetensors"
    newest.write_bytes(newest.read_bytes()[:-1])
    assert toy("resume", run) == 0
    resumed = of_kind(read_events(run), "resumed")[-1]
    assert (resumed["step"], resumed["damaged_checkpoints"]) == (15, [20])


def test_the_running_mean_is_what_its_formula_says(toy, tmp_path):
    changes = (
        "ema.on=true",
        "ema.decay=0.5",
        "ckpt.every_steps=1",
        "ckpt.keep_last=9",
        "eval.every_steps=100",
    )
    toy("train", tmp_path / "run", "sched.total_steps=3", *changes)
    found = [checkpoint.load(tmp_path / "run/checkpoints", step) for step in (1, 2, 3)]
    name = next(iter(found[0].tensors("weights")))
    mean = found[0].tensors("ema")[name]
    for later in found[1:]:
        mean = 0.5 * mean + 0.5 * later.tensors("weights")[name]
        assert (mean - later.tensors("ema")[name]).abs().max() < 1e-6


def test_a_run_folder_that_is_in_use_or_not_empty_is_left_alone(toy, tmp_path, capsys):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "diary.txt").write_text("mine")
    assert toy("train", tmp_path / "run") == 1
    assert "already exists" in capsys.readouterr().err
    toy("train", tmp_path / "other", "sched.total_steps=10")
    shutil.rmtree(checkpoint.path_of(tmp_path / "other" / "checkpoints", 10))
    lock = f'{{"pid": {os.getpid()}, "host": "{__import__("socket").gethostname()}"}}'
    (tmp_path / "other" / "lock").write_text(lock)
    assert toy("resume", tmp_path / "other") == 1
    assert f"process {os.getpid()}" in capsys.readouterr().err


def test_the_configuration_of_a_run_cannot_be_changed_under_it(toy, tmp_path, capsys):
    toy("train", tmp_path / "run", "sched.total_steps=1")
    path = tmp_path / "run" / "config.toml"
    path.write_text(path.read_text().replace("total_steps = 1", "total_steps = 2"))
    assert toy("resume", tmp_path / "run") == 1
    assert "was changed" in capsys.readouterr().err


def test_training_decodes_no_sound(bundle, toy, tmp_path, monkeypatch):
    main(["prepare", str(bundle), "--preset", "tiny-cpu", "--set", "model.backend=toy"])
    import soundfile

    from trainer.bundle import preflight

    monkeypatch.setattr(preflight, "audio_reason", lambda *_: None)

    def no_decoding(*_args, **_more):
        raise AssertionError("sound was decoded")

    monkeypatch.setattr(soundfile, "read", no_decoding)
    monkeypatch.setattr(soundfile, "SoundFile", no_decoding)
    assert toy("train", tmp_path / "run", "sched.total_steps=4") == 0


def test_a_finished_run_is_left_as_it_is(toy, tmp_path, capsys):
    run = tmp_path / "run"
    toy("train", run, "sched.total_steps=2")
    before = (run / "events.jsonl").read_bytes()
    assert toy("resume", run) == 0
    assert "nothing to resume" in capsys.readouterr().out
    assert (run / "events.jsonl").read_bytes() == before


def test_a_run_goes_on_from_another_with_more_data_and_names_it(toy, bundle, tmp_path):
    first, then = tmp_path / "first", tmp_path / "then"
    toy("train", first, "sched.total_steps=10")
    more = a_bundle(tmp_path / "more", 24)
    words = ["train", str(more), str(then), "--from", str(first), "--set", "sched.total_steps=4"]
    assert main(words) == 0
    started = of_kind(read_events(then), "started")[0]
    assert (started["parent"], started["parent_step"]) == (str(first), 10)
    assert started["clips"]["train"] == 21
    before = of_kind(read_events(first), "eval")
    assert of_kind(read_events(then), "eval")[0]["mel_ce"] < before[0]["mel_ce"] - 0.3
    assert toy("resume", then) == 0


def test_a_run_with_other_learning_parts_is_not_gone_on_from(toy, bundle, tmp_path, capsys):
    first = tmp_path / "first"
    toy("train", first, "sched.total_steps=2", "ckpt.keep_last=1")
    path = checkpoint.path_of(first / "checkpoints", 2)
    from safetensors.torch import load_file

    tensors = load_file(path / "weights.safetensors")
    tensors["more"] = tensors["mel.weight"].clone()
    checkpoint.save(first / "checkpoints", 3, {"weights": tensors}, {"best": None})
    words = ["train", str(bundle), str(tmp_path / "then"), "--from", str(first)]
    assert main([*words, "--checkpoint", "last"]) == 1
    assert "same [adapt]" in capsys.readouterr().err
    assert not (tmp_path / "then").exists()


def test_a_run_that_could_not_begin_leaves_no_folder(tmp_path, capsys):
    from tests.trainer.bundles import a_clip, write_bundle

    write_bundle(tmp_path, [a_clip(tmp_path, 0, text="")])
    words = ["train", str(tmp_path), str(tmp_path / "run"), "--preset", "tiny-cpu"]
    assert main([*words, "--set", "model.backend=toy"]) == 1
    assert not (tmp_path / "run").exists()
