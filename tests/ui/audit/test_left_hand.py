"""Key preset for the left hand."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from curator.domain.decision import State
from curator.ui.actions import PRESETS, keys_in_use, placed
from tests.helpers.audit_window import Audit

LEFT = {*"qwertasdfgzxcvb12345", "space", "esc"}
WORK = (
    "audit.play", "audit.replay", "audit.hear_start", "audit.hear_end", "audit.next",
    "audit.previous", "audit.next_finding", "audit.next_undecided", "audit.keep", "audit.drop",
    "audit.repeat", "audit.edit_text", "audit.to_pause", "audit.split", "audit.start_here",
    "audit.stop_here", "audit.loop", "audit.compare", "audit.category_1", "audit.category_5",
)  # fmt: skip


@pytest.mark.parametrize("action", WORK)
def test_listening_and_judging_need_the_left_hand_alone(action: str):
    sequences = [placed(key)[1] for key in keys_in_use("left_hand", {})[action]]
    bare = [sequence.casefold().removeprefix("shift+") for sequence in sequences]
    assert LEFT & set(bare), f"{action}: {sequences}"
    assert all(not QKeySequence(sequence).isEmpty() for sequence in sequences)


def test_the_preset_is_one_of_two_and_changes_keys(audit: Audit):
    assert set(PRESETS) == {"usual", "left_hand"}
    ids = audit.ids()
    audit.session.settings.set("keys", "left_hand")
    audit.press("s")
    assert audit.clip.id == ids[1]
    audit.press("w")
    assert audit.clip.id == ids[0]
    audit.press("c")
    audit.press("x")
    audit.press("z")
    states = [audit.session.project.clips.get(clip).state for clip in ids[:4]]
    assert states == [State.KEPT, State.DROPPED, State.DROPPED, State.UNDECIDED]
    audit.press("2")
    assert audit.clip.emotion == "question"
    audit.press("j")
    audit.press("k")
    assert audit.clip.id == ids[3], "the usual keys do nothing any more"
    audit.press("z", Qt.KeyboardModifier.ControlModifier)
    assert audit.clip.emotion is None
    audit.session.settings.set("keys", "usual")
    audit.press("j")
    assert audit.clip.id == ids[4]
