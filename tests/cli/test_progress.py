"""How a long command shows how far it is."""

import io
import json

from curator.cli import progress
from curator.cli.progress import JsonLines, PlainLines, are_long, minutes

HOURS_5 = 5 * 3600.0


def test_minutes_are_shown_of_long_items_alone():
    assert are_long(1, HOURS_5)
    assert not are_long(5000, HOURS_5)
    assert not are_long(0, 0.0)
    assert minutes(43 * 60, HOURS_5) == "43 of 300 min"


def test_a_program_is_told_how_far_one_long_recording_is(monkeypatch):
    monkeypatch.setattr(progress, "REFRESH_S", 0.0)
    out = io.StringIO()
    watcher = JsonLines(out)
    watcher.started("clean", 1, HOURS_5)
    watcher.progressed(0, 43 * 60)
    line = json.loads(out.getvalue().splitlines()[-1])
    assert (line["done"], line["of"]) == (0, 1)
    assert (line["done_s"], line["of_s"]) == (2580.0, HOURS_5)
    assert line["eta_s"] is not None


def test_plain_lines_say_it_every_now_and_then(monkeypatch):
    monkeypatch.setattr(progress, "UPDATE_EVERY_S", 0.0)
    out = io.StringIO()
    watcher = PlainLines(out)
    watcher.started("clean", 1, HOURS_5)
    watcher.progressed(0, 43 * 60)
    watcher.finished()
    assert out.getvalue().splitlines()[0] == "clean: 43 of 300 min"
    watcher.started("score", 5000, HOURS_5)
    watcher.progressed(1, 3.6)
    assert "of 300 min" not in out.getvalue().splitlines()[-1]


def test_a_bar_goes_by_minutes_of_one_long_recording(monkeypatch):
    watcher = progress.Bar()
    watcher.started("clean", 1, HOURS_5)
    watcher.progressed(0, 43 * 60)
    (task,) = watcher._progress.tasks
    watcher.finished()
    assert (task.completed, task.total) == (2580.0, HOURS_5)
    assert task.fields["far"] == "43 of 300 min"
