"""Reviewing a hundred clips by keyboard."""

import pytest
from PySide6.QtCore import Qt

from curator.domain.clip_query import parse
from curator.store.project import Project
from tests.helpers.audit_window import Audit
from tests.helpers.stalls import watched

CLIPS = 100


@pytest.mark.parametrize("clips", [CLIPS])
def test_a_hundred_clips_are_judged_and_every_decision_is_on_disk(audit: Audit):
    ids, project = audit.ids(), audit.session.project
    expected = {}
    audit.press(Qt.Key.Key_Space)
    with watched() as watch:
        for place, clip in enumerate(ids):
            assert audit.page.view.clip.id == clip
            assert audit.player.played[-1].clip == clip  # each is heard as it comes
            audit.player.end()
            if place % 10 == 4:
                audit.press("e")
                audit.press("!")
                audit.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            elif place % 3 == 2:
                audit.press("c")
                audit.press(Qt.Key.Key_Return)
            elif place % 7 == 6:
                audit.press("x")
                expected[clip] = "dropped"
            else:
                audit.press(str(1 + place % 3))
                audit.press(Qt.Key.Key_Return)
            expected.setdefault(clip, "kept")
    watch.require_none()
    with Project.open(project.path, write=False) as reader:
        assert {clip.id: str(clip.state) for clip in reader.clips.find()} == expected
        assert reader.clips.count(parse("has:correction")) == 10
    assert audit.page.playback.played == set(ids)
    while project.decisions.undo_label():
        audit.press("z", Qt.KeyboardModifier.ControlModifier)
    assert project.clips.count(parse("state:undecided emotion:none -has:correction")) == CLIPS
