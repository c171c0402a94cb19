"""What is printed cannot control the terminal, and broken text is a sentence."""

import pytest

from tests.trainer.bundles import a_clip, write_bundle
from trainer.cli.parser import main
from trainer.output import visible


def test_controls_and_marks_of_direction_are_shown_as_escapes():
    assert visible("a\x1b[2Jb\rc\u202ed\u2028e\ud800") == (r"a\x1b[2Jb\rc\u202ed\u2028e\ud800")
    assert visible("Mai Thị Hoà, Győző\n\tend") == "Mai Thị Hoà, Győző\n\tend"


def test_texts_of_a_bundle_reach_the_terminal_escaped(tmp_path, capsys):
    lines = [a_clip(tmp_path, number) for number in range(2)]
    lines[0]["language"] = "\x1b]0;title\x07\u202e"
    assert main(["check", str(write_bundle(tmp_path, lines))]) == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert r"\x1b" in printed


def test_an_argument_that_is_not_unicode_is_a_sentence(tmp_path, capsys):
    out = str(tmp_path / "a.wav")
    assert main(["speak", str(tmp_path), "--text", "a\udcff", "--out", out]) == 2
    assert "--text is not valid UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(
    "setting",
    [
        "optim.lr=" + "9" * 400, "optim.lr=1e400", "optim.lr=inf", "optim.lr=nan",
        "run.seed=" + "9" * 400, "sched.total_steps=" + "9" * 5000, "optim.betas=[0.9, nan]",
        "sampler.category_weights.angry=1e308", "data.cache=" + "[" * 500 + "]" * 500,
    ],
)  # fmt: skip
def test_numbers_beyond_all_use_are_a_sentence(tmp_path, capsys, setting):
    bundle = write_bundle(tmp_path, [a_clip(tmp_path, 0)])
    assert main(["plan", str(bundle), "--preset", "tiny-cpu", "--set", setting]) == 2
    assert capsys.readouterr().err.startswith("trainer: ")


def test_a_weight_beyond_all_use_is_a_sentence(tmp_path, capsys):
    bundle = write_bundle(tmp_path, [a_clip(tmp_path, 0, weight=1e308)])
    assert main(["check", str(bundle)]) == 1
    assert "weight" in capsys.readouterr().err
