"""Commands of the audit page, by keyboard."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from curator.domain import category_edits
from curator.domain.decision import Field
from curator.store.categories import labelled
from tests.helpers.audit_window import RATE, Audit
from tests.helpers.factories import say

Key = Qt.Key
SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def test_the_first_clip_is_shown_and_nothing_plays_yet(audit: Audit):
    assert audit.page.view.clip.id == audit.ids()[0] == audit.session.current
    assert audit.page.ui.editor.text.toPlainText() == "sentence number 0"
    assert audit.player.played == []


def test_space_plays_and_stops(audit: Audit):
    audit.press(Key.Key_Space)
    assert audit.player.played[-1].clip == audit.clip.id
    assert audit.player.at == 0.0
    audit.press(Key.Key_Space)
    assert audit.player.at is None


def test_r_plays_from_the_start_and_l_in_a_loop(audit: Audit):
    audit.press("r")
    assert audit.player.played[-1].start_s == 0.0
    audit.press("l")
    audit.press("r")
    assert audit.player.played[-1].loop
    assert "loop" in audit.page.ui.editor._playback_settings.text()


def test_a_and_d_let_hear_the_edges(audit: Audit):
    audit.press("a")
    assert (audit.player.played[-1].start_s, audit.player.played[-1].stop_s) == (0.0, 0.5)
    audit.press("d")
    assert audit.player.played[-1].start_s == -0.5


def test_moving_on_plays_the_next_clip(audit: Audit):
    first, second, *_ = audit.ids()
    audit.press("j")
    assert audit.clip.id == second == audit.player.played[-1].clip
    audit.press("k")
    assert audit.clip.id == first == audit.player.played[-1].clip
    audit.press(Key.Key_Down)
    assert audit.clip.id == second
    audit.press(Key.Key_Up)
    assert audit.clip.id == first


def test_without_autoplay_moving_on_is_quiet(audit: Audit):
    audit.session.settings.set("autoplay", False)
    audit.press("j")
    assert audit.player.played == []


def test_return_keeps_and_goes_on(audit: Audit):
    first, second, *_ = audit.ids()
    audit.press(Key.Key_Return)
    assert audit.session.project.clips.get(first).state == "kept"
    assert audit.clip.id == second == audit.player.played[-1].clip


def test_x_drops_and_goes_on_and_y_takes_back(audit: Audit):
    first, second, *_ = audit.ids()
    audit.press("x")
    assert audit.session.project.clips.get(first).state == "dropped"
    assert audit.clip.id == second
    audit.press("k")
    audit.press("y")
    assert audit.clip.id == first
    assert audit.clip.state == "undecided"


def test_the_end_of_the_list_is_said(audit: Audit):
    audit.page.ui.table.go_to_row(len(audit.ids()) - 1)
    audit.press(Key.Key_Return)
    shown = audit.session.messages.shown
    assert shown.text == "Kept clip 9. This is the last clip in the list."
    assert shown.action == "window.undo"
    assert audit.clip.state == "kept"
    audit.press("j")
    assert audit.last_message() == "This is the last clip in the list."


def test_the_last_decision_says_that_none_is_left(audit: Audit):
    for _ in audit.ids():
        audit.press("x")
    assert audit.session.messages.shown.text == "Dropped clip 9. All decided."
    assert audit.session.messages.shown.action == "window.undo"


def test_repeating_without_a_decision_says_so_and_stays(audit: Audit):
    at = audit.clip.id
    audit.press(".")
    assert audit.clip.id == at
    assert audit.last_message() == "No decision to repeat yet."


def test_several_chosen_clips_are_one_edit(audit: Audit):
    audit.press(Key.Key_Down, SHIFT)
    audit.press(Key.Key_Down, SHIFT)
    audit.press(Key.Key_Return)
    states = [audit.session.project.clips.get(clip).state for clip in audit.ids()[:4]]
    assert states == ["kept", "kept", "kept", "undecided"]
    assert audit.session.project.decisions.undo_label() == "Keep (3 clips)"
    assert audit.clip.id == audit.ids()[3]


def test_a_digit_gives_a_category_and_again_takes_it_back(audit: Audit):
    audit.press("1")
    assert audit.clip.emotion == "greeting"
    assert audit.page.ui.categories._buttons["greeting"].isChecked()
    audit.press("1")
    assert audit.clip.emotion is None


def test_an_edited_category_stays_marked(audit: Audit):
    audit.press("1")
    project = audit.session.project
    old = project.settings.emotions.emotions[0]
    edit = category_edits.change(labelled(project), old.key, replace(old, target_clips=40))
    audit.session.apply_all(edit.label, edit.edits)
    assert audit.page.ui.categories._buttons[old.key].isChecked()
    audit.press("9")
    assert "No category uses key 9" in audit.last_message()


def test_a_full_stop_repeats_the_last_decision_and_goes_on(audit: Audit):
    _, second, third, *_ = audit.ids()
    audit.press("2")
    audit.press("j")
    audit.press(".")
    assert audit.session.project.clips.get(second).emotion == "question"
    assert audit.clip.id == third


def test_e_edits_the_text_and_leaving_it_saves_what_was_typed(audit: Audit):
    audit.press("e")
    assert QApplication.focusWidget() is audit.page.ui.editor.text
    for letter in " xj1":
        audit.press(letter)
    assert audit.clip.state == "undecided"  # no key of the page worked meanwhile
    audit.page.ui.table.setFocus()
    assert audit.clip.text == "sentence number 0 xj1"
    assert audit.session.project.decisions.undo_label() == f"Correct text (clip {audit.clip.id})"
    assert len(audit.session.project.decisions.history()) == 1


def test_control_return_inside_the_text_keeps_and_goes_on(audit: Audit):
    first, second, *_ = audit.ids()
    audit.press("e")
    audit.press("!")
    audit.press(Key.Key_Return, CONTROL)
    before = audit.session.project.clips.get(first)
    assert (before.text, before.state) == ("sentence number 0!", "kept")
    assert audit.clip.id == second
    assert audit.page.ui.editor.text.toPlainText() == "sentence number 1"
    assert QApplication.focusWidget() is audit.page.ui.table


def test_typing_what_the_machine_heard_takes_the_correction_back(audit: Audit):
    audit.press("e")
    audit.press("!")
    audit.page.ui.table.setFocus()
    assert audit.clip.text_decided
    audit.press("e")
    audit.press(Key.Key_Backspace)
    audit.page.ui.table.setFocus()
    assert not audit.clip.text_decided


def held(key: Qt.Key) -> QKeyEvent:
    """Auto-repeat event of a held key."""
    return QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "", True)


def test_a_held_arrow_skips_no_clip_unheard_unless_the_person_asks_for_it(audit: Audit):
    first, second, *_ = audit.ids()
    QApplication.sendEvent(audit.page.ui.table, held(Key.Key_Down))
    assert audit.clip.id == first
    QApplication.sendEvent(audit.page.ui.table, held(Key.Key_PageDown))
    assert audit.clip.id == first
    audit.session.settings.set("skip_unheard", True)
    QApplication.sendEvent(audit.page.ui.table, held(Key.Key_Down))
    assert audit.clip.id == second


def test_nor_does_it_where_the_arrow_is_no_key_of_the_page(audit: Audit):
    first, second, *_ = audit.ids()
    audit.page.ui.table.keyPressEvent(held(Key.Key_Down))
    assert audit.clip.id == first
    audit.press(Key.Key_Space)
    audit.player.end()
    audit.page.ui.table.keyPressEvent(held(Key.Key_Down))
    audit.page.ui.table.keyPressEvent(held(Key.Key_Down))
    assert audit.clip.id == second


def test_keys_that_decide_or_move_on_do_not_repeat_while_held(audit: Audit):
    for key in ("audit.keep", "audit.drop", "audit.next", "audit.repeat", "audit.split"):
        assert not audit.window.commands.action(key).autoRepeat()


def test_a_letter_without_an_action_jumps_nowhere(audit: Audit):
    first = audit.clip.id
    audit.press("q")
    audit.press("w")
    assert audit.clip.id == first


def test_f_and_u_find_what_is_left_to_do(audit: Audit):
    ids = audit.ids()
    audit.press("f")
    assert audit.clip.id == ids[2]
    audit.press("f")
    assert audit.clip.id == ids[5]
    audit.page.decisions.keep(ids[6:8])
    audit.press("u")
    assert audit.clip.id == ids[8]
    audit.press("u")
    assert audit.clip.id == ids[0]


def test_how_many_clips_a_decision_is_about_is_said(audit: Audit):
    said = audit.page.ui.query._result
    assert "selected" not in said.text()
    audit.page.ui.table.selectAll()
    assert said.text().endswith(f"·  {len(audit.ids())} selected")
    assert audit.page.ui.table.selected_clips() == audit.ids()
    audit.page.ui.query.set_query("duration>0")  # the clips are remembered, and not their rows
    assert said.text().endswith(f"·  {len(audit.ids())} selected")
    audit.press("j")
    assert "selected" not in said.text()


def test_a_slash_asks_for_other_clips_and_escape_goes_back_to_the_list(audit: Audit):
    audit.press("/")
    assert QApplication.focusWidget() is audit.page.ui.query.edit
    for letter in "finding:any":
        audit.press(letter)
    audit.press(Key.Key_Return)
    assert audit.ids() == [3, 6, 9]
    assert QApplication.focusWidget() is audit.page.ui.table
    assert audit.clip.id in audit.ids()


def test_a_wrong_query_says_where_and_leaves_the_list(audit: Audit):
    audit.page.ui.query.set_query("sentence snnr<20")
    assert not audit.page.ui.query.error.isHidden()
    assert "column 10" in audit.page.ui.query.error.text()
    assert "snr" in audit.page.ui.query.error.text()
    assert len(audit.ids()) == 9
    audit.page.ui.query.set_query("sentence")
    assert audit.page.ui.query.error.isHidden()


def test_a_query_nothing_fits_offers_a_way_back(audit: Audit):
    audit.page.ui.query.set_query("no such words")
    assert audit.ids() == []
    audit.page.ui.empty_button.click()
    assert len(audit.ids()) == 9


def test_a_decided_clip_stays_in_the_list_until_it_is_asked_for_anew(audit: Audit):
    audit.page.ui.query.set_query("state:undecided")
    audit.press(Key.Key_Return)
    assert len(audit.ids()) == 9
    audit.page.ui.query.ask()
    assert len(audit.ids()) == 8


def test_the_chosen_clip_stays_chosen_through_filter_and_order(audit: Audit):
    audit.page.ui.table.go_to_row(5)
    chosen = audit.clip.id
    audit.page.ui.query.set_query("finding:any")
    assert audit.clip.id == chosen
    audit.page.ui.query.set_query("")
    audit.page.ui.table.sort_asked.emit("duration", True)
    assert audit.page.ui.table.current_clip() == audit.clip.id == chosen


def test_undo_shows_what_it_took_back(audit: Audit):
    first = audit.clip.id
    audit.press(Key.Key_Return)
    audit.press(Key.Key_Return)
    audit.press("z", CONTROL)
    audit.press("z", CONTROL)
    assert audit.session.project.decisions.undo_label() is None
    assert audit.clip.id == first
    audit.press("z", CONTROL | SHIFT)
    assert audit.session.project.clips.get(first).state == "kept"


def test_a_random_sample_tells_how_many_are_bad(audit: Audit):
    audit.page.ui.query.orders.setCurrentIndex(audit.page.ui.query.orders.findData("random"))
    audit.page.ui.query.orders.activated.emit(audit.page.ui.query.orders.currentIndex())
    audit.page.ui.table.go_to_row(0)
    for key in (Key.Key_Return, Key.Key_X, Key.Key_Return):
        audit.press(key)
    estimate = audit.page.ui.query._estimate.text()
    assert "1 of 3 decided clips dropped: 6 – 79 % of all clips" in estimate


def test_speed_goes_by_steps_and_back(audit: Audit):
    audit.press("-")
    assert audit.player.speed == 0.9
    audit.press("=")
    assert audit.player.speed == 1.0
    audit.press("+")
    assert audit.player.speed == 1.1


def test_loudness_is_matched_for_the_ear_only_and_said(audit: Audit):
    assert audit.player.matched
    assert "loudness-matched" in audit.page.ui.editor._playback_settings.text()
    audit.press("l", SHIFT)
    assert not audit.player.matched


def test_b_compares_with_the_voice(audit: Audit):
    audit.press("b")
    assert "No reference voice" in audit.last_message()
    audit.page.ui.table.go_to_row(4)
    voice = audit.clip.id
    audit.page.decisions.choose_voice([voice])
    audit.page.ui.table.go_to_row(0)
    audit.press("b")
    assert audit.player.played[-1].clip == voice
    audit.press("b")
    assert audit.player.played[-1].clip == audit.clip.id


def test_a_word_that_is_clicked_is_heard(audit: Audit):
    word = audit.page.ui.editor._words[1]
    audit.page.ui.editor.waveform.word_clicked.emit(1)
    expected = (word.start - audit.clip.span.start) / RATE
    assert audit.player.played[-1].start_s == pytest.approx(expected)


def test_a_clip_played_to_its_end_counts_as_heard(audit: Audit):
    audit.press(Key.Key_Space)
    audit.player.end()
    assert audit.clip.id in audit.page.playback.played
    audit.press("j")
    audit.player.at = 0.3
    audit.press("k")
    assert audit.ids()[1] not in audit.page.playback.played


def test_results_that_arrive_are_shown(audit: Audit):
    say(audit.session.project, audit.clip.id, "heard again")
    audit.session.facts_changed.emit(frozenset({audit.clip.id}))
    assert audit.page.ui.editor.text.toPlainText() == "heard again"


def test_what_is_being_typed_survives_results_that_arrive(audit: Audit):
    audit.press("e")
    audit.press("!")
    say(audit.session.project, audit.clip.id, "heard again")
    audit.session.facts_changed.emit(frozenset({audit.clip.id}))
    assert audit.page.ui.editor.text.toPlainText() == "sentence number 0!"


def test_a_finding_offers_its_mend(audit: Audit):
    audit.page.ui.table.go_to_row(2)
    before = audit.clip.span
    audit.page.ui.findings.wanted.emit("audit.to_pause")
    assert audit.clip.span != before
    assert audit.session.project.decisions.history()[0].field is Field.SPAN


def test_the_clean_fix_of_a_finding_opens_the_cleaning_dialog(audit: Audit, monkeypatch):
    opened = []
    monkeypatch.setattr(audit.window.dialogs, "show_cleaning", lambda: opened.append(True))
    audit.page.ui.table.selectAll()
    audit.page.ui.findings.wanted.emit("window.show_cleaning")
    assert opened == [True]
    assert audit.page.selected_clips() == audit.ids()


@pytest.mark.parametrize("clips", [0])
def test_a_project_without_clips_says_what_to_do_first(audit: Audit):
    assert audit.page.ui.empty_message.text() == "No clips yet."
    audit.page.ui.empty_button.click()
    assert audit.window.page == "intake"


def test_the_title_shows_the_whole_name_of_the_recording_where_there_is_room(audit: Audit):
    title = audit.page.ui.editor._title
    assert title.text().endswith("show.wav")
    audit.window.resize(1024, 700)
    QApplication.processEvents()
    title.grab()
    assert title.fontMetrics().horizontalAdvance(title.text()) <= title.width()
    assert title.toolTip() == ""
    title.resize(120, title.height())
    title.grab()
    assert "show.wav" in title.toolTip()
