"""bench.json is written as rows come, continued after a stop, and holds medians with their load."""

import json
import sys
import time

import pytest

from curator.domain.system import is_running
from tests.benchmarks import __main__ as bench
from tests.benchmarks import record as records
from tests.benchmarks.record import Measured, open_record
from tests.test_benchmark_table import a_row

NAMES = ("one", "two")


def measured(module="one", *, ours=3.0, seconds=10.0, others=0.0, equal=True, failure=""):
    lines = () if failure else (bench.as_line(a_row(ours=ours, equal=equal)),)
    return Measured(module, lines, failure, seconds, (0.5, 1.0), others)


@pytest.fixture
def record(tmp_path):
    return open_record(tmp_path / "bench.json", NAMES)


def test_figures_are_medians_of_their_repetitions(record):
    for ours in (2.0, 9.0, 3.0):
        record.add(measured(ours=ours))
    (line,) = record.lines()
    assert (line["ours"], line["ratio"], line["passed"]) == (3.0, 3.0, True)
    assert [each["ours"] for each in line["repetitions"]] == [2.0, 9.0, 3.0]


def test_one_unequal_repetition_fails_a_row(record):
    record.add(measured())
    record.add(measured(equal=False))
    (line,) = record.lines()
    assert not line["passed"]


def test_a_repetition_that_broke_keeps_the_others_and_is_named(record):
    record.add(measured())
    record.add(measured(failure="ValueError: no"))
    lines = record.lines()
    assert [line["passed"] for line in lines] == [True, False]
    assert lines[1]["note"] == "ValueError: no"


def test_a_row_that_others_disturbed_is_marked(record):
    record.add(measured())
    record.add(measured(others=1.5))
    assert record.lines()[0]["under_load"] is True


def test_the_file_holds_machine_versions_and_load_after_every_module(record):
    record.add(measured())
    document = json.loads(record.path.read_text())
    assert document["complete"] is False
    assert document["machine"]["cores"] >= 1
    assert document["versions"]["numpy"]
    (module,) = document["modules"]
    assert (module["load_before"], module["load_after"]) == (0.5, 1.0)
    assert [row["id"] for row in document["rows"]] == ["S1"]


def test_a_stopped_run_is_continued_and_a_finished_one_is_not(record):
    record.add(measured())
    again = open_record(record.path, NAMES)
    assert again.done == record.done
    assert again.started == record.started
    assert not open_record(record.path, NAMES, restart=True).done
    assert not open_record(record.path, ("one",)).done
    record.complete = True
    record.save()
    assert not open_record(record.path, NAMES).done
    record.path.write_text("{")
    assert not open_record(record.path, NAMES).done


def test_everything_is_measured_once_before_the_quickest_are_repeated(record):
    order = []
    left = 100.0
    while (module := bench.schedule(record, NAMES, left)) is not None:
        order.append(module)
        seconds = 10.0 if module == "two" else 60.0
        left -= seconds
        record.add(measured(module, seconds=seconds))
    assert order == ["one", "two", "two", "two"]  # 10 s are left, and "one" takes a minute


def test_a_stop_keeps_what_was_measured(tmp_path, monkeypatch, capsys):
    calls = []

    def measure(module, _show):
        calls.append(module)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return measured(module)

    monkeypatch.setattr(bench, "measure", measure)
    words = ["--only", "one,two", "--out", str(tmp_path / "bench.json"), "--minutes", "0"]
    assert bench.main(words) == 130
    assert bench.main(words) == 0
    assert calls == ["one", "two", "two"]
    assert "Continuing the run" in capsys.readouterr().err


def test_rows_are_shown_as_they_come_and_a_hanging_module_is_ended(tmp_path, monkeypatch):
    script, program = tmp_path / "module.py", tmp_path / "program"
    line = json.dumps(bench.as_line(a_row()))
    sleep = f"subprocess.Popen([{sys.executable!r}, '-c', 'import time; time.sleep(60)'])"
    script.write_text(
        f"import subprocess, time\nprogram = {sleep}\n"
        f"open({str(program)!r}, 'w').write(str(program.pid))\n"
        f"print({line!r}, flush=True)\ntime.sleep(60)\n"
    )
    monkeypatch.setattr(bench, "MODULE_LIMIT_S", 5.0)
    monkeypatch.setattr(bench, "command_of", lambda _module: [sys.executable, str(script)])
    shown = []
    result = bench.measure("module", lambda row: shown.append(row["id"]))
    assert shown == ["S1"]
    assert len(result.lines) == 1
    assert result.failure.startswith("it did not end")
    pid = int(program.read_text())
    deadline = time.monotonic() + 60.0  # a killed process ends soon, but not at once
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(pid)


def test_what_other_programs_take_is_not_negative():
    _, load, others = records.LoadMeter().read()
    assert others >= 0.0
    assert len(load) == 2


def test_every_module_that_runs_has_rows():
    for name in (*bench.modules(), *bench.ON_REQUEST):
        source = (bench.HERE / f"{name}.py").read_text(encoding="utf-8")
        assert "\ndef rows(" in source, name
