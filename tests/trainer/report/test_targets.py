"""Targets of a person: checked when set, compared in the report and between runs."""

import pytest

from tests.helpers.training_runs import OVERFITTED, a_run, a_small_bundle
from trainer.cli.parser import main
from trainer.errors import WrongUsage
from trainer.report.targets import save_targets

TARGETS = """
[mel_ce]
minimum = 4.6
goal = 4.3
stretch = 4.0
[eos_ce]
minimum = 0.0001
[wer]
goal = 0.1
"""


@pytest.fixture
def run(tmp_path):
    bundle = a_small_bundle(tmp_path / "show")
    return a_run(tmp_path / "run", OVERFITTED, bundle=bundle)


def test_the_report_says_which_level_was_met(run, tmp_path, capsys):
    (tmp_path / "mine.toml").write_text(TARGETS)
    assert main(["report", str(run), "--targets", str(tmp_path / "mine.toml")]) == 0
    text = (run / "report.md").read_text()
    assert "## Targets" in text
    assert "| Audio loss (mel_ce, nats) | 4.280 | 4.600 | 4.300 | 4.000 | goal met |" in text
    assert "| not measured |" in text.split("Word error rate | ")[1].split("\n")[0]
    assert (run / "targets.toml").read_text() == TARGETS
    assert main(["report", str(run)]) == 0
    assert "goal met" in (run / "report.md").read_text()


def test_without_targets_there_is_no_section(run):
    assert main(["report", str(run)]) == 0
    assert "## Targets" not in (run / "report.md").read_text()


def test_a_comparison_shows_what_each_run_met(run, tmp_path, capsys):
    other = a_run(tmp_path / "other", {0: 5.4, 10: 4.9}, bundle=tmp_path / "show")
    (tmp_path / "mine.toml").write_text("[mel_ce]\nminimum = 4.6\n")
    for folder in (run, other):
        save_targets(tmp_path / "mine.toml", folder)
    assert main(["compare", str(run), str(other)]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "run, targets: Audio loss (mel_ce, nats): minimum met." in text
    assert "other, targets: Audio loss (mel_ce, nats): minimum missed." in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[mel_se]\ngoal = 4.0\n", "mel_ce"),
        ("[mel_ce]\nbest = 4.0\n", "needs minimum, goal or stretch"),
        ("[mel_ce]\ngoal = true\n", "not a number"),
        ("[mel_ce]\nminimum = 4.0\ngoal = 4.5\n", "not in order"),
        ("[similarity]\nminimum = 0.8\ngoal = 0.7\n", "not in order"),
        ("mel_ce", "cannot be read as TOML"),
    ],
)
def test_wrong_targets_are_refused_by_a_sentence(run, tmp_path, text, words):
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(WrongUsage) as refusal:
        save_targets(tmp_path / "mine.toml", run)
    assert words in str(refusal.value)
    assert not (run / "targets.toml").exists()
