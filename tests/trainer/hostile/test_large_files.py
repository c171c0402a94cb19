"""Files of runs and bundles that would take gigabytes or minutes to parse: one sentence each."""

import json

import pytest

from curator.domain.errors import CuratorError
from curator.export.manifest import read_manifest
from curator.ui.training.evaluated import read_evaluated
from curator.ui.training.ratings import read_file
from tests.helpers.fuzz import counted
from tests.helpers.training_runs import IMPROVING, a_run, a_small_bundle
from trainer import foreign_files
from trainer.bundle.manifest import read_bundle
from trainer.errors import BrokenBundle, BrokenRun, TrainerError
from trainer.evaluate.results import read_results
from trainer.foreign_files import (
    MAX_LINES,
    MAX_TOML,
    MAX_VALUES,
    lines_of,
    parse_json,
    parse_toml,
)
from trainer.report import sources
from trainer.report.run_files import read_run
from trainer.runs.events import STEP_LINE, EventLog, read_events
from trainer.runs.run import open_run
from trainer.stock_runs.text_log import read_log

pytestmark = pytest.mark.timeout(120)
MB = 1 << 20
NEWLINES = b"\n" * (150 * MB)
LISTS = b'{"a": [' + b"[]," * (40 * MB) + b"[]]}"


@pytest.fixture
def run(tmp_path):
    return a_run(tmp_path / "run", IMPROVING, bundle=a_small_bundle(tmp_path / "bundle"))


def refused(read, *arguments) -> str:
    with counted("large files", read), pytest.raises((TrainerError, CuratorError)) as caught:
        read(*arguments)
    return str(caught.value)


def test_logs_of_very_many_lines(run):
    for name in ("events.jsonl", "evaluation/results.jsonl"):
        (run / name).parent.mkdir(exist_ok=True)
        (run / name).write_bytes(NEWLINES)
    for read in (read_events, read_run, read_results):
        assert "more than 1,000,000 lines" in refused(read, run)
    with pytest.raises(BrokenRun, match="lines"):
        EventLog(run / "events.jsonl").start_size()
    with counted("large files", read_evaluated):
        assert read_evaluated(run).samples == ()


def test_json_and_toml_of_very_many_values(run, tmp_path):
    (run / "run.json").write_bytes(LISTS)
    assert "4,000,000 values" in refused(open_run, run)
    with counted("large files", "run.json"):
        assert read_evaluated(run).samples == ()
    (tmp_path / "ratings.json").write_bytes(LISTS)
    assert "not a ratings file" in refused(read_file, tmp_path / "ratings.json")
    for text in ("[" + "1," * MAX_VALUES + "1]", "[" + "{}," * MAX_VALUES + "1]"):
        with pytest.raises(ValueError, match="4,000,000 values"):
            parse_json(text)
    with pytest.raises(ValueError, match="larger than 2 MB"):
        parse_toml("a = 1\n" * (MAX_TOML // 4))


def test_manifests_of_very_many_lines(tmp_path):
    bundle = a_small_bundle(tmp_path / "bundle")
    path = bundle / "manifest.jsonl"
    path.write_bytes(b"x\n" * (MAX_LINES + 1))
    with pytest.raises(BrokenBundle, match="more than 2,000,000 lines"):
        read_bundle(bundle)
    path.write_bytes(NEWLINES)
    assert "line 1" in refused(read_manifest, path)
    with path.open("wb") as file:
        file.truncate(400 * MB)
    refused(read_manifest, path)
    refused(read_bundle, bundle)


def test_a_log_of_another_trainer(tmp_path):
    path = tmp_path / "trainer_0_log.txt"
    path.write_bytes(NEWLINES)
    assert "more than 2,000,000 lines" in refused(lambda path: list(read_log(path)), path)


def test_lines_are_split_as_before():
    for data in (b"", b"\n", b"a\nb", b"a\n\nb\n"):
        assert lines_of(data) == data.split(b"\n")


def test_a_log_of_as_many_values_as_are_read(run, monkeypatch):
    path = run / "events.jsonl"
    step = b'{"event": "step", "step": 1, "k%05d": 1.5, "l%05d": 0.5}\n'
    with path.open("ab") as file:
        for number in range(40_000):
            file.write(step % (number, number))
    monkeypatch.setattr(foreign_files, "MAX_LOG_VALUES", 230_000)
    for read in (read_events, read_run):
        with counted("events.jsonl", read):
            read(run)
    monkeypatch.setattr(foreign_files, "MAX_LOG_VALUES", 195_000)
    assert "more than 195,000 values" in refused(read_events, run)
    with counted("events.jsonl", "report"):
        assert len(read_run(run).events("step")) > 40_000  # their lines are kept
    assert read_events(run, steps=False)  # a long run can be resumed and spoken with
    assert read_run(run, brief=True).started
    assert EventLog(path).start_size()


def test_steps_of_a_long_training_are_kept_as_their_lines(run, monkeypatch):
    monkeypatch.setattr(sources, "MOST_PARSED", 1_000)
    monkeypatch.setattr(foreign_files, "MAX_LOG_VALUES", 50_000)
    path, steps = run / "events.jsonl", 20_000
    lines = path.read_bytes().splitlines()
    fields = json.loads(next(line for line in lines if line.startswith(STEP_LINE)))
    with path.open("ab") as file:
        for number in range(10_000, 10_000 + steps):
            file.write(json.dumps(fields | {"step": number, "time": number}).encode() + b"\n")
    with counted("events.jsonl", "many steps"):
        events = read_run(run).events("step")
        assert len(events) > steps
        assert events[-1][1] == fields | {"step": 9_999 + steps, "time": 9_999 + steps}
        assert events[-1][1].keys() == events[0][1].keys()
        assert sum("seconds" in event for _, event in events) == len(events)


def test_a_log_of_long_lines_with_a_rare_character(run):
    path = run / "events.jsonl"
    line = (
        b'{"event": "spoken", "step": 1, "seconds": 1, "text": "\xf0\x9f\x8e\xa4'
        + b"x" * (12 * MB)
        + b'"}\n'
    )
    path.write_bytes(line * 10)
    with counted("events.jsonl", "long lines"):
        assert len(read_events(run)) == 10
    path.write_bytes(line * 11)
    assert "more than 128 MB" in refused(read_events, run)
    path.write_bytes(line.replace(b"x", b"xx"))
    assert "its line 1 has more than 16 MB" in refused(read_events, run)
    with counted("large files", read_evaluated):
        assert read_evaluated(run).samples == ()


def test_values_of_a_log_that_the_window_reads(run):
    (run / "evaluation").mkdir(exist_ok=True)
    (run / "evaluation" / "results.jsonl").write_bytes(b"{}" + b"[" * 50 * MB)
    with counted("large files", read_evaluated):
        assert read_evaluated(run).samples == ()


def test_a_bundle_with_a_name_that_is_too_long(run):
    (run / "run.json").write_text('{"bundle": "' + "a" * 5000 + '"}')
    assert read_evaluated(run).bundle is None
