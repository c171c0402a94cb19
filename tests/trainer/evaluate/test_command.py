"""``trainer evaluate`` on the toy: whole, resumed, cut off, spoilt, newer; the numbers the same."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests.trainer.bundles import a_bundle
from tests.trainer.toy_runs import TOY
from trainer.cli import evaluate as command
from trainer.cli.parser import main
from trainer.evaluate.results import REAL, RESULTS, read_results

pytestmark = pytest.mark.model

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[3] / "resources" / "evaluation.schema.json").read_text()
)
SENTENCES = """
language = "en"
seeds = [0]
[[sentence]]
id = "short"
kind = "short"
category = "tension"
text = "Yes!"
[[sentence]]
id = "plain"
text = "Good day."
"""


@pytest.fixture
def run(tmp_path) -> Path:
    """A toy run with one checkpoint, on a bundle of its own."""
    bundle = a_bundle(tmp_path / "show", 10, least_s=0.6, most_s=1.0)
    words = [f"--set={change}" for change in (*TOY, "sched.total_steps=5")]
    folder = tmp_path / "run"
    assert main(["train", str(bundle), str(folder), "--preset", "tiny-cpu", *words]) == 0
    (tmp_path / "mine.toml").write_text(SENTENCES, encoding="utf-8")
    return folder


def evaluate(run: Path, *more: str) -> int:
    return main(["evaluate", str(run), "--sentences", str(run.parent / "mine.toml"), *more])


def lines(run: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (run / name).read_text().splitlines()]


class Spoken:
    """Counts what is spoken."""

    def __init__(self, monkeypatch, fails_after: int = 1000):
        self.count = 0
        real = command.synthesise

        def synthesise(*arguments, **named):
            if self.count >= fails_after:
                raise KeyboardInterrupt
            self.count += 1
            return real(*arguments, **named)

        monkeypatch.setattr(command, "synthesise", synthesise)


def test_everything_is_written_by_the_schema_and_a_second_time_nothing_is_spoken(run, monkeypatch):
    spoken = Spoken(monkeypatch)
    assert evaluate(run) == 0
    steps = read_results(run).about["checkpoints"]
    assert steps[0] == 0
    assert len(steps) >= 2
    assert spoken.count == 2 * len(steps)
    for name in (RESULTS, REAL):
        for line in lines(run, name):
            jsonschema.validate(line, SCHEMA)
    found = read_results(run)
    assert found.about["complete"] is True
    assert [row["checkpoint"] for row in found.rows] == sorted(steps * 2)
    assert all((run / row["wav"]).is_file() for row in found.rows)
    assert set(json.loads((run / command.SUMMARY).read_text())["checkpoints"]) == {
        str(step) for step in steps
    }
    first = {name: (run / name).read_bytes() for name in (RESULTS, REAL, command.SUMMARY)}
    assert evaluate(run) == 0
    assert spoken.count == 2 * len(steps)
    assert first == {name: (run / name).read_bytes() for name in first}

    # Killed in the middle: half a line, one sound gone. The same numbers come out.
    (run / RESULTS).write_bytes(first[RESULTS][:-40])
    (run / found.rows[0]["wav"]).unlink()
    assert evaluate(run) == 0
    assert spoken.count == 2 * len(steps) + 1
    assert first == {name: (run / name).read_bytes() for name in first}

    # Another sentence: only that is spoken; what nothing names any longer is removed.
    mine = run.parent / "mine.toml"
    mine.write_text(SENTENCES.replace("Good day.", "Good night."), encoding="utf-8")
    assert evaluate(run) == 0
    assert spoken.count == 3 * len(steps) + 1
    assert len(list((run / "evaluation" / "wavs").iterdir())) == 2 * len(steps)


def test_an_interrupted_evaluation_keeps_what_was_spoken(run, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        Spoken(patch, fails_after=3)
        assert evaluate(run) == 130
    kept = read_results(run)
    assert kept.about["complete"] is False
    assert len(kept.rows) == 3
    spoken = Spoken(monkeypatch)
    assert evaluate(run) == 0
    assert spoken.count == 2 * len(read_results(run).about["checkpoints"]) - 3


def test_a_clip_without_sound_is_named_and_the_rest_is_measured(run, capsys):
    clip = lines(run.parent / "show", "manifest.jsonl")[7]
    assert clip["split"] == "eval"
    (run.parent / "show" / clip["audio"]).unlink()
    assert evaluate(run) == 0
    real = read_results(run, REAL).rows
    assert real[0]["fault"] == f"{clip['audio']} is missing."
    assert all(value is None for value in real[0]["measures"].values())
    rows = read_results(run).rows
    assert all("missing" in row["fault"] for row in rows)  # it was the only prompt
    for row in rows:
        jsonschema.validate(row, SCHEMA)
    assert "could not be measured" in capsys.readouterr().out


def test_results_of_a_newer_version_are_left_alone(run, capsys):
    (run / "evaluation").mkdir()
    newer = json.dumps({"about": {"format": 99}}) + "\n"
    (run / RESULTS).write_text(newer)
    assert evaluate(run) == 1
    assert "newer version" in capsys.readouterr().err
    assert (run / RESULTS).read_text() == newer


def test_a_step_that_is_not_kept_is_refused_with_those_that_are(run, capsys):
    assert evaluate(run, "--checkpoint", "3") == 2
    assert "Available steps: 0, " in capsys.readouterr().err


def test_text_that_whisper_hears_as_nothing_is_all_errors():
    import numpy as np

    from trainer.evaluate.measures import VoiceStatistics, measure_all
    from trainer.evaluate.samples import as_sample
    from trainer.speech.prior import fit_prior
    from trainer.speech.sound import Sound
    from trainer.speech.transcriber import Transcriber

    silence = Sound(np.zeros(16000, np.float32), 16000)
    sample = as_sample(silence, ["Good evening."], "en", Transcriber())
    found = measure_all(sample, VoiceStatistics({}, fit_prior([], [], (0.15, 1 / 13)), None))
    assert sample.transcript == ""
    assert (found["wer"], found["early_stop"], found["length_ratio"]) == (1.0, 1.0, 0.0)
    assert found["similarity"] is None
    assert found["rate"] is None
