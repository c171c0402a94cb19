"""The map follows clips by id, whatever happens to them in front of it or behind another page."""

import random

import numpy as np
import pytest
from PySide6.QtCore import Qt

from curator.domain.splitting import merge, split
from tests.helpers.map_window import Map

CONTROL = Qt.KeyboardModifier.ControlModifier


def check(voice_map: Map) -> None:
    """Arrays of the points have one length, and every drawn clip has its own position."""
    model, scatter = voice_map.page.model, voice_map.page.ui.scatter
    count = model.points.ids.size
    assert len(scatter.points) == scatter.shown.size == scatter.colouring.codes.size == count
    stored = voice_map.session.project.facts.map_points()
    for row, clip in enumerate(model.points.ids.tolist()):
        assert model.points.row_of(clip) == row
        place = scatter.points[row]
        if clip in stored and model.in_step:
            assert place.tolist() == [stored[clip].x, stored[clip].y]
    for clip in voice_map.session.project.clips.ids():
        voice_map.session.choose(clip)


def act(voice_map: Map, chance: random.Random) -> None:
    """One random split, merge, undo, redo or restored snapshot."""
    session = voice_map.session
    clips = session.project.clips.find()
    kind = chance.choice(("split", "split_last", "merge", "undo", "redo", "restore"))
    if kind in ("split", "split_last"):
        clip = clips[-1] if kind == "split_last" else chance.choice(clips)
        if clip.span.stop - clip.span.start > 4_000:
            session.apply(split(clip, (clip.span.start + clip.span.stop) // 2))
    elif kind == "merge" and len(clips) > 2:
        place = chance.randrange(len(clips) - 1)
        session.apply(merge(clips[place], clips[place + 1]))
    elif kind == "undo":
        session.undo()
    elif kind == "restore":
        session.act(lambda project: project.snapshots.back("before"), len(clips))
    else:
        session.redo()


def test_the_last_clip_is_split_behind_another_page(voice_map: Map):
    voice_map.press(Qt.Key.Key_2, CONTROL)
    clip = voice_map.session.project.clips.get(voice_map.ids[-1])
    voice_map.session.apply(split(clip, clip.span.start + 8_000))
    for each in voice_map.session.project.clips.ids():
        voice_map.session.choose(each)
    voice_map.press(Qt.Key.Key_3, CONTROL)
    assert set(voice_map.page.model.points.ids) == set(voice_map.session.project.clips.ids())


@pytest.mark.parametrize("seed", range(6))
def test_random_changes_leave_every_point_with_its_clip(qtbot, voice_map: Map, seed: int):
    chance = random.Random(seed)
    voice_map.session.project.snapshots.take("before")
    voice_map.page.model.selection.replace(voice_map.ids[3:6])
    for _ in range(25):
        if chance.random() < 0.3:
            voice_map.press(chance.choice((Qt.Key.Key_2, Qt.Key.Key_3)), CONTROL)
        act(voice_map, chance)
        check(voice_map)
    voice_map.press(Qt.Key.Key_3, CONTROL)
    qtbot.waitUntil(lambda: voice_map.page.model.in_step)
    check(voice_map)
    there = np.isin(voice_map.page.model.selection.ids, voice_map.session.project.clips.ids())
    assert voice_map.page.model.selected_mask().sum() == there.sum()
