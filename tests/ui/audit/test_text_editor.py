"""Editing the transcript: live check, cancelling and saving."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from curator.domain.span import Span
from curator.jobs.derived_facts import conclude
from curator.ui.audit.text_check import TextChecker
from tests.helpers.audit_window import RATE, Audit

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def typed(audit: Audit, text: str) -> None:
    audit.press("e")
    audit.page.ui.editor.text.selectAll()
    audit.page.ui.editor.text.insertPlainText(text)  # QTest presses Latin letters only


def test_escape_discards_what_was_typed_and_says_so(audit: Audit):
    typed(audit, "xj1")
    assert audit.clip.state == "undecided"  # no key of the page worked meanwhile
    audit.press(Key.Key_Escape)
    assert QApplication.focusWidget() is audit.page.ui.table
    assert audit.clip.text == audit.page.ui.editor.text.toPlainText() == "sentence number 0"
    assert audit.session.project.decisions.history() == []
    assert "Discarded" in audit.last_message()


def test_leaving_the_text_saves_it_and_says_so(audit: Audit):
    first = audit.clip.id
    typed(audit, "another text")
    audit.page.ui.table.setFocus()
    assert audit.session.project.clips.get(first).text == "another text"
    shown = audit.window.messages.shown
    assert f"text of clip {first}" in shown.sentence
    assert shown.action == "window.undo"


def test_length_and_pace_follow_the_typing(audit: Audit):
    editor = audit.page.ui.editor
    assert editor._measures.text().startswith("17 of 250 characters, 17.0/s")
    audit.press("e")
    assert "Esc: cancel" in editor._keys_hint.text()
    audit.press("!")
    assert editor._measures.text().startswith("18 of 250 characters")
    audit.press(Key.Key_Escape)
    assert editor._measures.text().startswith("17 of 250 characters")
    assert editor._keys_hint.text() == ""


def test_a_character_the_target_lacks_is_named_while_it_is_typed(audit: Audit):
    problem = audit.page.ui.editor._problem
    typed(audit, "snow ☃")
    assert problem.isVisible()
    assert "'☃' (U+2603)" in problem.text()
    audit.press(Key.Key_Backspace)
    assert not problem.isVisible()


def test_a_saved_text_is_judged_like_a_transcript(audit: Audit):
    typed(audit, "snow ☃")
    audit.page.ui.table.setFocus()
    assert "unknown_characters" in {finding.key for finding in audit.clip.findings}


@pytest.mark.parametrize("clips", [12])
def test_an_unusual_pace_is_said_while_typing_and_found_when_saved(audit: Audit):
    conclude(audit.session.project)
    audit.session.facts_changed.emit(None)
    typed(audit, "far too many words for a clip of a second, by a long way")
    assert audit.page.ui.editor._problem.text() == "Text and duration do not match."
    audit.page.ui.table.setFocus()
    assert "odd_pace" in {finding.key for finding in audit.clip.findings}


def test_the_check_without_text_says_nothing_is_wrong(audit: Audit):
    check = TextChecker(audit.session.project).check(audit.clip, " ")
    assert (check.problem, check.is_error) == ("", False)


def test_the_words_below_the_sound_follow_a_typed_text(audit: Audit):
    editor = audit.page.ui.editor
    before = editor._words
    typed(audit, "sentence numbered 0")
    audit.page.ui.table.setFocus()
    assert [word.text for word in editor._words] == ["sentence", "numbered", "0"]
    assert [word.start for word in editor._words] == [word.start for word in before]
    assert editor._words_hint.text() == "Typed text: times of changed words are estimated"
    audit.press("z", CONTROL)
    assert editor._words == before
    assert not editor._words_hint.isVisible()


def test_the_field_grows_with_its_text_up_to_a_limit(audit: Audit):
    field = audit.page.ui.editor.text
    low = field.height()
    field.setPlainText("many words " * 40)
    assert low < field.height()
    high = field.height()
    field.setPlainText("many words " * 400)
    assert field.height() >= high
    assert field.height() < audit.page.height() // 2
    field.setPlainText("short")
    assert field.height() == low


def test_the_zoom_survives_results_that_arrive(audit: Audit):
    waveform = audit.page.ui.editor.waveform
    waveform.zoom(4.0)
    waveform.scroll_by(40)
    view = waveform.timeline
    audit.session.facts_changed.emit(None)
    assert waveform.timeline == view
    audit.session.facts_changed.emit(frozenset({audit.clip.id}))
    assert waveform.timeline == view
    span = audit.clip.span
    audit.page.decisions.move_edge(audit.clip, "start", span.start + RATE // 50)
    assert waveform.timeline == view
    audit.session.undo()
    assert waveform.timeline == view


def test_a_recording_of_another_length_is_shown_anew(audit: Audit):
    editor = audit.page.ui.editor
    editor._recording = replace(editor._recording, samples=editor._recording.samples + 1)
    editor.waveform.zoom(4.0)
    audit.session.facts_changed.emit(None)
    assert editor.waveform.timeline.span.samples > audit.clip.span.samples
    assert audit.clip.span.start in range(*bounds(editor.waveform.timeline.span))


def bounds(span: Span) -> tuple[int, int]:
    return span.start, span.stop
