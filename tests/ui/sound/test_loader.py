"""Decoding of clips in advance."""

import contextlib
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from curator.audio.encode import resampled
from curator.audio.waveform import Waveform
from curator.domain.decision import Field
from curator.ui.sound.clip_readers import PRE_ROLL, same
from curator.ui.sound.loader import MAX_CLIPS
from tests.helpers.sound_project import RATE, a_file, heard_project, source_of
from tests.helpers.sounds import noise, speech_like, write_sound


@pytest.mark.parametrize(
    ("kind", "alike"),
    [("wav", 0.9999), ("flac", 0.9999), ("m4a", 0.9999), ("mp3", 0.99), ("ogg", 0.99)],
)
def test_what_is_heard_is_what_would_be_exported(
    qtbot, open_loader, tmp_path: Path, kind: str, alike: float
):
    project = heard_project(tmp_path, a_file(tmp_path, kind))
    loader = open_loader(project)
    [recording] = project.recordings.all()
    for clip_id in project.clips.ids()[::-3]:  # backwards: nothing was decoded on the way
        loader.clip(clip_id)
        qtbot.waitUntil(lambda c=clip_id: loader.clip(c).whole and loader.clip(c).exact)
        heard = loader.clip(clip_id)
        wanted = resampled(Waveform(source_of(recording, project, clip_id), 44_100), RATE, "HQ")
        assert heard.samples.size == wanted.samples.size
        assert np.corrcoef(heard.samples, wanted.samples)[0, 1] > alike


def test_a_clip_far_into_a_file_that_must_be_decoded_is_heard_from_its_copy_first(
    qtbot, open_loader, tmp_path: Path
):
    project = heard_project(tmp_path, a_file(tmp_path, "m4a"))
    loader = open_loader(project)
    last = project.clips.ids()[-1]
    said = []
    loader.completed.connect(lambda _, clip: said.append(clip.exact))
    clip = loader.clip(last)
    qtbot.waitUntil(lambda: said == [False, True])
    assert not clip.exact
    assert loader.ready(last).exact
    assert np.corrcoef(clip.samples, loader.ready(last).samples)[0, 1] > 0.95


def test_neighbours_are_ready_when_they_are_wanted(qtbot, open_loader, tmp_path: Path):
    project = heard_project(tmp_path, a_file(tmp_path, "mp3"))
    loader = open_loader(project)
    ids = project.clips.ids()
    loader.ask(ids)
    qtbot.waitUntil(lambda: all((clip := loader.ready(i)) and clip.whole for i in ids))


def test_a_moved_edge_is_heard_at_once(qtbot, open_loader, tmp_path: Path):
    from curator.domain.decision import Edit

    project = heard_project(tmp_path, a_file(tmp_path, "wav"))
    loader = open_loader(project)
    [(clip, _, span), *_] = project.clips.spans()
    with qtbot.waitSignal(loader.completed):
        loader.clip(clip)
    moved = type(span)(span.start + 441, span.stop)
    project.decisions.apply(Edit("Move the start", Field.SPAN, {clip: (moved.start, moved.stop)}))
    with qtbot.waitSignal(loader.completed):
        assert loader.clip(clip).span == moved
    assert loader.clip(clip).samples.size == round(moved.samples * RATE / 44_100)


def test_a_recording_that_is_gone_is_heard_from_its_copy_and_said_to_be_gone(
    qtbot, open_loader, tmp_path: Path
):
    file = a_file(tmp_path, "wav")
    project = heard_project(tmp_path, file)
    file.unlink()
    loader = open_loader(project)
    clip_id = project.clips.ids()[2]
    said = []
    loader.failed.connect(lambda _, sentence: said.append(sentence))
    clip = loader.clip(clip_id)
    qtbot.waitUntil(lambda: bool(said))
    assert clip.whole
    assert not clip.exact
    assert np.abs(clip.samples).max() > 0.05
    assert "show.wav is not there any more" in said[0]


def test_with_copy_and_recording_gone_the_reason_is_said(qtbot, open_loader, tmp_path: Path):
    file = a_file(tmp_path, "wav")
    project = heard_project(tmp_path, file)
    file.unlink()
    for cached in project.cache.iterdir():
        cached.unlink()
    loader = open_loader(project)
    with qtbot.waitSignal(loader.failed) as said:
        clip = loader.clip(project.clips.ids()[0])
    assert "Cannot play" in said.args[1]
    assert clip.failure == said.args[1]


def test_memory_holds_only_so_many_clips(qtbot, open_loader, tmp_path: Path):
    project = heard_project(tmp_path, a_file(tmp_path, "wav", 100.0), clips=60, seconds=0.5)
    loader = open_loader(project)
    ids = project.clips.ids()
    for at in range(0, 60, 10):
        loader.ask(ids[at : at + 10])
        qtbot.waitUntil(lambda now=at: all(loader.ready(i) for i in ids[now : now + 10]))
    ready = [clip for clip in ids if loader.ready(clip)]
    assert len(ready) == MAX_CLIPS
    assert ready[-20:] == ids[-20:]


def test_asking_anew_while_clips_fill_leaves_each_whole_and_right(
    qtbot, open_loader, tmp_path: Path
):
    project = heard_project(tmp_path, a_file(tmp_path, "wav"))
    loader = open_loader(project)
    [recording] = project.recordings.all()
    ids = project.clips.ids()
    for turn in range(200):
        loader.ask([ids[(turn + k) % len(ids)] for k in range(4)])
        loader.clip(ids[turn * 3 % len(ids)])
    loader.ask(ids)
    qtbot.waitUntil(lambda: all((c := loader.ready(i)) and c.whole and c.exact for i in ids))
    for clip_id in ids:
        wanted = resampled(Waveform(source_of(recording, project, clip_id), 44_100), RATE, "HQ")
        assert np.abs(loader.ready(clip_id).samples - wanted.samples).max() < 0.01


def test_loudness_comes_from_the_score_or_is_measured_when_asked(
    qtbot, open_loader, tmp_path: Path
):
    project = heard_project(tmp_path, write_sound(tmp_path / "n.wav", noise(30, 44_100), 44_100))
    loader = open_loader(project)
    first, second = project.clips.ids()[:2]
    with qtbot.waitSignal(loader.completed):
        loader.clip(first)
    assert loader.ready(first).loudness is None
    loader.matched = True
    with qtbot.waitSignal(loader.completed):
        loader.clip(second)
    assert -30 < loader.ready(second).loudness < -10


def test_a_jump_that_lands_a_packet_beside_is_noticed():
    sound = speech_like(10, 16_000)[16_000:]
    head = sound[4000:5600]
    assert same(head, head + noise(0.1, 16_000, 0.003))
    assert not same(head, sound[4000 + 418 : 5600 + 418])  # an mp3 frame later
    assert PRE_ROLL % 1152 == 0


@pytest.mark.parametrize(
    ("stop", "length", "sentence"),
    [(2**31, None, "ends after its recording"), (10**9, 10**9, "is longer than 15 min")],
)
def test_a_clip_of_a_damaged_project_takes_no_memory(
    open_loader, tmp_path: Path, stop: int, length: int | None, sentence: str
):
    project = heard_project(tmp_path, a_file(tmp_path, "wav"))
    clip_id = project.clips.ids()[0]
    with contextlib.closing(sqlite3.connect(project.path / "project.sqlite")) as connection:
        connection.execute("UPDATE clip SET stop = ? WHERE id = ?", (stop, clip_id))
        if length:
            connection.execute("UPDATE recording SET samples = ?", (length,))
        connection.commit()
    loader = open_loader(project)
    loader.matched = True
    clip = loader.clip(clip_id)
    assert clip.samples.size == 0
    assert sentence in clip.failure
    loader.ask(project.clips.ids())
