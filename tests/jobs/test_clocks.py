"""Files from the future, and clocks that go backwards."""

import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from curator.audio.resumable_file import BEGUN, sweep_begun
from curator.domain.decision import drop, keep
from curator.domain.progress import NoProgress
from curator.jobs.context import JobContext
from curator.jobs.listed_set import listed_set
from curator.store.decisions import Decisions
from tests.helpers.factories import a_project, an_empty_project
from tests.helpers.sounds import tone, write_sound

FUTURE, PAST = 2**33, -(2**31)  # seconds: the years 2242 and 1901


@pytest.mark.parametrize("mtime", [FUTURE, PAST])
def test_a_list_from_another_time_is_not_later_than_now(tmp_path, mtime):
    write_sound(tmp_path / "lists" / "a.wav", tone(2))
    path = tmp_path / "lists" / "list.csv"
    path.write_text("file,text,emotion\na.wav,Good evening.,calm\n")
    os.utime(path, (mtime, mtime))
    with an_empty_project(tmp_path) as project:
        work = JobContext.at_once(project, NoProgress())
        found = listed_set(work, path, "CC0", "by letter")
    (clip,) = found.clips
    assert clip.made_at
    for at in clip.made_at.values():
        assert datetime.fromtimestamp(0, UTC) <= datetime.fromisoformat(at) <= datetime.now(UTC)


@pytest.mark.parametrize("mtime", [FUTURE, PAST])
def test_what_a_killed_program_left_at_another_time_is_removed(tmp_path, mtime):
    left, new = tmp_path / f"a{BEGUN}", tmp_path / f"b{BEGUN}"
    for path in (left, new):
        path.write_bytes(b"half")
    os.utime(left, (mtime, mtime))
    os.utime(new, (time.time() + 60, time.time() + 60))  # a file server is a minute ahead
    assert sweep_begun(tmp_path) == 1
    assert list(tmp_path.iterdir()) == [new]


def test_history_and_undo_keep_their_order_while_the_clock_goes_backwards(tmp_path):
    start = datetime(2030, 1, 1, tzinfo=UTC)
    clock = (start - timedelta(days=day) for day in range(100))
    with a_project(tmp_path) as project:
        decisions = Decisions(project._database, now=lambda: next(clock))
        clips = project.clips.ids()
        for clip in clips:
            decisions.apply(keep([clip]))
            decisions.apply(drop([clip]))
        entries = decisions.history()
        assert [entry.id for entry in entries] == sorted(entry.id for entry in entries)[::-1]
        assert decisions.undo().clips == (clips[-1],)
        assert project.clips.get(clips[-1]).state == "kept"
        assert decisions.redo().clips == (clips[-1],)
        assert project.verify() == []
