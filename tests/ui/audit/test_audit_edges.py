"""Moving edges, splitting and merging clips by keyboard."""

from types import SimpleNamespace

from PySide6.QtCore import Qt

from curator.domain.decision import Edit, Field
from curator.domain.fact import RecordingTranscript
from curator.domain.recipe import none
from tests.helpers.audit_window import RATE, Audit
from tests.helpers.factories import TRANSCRIBE, a_transcript

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def test_edges_go_to_the_cursor(audit: Audit):
    before = audit.clip.span
    audit.page.ui.editor.waveform.set_cursor(before.start + 2000)
    audit.press("i")
    assert audit.clip.span.start == before.start + 2000
    audit.page.ui.editor.waveform.set_cursor(before.stop - 3000)
    audit.press("o")
    assert audit.clip.span.stop == before.stop - 3000


def test_edges_go_to_what_is_heard(audit: Audit):
    before = audit.clip.span
    audit.press("r")
    audit.player.at = 0.25
    audit.press("i")
    assert audit.clip.span.start == before.start + RATE // 4


def test_brackets_nudge_the_edges_and_nudges_in_a_row_are_one_edit(audit: Audit):
    before = audit.clip.span
    for key in "]]]":
        audit.press(key)
    assert audit.clip.span.start == before.start + 3 * RATE // 100
    audit.session.undo()
    assert audit.clip.span == before
    audit.press("}")
    assert audit.clip.span.stop == before.stop + RATE // 100
    audit.press("{")
    assert audit.clip.span == before


def test_a_dragged_edge_moves_the_clip(audit: Audit):
    before = audit.clip.span
    audit.page.ui.editor.waveform.edge_moved.emit("stop", before.stop + 1000)
    assert audit.clip.span.stop == before.stop + 1000
    assert audit.page.view.clip.span == audit.clip.span


def test_no_edge_leaves_the_recording_or_passes_the_other(audit: Audit):
    move = audit.page.ui.editor.waveform.edge_moved.emit
    move("start", -5)
    assert audit.clip.span.start == 0
    move("start", 10**9)
    assert 0 < audit.clip.span.samples < RATE // 10
    move("stop", 10**9)
    assert audit.clip.span.stop == audit.session.project.recordings.all()[0].samples


def test_c_cuts_at_the_nearest_pause(audit: Audit):
    audit.page.ui.table.go_to_row(2)
    before = audit.clip.span
    audit.press("c")
    assert audit.clip.span.stop == before.stop + RATE // 10
    assert audit.clip.span.start == before.start


def test_words_that_are_only_expected_are_said_to_be(audit: Audit):
    facts, number = audit.session.project.facts, audit.clip.recording_id
    heard = a_transcript("all of it", audit.clip.span)
    facts.add_transcript(RecordingTranscript(number, TRANSCRIBE, heard))
    audit.page.ui.editor.forget_recordings()
    assert audit.page.ui.editor._words_hint.isHidden()
    audit.press("]")
    assert audit.page.view.clip.transcript is None
    assert audit.page.ui.editor.text.toPlainText() == "all of it"
    assert not audit.page.ui.editor._words_hint.isHidden()
    audit.press(Key.Key_Return)
    assert not audit.session.project.clips.get(audit.ids()[0]).text_decided


def test_s_splits_and_undo_brings_the_clip_back(audit: Audit):
    first = audit.clip
    audit.page.ui.editor.waveform.set_cursor(first.span.start + 4000)
    audit.press("s")
    assert first.id not in audit.ids()
    assert audit.clip.span.stop == first.span.start + 4000
    assert audit.ids()[0] == audit.clip.id
    audit.press("z", CONTROL)
    assert audit.ids()[0] == first.id == audit.page.view.clip.id
    assert audit.clip == first


def test_splitting_without_a_place_says_what_to_do(audit: Audit):
    audit.press("s")
    assert "No split position" in audit.last_message()


def test_m_merges_with_the_next_clip_of_the_recording(audit: Audit):
    first, second = (audit.session.project.clips.get(clip) for clip in audit.ids()[:2])
    audit.press("m")
    assert audit.clip.span == first.span.join(second.span)
    assert len(audit.ids()) == 8
    audit.page.ui.table.go_to_row(7)
    audit.press("m")
    assert "No clip follows" in audit.last_message()


def test_changed_edges_are_followed_by_what_depends_on_them(audit: Audit, monkeypatch):
    asked = []
    monkeypatch.setattr(audit.session.jobs, "ask", lambda what, task: asked.append(what))
    audit.press("]")
    audit.page.decisions.reanalyse()
    assert asked == []  # nothing was ever analysed, so nobody waits for it
    audit.session.project.facts.set_project_fact("usual_pace", "null")
    audit.press("]")
    audit.page.decisions.reanalyse()
    assert asked == ["follow"]


def test_another_recipe_is_followed_by_what_depends_on_it_also_when_undone(
    audit: Audit, monkeypatch
):
    project, followed = audit.session.project, []
    monkeypatch.setattr(
        "curator.jobs.reanalyse.follow_cut",
        lambda work, options, clips: followed.append(sorted(clips)) or 0,
    )
    monkeypatch.setattr(
        audit.session.jobs, "ask", lambda what, task: task(SimpleNamespace(project=project))
    )
    project.facts.set_project_fact("usual_pace", "null")
    project.cleanings.add_recipe(none())
    one, recording = audit.ids()[2], project.clips.get(audit.ids()[0]).recording_id
    of_recording = [clip for clip, number, _ in project.clips.spans() if number == recording]
    for act in (
        Edit("Clean", Field.RECIPE, {one: none().hash}),
        Edit("Clean", Field.RECORDING_RECIPE, {recording: none().hash}),
    ):
        audit.session.apply(act)
        audit.page.decisions.reanalyse()
    for _ in range(2):
        audit.session.undo()
        audit.page.decisions.reanalyse()
    assert followed == [[one], sorted(of_recording), sorted(of_recording), [one]]
