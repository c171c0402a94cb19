"""Completion, history, terms and common queries of the filter."""

from PySide6.QtCore import Qt

from tests.helpers.audit_window import Audit
from tests.helpers.factories import a_recording

Key = Qt.Key


def completions(audit: Audit, text: str) -> list[str]:
    completer = audit.page.ui.query.completer
    audit.page.ui.query.edit.setText(text)
    completer.setCompletionPrefix(completer.splitPath(text)[0])
    return [
        completer.pathFromIndex(completer.completionModel().index(row, 0))
        for row in range(completer.completionCount())
    ]


def test_the_last_term_is_completed(audit: Audit):
    assert set(completions(audit, "sta")) == {
        "state:undecided", "state:kept", "state:dropped", "start<", "start>",
    }  # fmt: skip
    assert "hello -finding:cut_word" in completions(audit, "hello -finding:cu")
    assert "emotion:tension" in completions(audit, "emotion:te")
    assert "snr<" in completions(audit, "snr")
    assert completions(audit, '"two sta') == []
    assert completions(audit, "state:kept ") == []


def test_used_queries_come_back_with_the_arrow_keys(audit: Audit):
    query = audit.page.ui.query
    for text in ("state:undecided", "finding:any", "finding:any"):
        audit.press("/")
        query.set_query(text)
        audit.press(Key.Key_Return)
    assert query.history.queries == ("finding:any", "state:undecided")
    query.set_query("")
    audit.press("/")
    audit.press(Key.Key_Up)
    assert query.edit.text() == "finding:any"
    audit.press(Key.Key_Up)
    audit.press(Key.Key_Up)
    assert query.edit.text() == "state:undecided"
    audit.press(Key.Key_Down)
    audit.press(Key.Key_Down)
    assert query.edit.text() == ""


def test_a_wrong_query_is_not_remembered(audit: Audit):
    audit.press("/")
    audit.page.ui.query.set_query("snnr<2")
    audit.press(Key.Key_Return)
    assert audit.page.ui.query.history.queries == ()


def test_a_damaged_history_is_empty(audit: Audit):
    audit.session.settings.set("query_history", "[1, ")
    assert audit.page.ui.query.history.queries == ()
    audit.page.ui.query.history.add("x")
    assert audit.page.ui.query.history.queries == ("x",)


def test_the_menu_has_common_and_recent_queries(audit: Audit):
    query = audit.page.ui.query
    query.history.add("id:1,2")
    menu = query.menu_button.menu()
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    assert {"With findings", "id:1,2", "Show all clips"} <= set(texts)
    menu.actions()[texts.index("With findings")].trigger()
    assert audit.ids() == [3, 6, 9]
    assert query.edit.text() == "finding:any"


def test_a_term_is_removed_by_its_button(audit: Audit):
    query = audit.page.ui.query
    query.set_query("finding:any")
    assert not query.chips.isVisible()
    query.set_query('finding:any "sentence number" -state:dropped')
    assert query.chips.isVisible()
    chips = [query.chips._line.itemAt(n).widget() for n in range(query.chips._line.count())]
    assert [chip.text() for chip in chips] == [
        "finding:any  ×", '"sentence number"  ×', "-state:dropped  ×",
    ]  # fmt: skip
    chips[0].click()
    assert query.edit.text() == '"sentence number" -state:dropped'
    assert len(audit.ids()) == 9


def test_clearing_the_filter_returns_to_the_clip_one_was_at(audit: Audit):
    audit.page.ui.table.go_to_row(4)
    before = audit.clip.id
    audit.page.ui.query.set_query("finding:any")
    assert audit.clip.id != before
    audit.page.ui.query.set_query("")
    assert audit.clip.id == before


def test_after_going_on_in_the_filtered_list_it_stays_there(audit: Audit):
    audit.page.ui.table.go_to_row(4)
    audit.page.ui.query.set_query("finding:any")
    audit.press("k")
    at = audit.clip.id
    audit.page.ui.query.set_query("")
    assert audit.clip.id == at


def test_a_filter_plays_nothing(audit: Audit):
    audit.page.ui.table.go_to_row(4)
    played = len(audit.player.played)
    audit.page.ui.query.set_query("finding:any")
    audit.page.ui.query.set_query("")
    assert len(audit.player.played) == played


def test_tab_completes_a_term_and_otherwise_moves_the_focus(audit: Audit):
    edit = audit.page.ui.query.edit
    audit.press("/")
    edit.setText("-finding:cut")
    audit.press(Key.Key_Tab)
    assert edit.text() == "-finding:cut_word"
    edit.setText("")
    audit.press(Key.Key_Tab)
    assert not edit.hasFocus()


def test_the_names_of_recordings_are_completed_with_quotation_marks(audit: Audit):
    a_recording(audit.session.project, "/speech/evening show.wav")
    query = audit.page.ui.query
    query.edit.setText("-finding:any recording:Eve")
    assert query.completer.offer()
    assert query.edit.text() == '-finding:any recording:"evening show.wav"'
    query.ask()
    assert query.error.isHidden()
    query.edit.setText("state:ke")
    assert query.completer.offer()
    assert query.edit.text() == "state:kept"
