"""What people and programs get from the command line."""

import json
import subprocess
import sys

import pytest

from trainer.cli.parser import main, make_parser

HEAVY = ("torch", "TTS", "numpy", "soundfile", "transformers", "jinja2")


def commands():
    parser = make_parser()
    return next(iter(action.choices for action in parser._actions if action.dest == "command"))


@pytest.mark.parametrize("words", [[], *([name] for name in commands())], ids=" ".join)
def test_help_loads_nothing_heavy(words):
    code = (
        "import sys; from trainer.cli.parser import main\n"
        f"try: main({[*words, '--help']!r})\n"
        f"except SystemExit: print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_check_and_plan_need_no_network(bundle):
    for words in (["check", str(bundle)], ["plan", str(bundle)]):
        code = (
            "import sys; from trainer.cli.parser import main\n"
            f"main({words!r}); print([name for name in ('torch', 'TTS') if name in sys.modules])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == "[]", words


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["check", "/nowhere"], 1, "There is no folder /nowhere"),
        (["train", "BUNDLE", "RUN"], 1, "--preset tiny-cpu"),
        (["train", "BUNDLE", "RUN", "--set", "optim.lrr=1"], 2, "Did you mean 'lr'?"),
        (["check", "BUNDLE", "--set", "data.max_rejectd=1"], 2, "Did you mean 'max_rejected'?"),
        (["train", "BUNDLE", "RUN", "--preset", "12gb"], 2, "base model"),
        (["train", "BUNDLE", "RUN", "--preset", "tiny-cpu", "--set", "a.b=1"], 2, "no section 'a'"),
        (["train", "BUNDLE", "RUN", "--preset", "tiny-cpu", "--set", "run.device=gpu"], 2, "gpu"),
        (["train", "BUNDLE", "RUN", "--base", "/nowhere"], 1, "lacks model.pth"),
        (["train", "BUNDLE", "RUN", "--config", "/nowhere.toml"], 2, "/nowhere.toml"),
        (["resume", "/nowhere"], 1, "is not a run folder"),
        (["plan", "BUNDLE", "--gpu", "big"], 2, "not a number of gigabytes"),
        (["plan", "BUNDLE", "--gpu", "-3"], 2, ""),
    ],
)
def test_a_wrong_command_is_answered_in_a_sentence(bundle, tmp_path, capsys, words, code, says):
    places = {"BUNDLE": str(bundle), "RUN": str(tmp_path / "run")}
    try:
        answer = main([places.get(word, word) for word in words])
    except SystemExit as left:  # argparse
        answer = left.code
    assert answer == code
    err = capsys.readouterr().err
    assert says in err
    assert "Traceback" not in err


def test_a_plan_names_steps_memory_hours_and_money(bundle, capsys):
    assert main(["plan", str(bundle), "--json", "--gpu", "12", "--gpu", "24", "--price", "2"]) == 0
    plans = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [plan["preset"] for plan in plans] == ["12gb", "24gb"]
    for plan in plans:
        assert plan["steps"] >= 1
        assert plan["money"] == pytest.approx(plan["hours"] * 2)
        assert plan["fits"]
        assert sum(plan["heard"].values()) > 0
    assert plans[0]["memory_gb"] < plans[1]["memory_gb"]  # LoRA against every weight


def test_a_plan_says_when_a_run_does_not_fit(bundle, capsys):
    main(["plan", str(bundle), "--gpu", "8", "--preset", "80gb", "--set", "precision.amp=off"])
    assert "DOES NOT FIT" in capsys.readouterr().out


def test_a_probe_measures_instead_of_guessing(bundle, capsys):
    words = ["plan", str(bundle), "--json", "--gpu", "8", "--preset", "tiny-cpu", "--probe"]
    assert main([*words, "--set", "model.backend=toy", "--set", "sched.total_steps=4"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["kind"] == "measured"
    assert found["steps"] == 4
    assert found["seconds_a_step"] > 0


def test_prepare_does_its_work_once(tmp_path, capsys):
    from tests.trainer.bundles import a_bundle

    folder = a_bundle(tmp_path / "show", 4, least_s=0.6, most_s=0.8)
    words = ["prepare", str(folder), "--json", "--preset", "tiny-cpu", "--set", "model.backend=toy"]
    for expected in ((4, 0), (0, 4)):
        assert main(words) == 0
        found = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (found["encoded"], found["reused"]) == expected


def test_losses_are_mirrored_for_tensorboard(toy, tmp_path):
    assert toy("train", tmp_path / "run", "sched.total_steps=2", "log.tensorboard=true") == 0
    written = list((tmp_path / "run" / "tensorboard").glob("events.out.tfevents.*"))
    assert written
    assert written[0].stat().st_size > 200


def test_doctor_answers(capsys):
    assert main(["doctor", "--json"]) == 0
    found = {line["what"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found["torch"]["good"]
    assert "non-commercial" in found["licence of XTTS-v2"]["says"]


def test_several_processes_encode_the_same(tmp_path, monkeypatch, capsys):
    from tests.trainer.bundles import a_bundle
    from trainer.data import features

    folder = a_bundle(tmp_path / "show", 6, least_s=0.6, most_s=0.8)
    monkeypatch.setattr(features, "MIN_CLIPS_FOR_PROCESSES", 2)
    made = []
    for cache, processes in (("one", 1), ("two", 2)):
        words = ["prepare", str(folder), "--preset", "tiny-cpu", "--set", "model.backend=toy"]
        words += ["--set", f"data.cache={tmp_path / cache}", "--set", f"data.processes={processes}"]
        assert main(words) == 0
        files = (tmp_path / cache).rglob("*.feat")
        made.append({path.name: path.read_bytes() for path in files})
    assert made[0] == made[1]
    assert len(made[0]) == 6


def test_what_was_not_measured_comes_with_commands_that_exist(capsys):
    import shlex

    from trainer.config import resolve
    from trainer.machine.unmeasured import UNMEASURED

    for one in UNMEASURED:
        words = shlex.split(one.command)
        parsed = make_parser().parse_args(words[words.index("trainer") + 1 :])
        if parsed.command in ("evaluate", "doctor"):
            continue
        changed = resolve(parsed.preset, None, parsed.set)
        assert not parsed.set or changed != resolve(parsed.preset, None, [])
    assert main(["doctor", "--unmeasured"]) == 0
    shown = capsys.readouterr().out
    assert all(one.command in shown for one in UNMEASURED)
