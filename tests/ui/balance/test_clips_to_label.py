"""Clips to label in place of suggestions."""

import pytest
from pytestqt.qtbot import QtBot

from curator.domain.decision import give_emotion
from curator.domain.errors import CuratorError
from curator.store.recording_edits import removal
from curator.ui.balance.page import BalancePage
from curator.ui.balance.suggestion_list import SuggestionKind
from curator.ui.balance.suggestion_model import CATEGORY
from tests.helpers.balance_page import LABELLED, PATIENCE_MS, listed


def test_without_suggested_clips_those_to_label_are_listed(page: BalancePage):
    page.ui.table.set_category("greeting")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    empty = page.ui.list.empty
    assert empty.isVisible()
    assert empty.title.text() == "No suggested clips: Greeting"
    assert empty.text.text() == "Label 2 more Greeting to get suggestions for it."
    assert page.ui.list.heading.text() == "Clips to label"
    clips, queue = page.session.project.clips.ids(), page.model.result.verdict.queue
    assert sorted(listed(page)) == clips[LABELLED:]
    assert listed(page)[: len(queue)] == list(queue)
    assert page.ui.list.table.isColumnHidden(CATEGORY)
    with pytest.raises(CuratorError, match="no suggestion"):
        page.commands.accept()
    first, second = listed(page)[:2]
    page.commands.set_category("1")
    clip = page.session.project.clips.get(first)
    assert (clip.emotion, clip.state) == ("greeting", "kept")
    assert listed(page)[0] == second
    assert empty.text.text() == "Label 1 more Greeting to get suggestions for it."
    page.commands.set_category("1")
    assert empty.text.text() == "Suggestions are being computed."
    page.session.undo()
    page.session.undo()
    assert listed(page)[0] == first
    page.ui.table.set_category("excitement")
    assert not empty.isVisible()
    assert not page.ui.list.table.isColumnHidden(CATEGORY)


def test_new_suggestions_are_offered_above_the_clips_to_label(qtbot: QtBot, page: BalancePage):
    page.activateWindow()
    kept = page.session.project.clips.ids()[:LABELLED]
    with qtbot.waitSignal(page.model.updater.updated, timeout=PATIENCE_MS):
        page.session.apply(give_emotion(kept, None))
        page.model.updater.update()
    page.ui.table.set_category("excitement")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    qtbot.waitUntil(page.ui.list.table.hasFocus)
    empty, before = page.ui.list.empty, listed(page)
    assert empty.title.text() == "No suggestions yet"
    page.session.undo()
    with qtbot.waitSignal(page.model.updater.updated, timeout=PATIENCE_MS):
        page.model.updater.update()
    assert empty.title.text() == "New suggestions"
    assert listed(page) == [clip for clip in before if clip not in kept]
    assert empty.lead.text() == "Show suggestions"
    empty.lead.click()
    assert page.ui.list.heading.text() == "Suggested clips: Excitement"
    assert listed(page)


def test_an_empty_list_leads_to_what_fills_it(qtbot: QtBot, page: BalancePage):
    page.ui.table.set_category("greeting")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    assert page.ui.list.lead.isVisible()
    assert page.ui.list.lead.text() == "Label clips in Audit"
    with qtbot.waitSignal(page.session.query_asked):
        page.ui.list.lead.click()
    page.browser.show_list(SuggestionKind.SUSPECT)
    if not listed(page):
        assert not page.ui.list.lead.isVisible()


def test_clips_of_a_removed_recording_leave_the_list_and_come_back(page: BalancePage):
    page.ui.table.set_category("greeting")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    before = listed(page)
    page.browser.next_clip()
    session = page.session
    act = removal(session.project, [each.id for each in session.project.recordings.all()])
    session.apply_all(act.label, act.edits)
    assert listed(page) == []
    session.undo()
    assert listed(page) == before
