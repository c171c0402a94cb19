from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QMimeData, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from curator.domain.progress import NoProgress, RecordingProgress
from curator.domain.recording import EACH, SoundChoice
from curator.jobs.context import JobContext
from curator.jobs.job import Options
from curator.ui.intake import plan
from curator.ui.intake.page import IntakePage
from curator.ui.intake.plan import AnalysisPlan, PlannedStep, make_plan, waves_of
from curator.ui.intake.recordings_model import COLUMNS, WAVE, FileState, RecordingsModel
from curator.ui.intake.recordings_view import RecordingsView
from curator.ui.intake.rights import RightsDialog
from curator.ui.intake.stage_rates import StageRates
from curator.ui.job_queue import Ending
from curator.ui.session import Session
from curator.ui.widgets.wave_strip import wave_lines
from tests.helpers.factories import a_recording, an_empty_project, some_clips
from tests.helpers.sounds import tone, write_sound

SELECT = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


@pytest.fixture
def empty(session_of, tmp_path: Path) -> Session:
    return session_of(an_empty_project(tmp_path))


@pytest.fixture
def page(qtbot, empty: Session) -> Iterator[IntakePage]:
    page = IntakePage(empty)
    qtbot.addWidget(page)
    page.show()
    page.shown()
    yield page
    page.close_page()


def column(page: IntakePage, title: str, row: int = 0) -> str:
    number = [each.title for each in COLUMNS].index(title)
    return page.list.recordings.index(row, number).data()


def test_the_model_keeps_to_the_rules_while_recordings_come(qtmodeltester, empty: Session):
    model = RecordingsModel()
    qtmodeltester.check(model)
    for name in ("one", "two", "three"):
        a_recording(empty.project, f"/speech/{name}.wav")
        model.show_recordings(empty.project.recordings.all())
    model.show_survey({1: "en"}, {1: 3, 2: 5}, {3: FileState.MISSING})
    assert model.rowCount() == 3
    assert [model.row(n).clips for n in range(3)] == [3, 5, 0]
    assert model.row(2).file == FileState.MISSING


def test_an_empty_project_says_what_to_do_first(page: IntakePage):
    assert page.stack.currentWidget() is page.drop
    assert page.drop.files.isVisible()
    assert not page.plan.isVisible()


def test_dropped_files_are_taken_in_with_licence_and_consent(
    qtbot, page: IntakePage, tmp_path: Path
):
    sound = write_sound(tmp_path / "tone.wav", tone(2.0, 440.0))
    page.adding.rights.licence.setText("CC0")
    page.adding.rights.consent.setText("the speaker, in May")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(sound))])
    nothing, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    with qtbot.waitSignal(page.session.jobs.ended, timeout=60_000) as ended:
        page.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, button, nothing))
    assert ended.args[0].outcome == "finished"
    (recording,) = page.session.project.recordings.all()
    assert (recording.licence, recording.consent) == ("CC0", "the speaker, in May")
    qtbot.waitUntil(lambda: column(page, "File") == "unchanged", timeout=60_000)
    assert page.stack.currentWidget() is page.list
    assert page.plan.start.isEnabled()
    amount, steps = (cell.text() for cell in page.plan.table.rows[0])
    assert amount == "0:02"
    assert steps.startswith("transcribing, cutting into clips, ")
    shown = page.list.recordings.index(0, 0)
    qtbot.waitUntil(lambda: shown.data(WAVE) is not None, timeout=60_000)
    assert shown.data(WAVE).max() > 0


def test_a_missing_file_is_said_and_found_again_by_its_content(
    qtbot, page: IntakePage, tmp_path: Path
):
    sound = write_sound(tmp_path / "tone.wav", tone(1.0, 440.0))
    with qtbot.waitSignal(page.session.jobs.ended, timeout=60_000):
        page.add([sound])
    moved = sound.rename(tmp_path / "elsewhere.wav")
    page.shown()
    qtbot.waitUntil(lambda: column(page, "File") == "! missing", timeout=60_000)
    page.list.selectRow(0)
    assert page.search.isEnabled()
    other = write_sound(tmp_path / "other.wav", tone(1.0, 300.0))
    with qtbot.waitSignal(
        page.session.errands.ended,
        timeout=60_000,
        check_params_cb=lambda ending: "is not the file that was imported" in ending.sentence,
    ):
        page.relocate_to(1, other)
    page.relocate_to(1, moved)
    qtbot.waitUntil(lambda: column(page, "File") == "unchanged", timeout=60_000)
    assert page.session.project.recordings.get(1).path == moved


def test_a_retagged_file_is_located_by_its_sound(qtbot, page: IntakePage, tmp_path: Path):
    sound = write_sound(tmp_path / "tone.wav", tone(1.0, 440.0))
    with qtbot.waitSignal(page.session.jobs.ended, timeout=60_000):
        page.add([sound])
    before = page.session.project.recordings.get(1)
    sound.unlink()
    tagged = write_sound(tmp_path / "tagged.wav", tone(1.0, 440.0))
    data = tagged.read_bytes() + b"LIST" + (12).to_bytes(4, "little") + b"INFOIART" + bytes(4)
    tagged.write_bytes(data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:])
    with qtbot.waitSignal(page.commands.located, timeout=60_000):
        page.relocate_to(1, tagged)
    after = page.session.project.recordings.get(1)
    assert (after.id, after.path, after.samples) == (before.id, tagged, before.samples)
    assert after.content_hash != before.content_hash
    page.shown()
    qtbot.waitUntil(lambda: column(page, "File") == "unchanged", timeout=60_000)


def test_the_plan_names_every_step_and_guesses_longer_for_more(empty: Session):
    a_recording(empty.project, seconds=600)
    short = make_plan(empty.project, Options(), workers=1)
    assert [each.step for each in short.steps] == [
        "transcribe", "segment", "edges", "embed", "delivery", "score", "overlap", "lay_out",
        "lay_out_delivery",
    ]  # fmt: skip
    a_recording(empty.project, seconds=6000)
    long = make_plan(empty.project, Options(), workers=1)
    assert long.guess_s > 5 * short.guess_s
    assert make_plan(empty.project, Options(), workers=2).guess_s < long.guess_s
    assert make_plan(empty.project, Options(exact=True), workers=1).guess_s > long.guess_s


def test_licence_and_consent_of_selected_recordings_are_edited_and_undone(page: IntakePage):
    project = page.session.project
    for name in ("one", "two", "three"):
        a_recording(project, f"/speech/{name}.wav")
    page.shown()
    model = page.list.recordings
    licence = [each.title for each in COLUMNS].index("Licence")
    page.list.selectRow(0)
    page.list.selectionModel().select(model.index(1, 0), SELECT)
    before = [each.licence for each in project.recordings.all()]
    assert model.setData(model.index(1, licence), " CC BY 4.0 ")
    assert [each.licence for each in project.recordings.all()] == ["CC BY 4.0"] * 2 + before[2:]
    assert page.session.messages.shown is not None
    assert page.session.messages.shown.text == "Set the licence of one.wav, two.wav."
    page.session.undo()
    assert [each.licence for each in project.recordings.all()] == before


def test_a_dialog_changes_only_the_texts_that_were_typed(qtbot, page: IntakePage):
    project = page.session.project
    for name in ("one", "two"):
        a_recording(project, f"/speech/{name}.wav")
    page.commands.set_rights([1], "MIT", "yes")
    page.shown()
    page.list.selectAll()
    qtbot.mouseClick(page.selection.rights, Qt.MouseButton.LeftButton)
    (dialog,) = page.findChildren(RightsDialog)
    assert dialog.fields.licence.text() == ""
    dialog.fields.consent.setText("agreed in May")
    dialog._save()
    assert [each.consent for each in project.recordings.all()] == ["agreed in May"] * 2
    assert project.recordings.get(1).licence == "MIT"


def test_licence_and_consent_are_not_taken_from_another_project(page: IntakePage):
    assert page.adding.rights.licence.text() == page.adding.rights.consent.text() == ""
    a_recording(page.session.project, "/speech/one.wav")
    page.commands.set_rights([1], "MIT", "yes")
    page.shown()
    assert (page.adding.rights.licence.text(), page.adding.rights.consent.text()) == ("MIT", "yes")


def test_a_recording_is_removed_by_key_and_comes_back_by_a_second_import(
    qtbot, page: IntakePage, tmp_path: Path
):
    sound = write_sound(tmp_path / "tone.wav", tone(1.0, 440.0))
    with qtbot.waitSignal(page.session.jobs.ended, timeout=60_000):
        page.add([sound])
    page.list.selectRow(0)
    page.remove()
    assert page.session.project.recordings.all() == []
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.drop)
    page.adding.rights.licence.setText("CC0")
    with qtbot.waitSignal(page.session.jobs.ended, timeout=60_000):
        page.add([sound])
    (recording,) = page.session.project.recordings.all()
    assert recording.licence == "CC0"
    assert recording.id == 1


def test_each_recording_shows_how_far_it_is_analysed(empty: Session):
    a_recording(empty.project, seconds=60)
    plan = make_plan(empty.project, Options(), workers=1)
    assert plan.done == {1: 0.0}
    some_clips(empty.project, empty.project.recordings.get(1), 3)
    assert 0.0 <= make_plan(empty.project, Options(), workers=1).done[1] < 1.0


def test_track_and_channel_of_new_recordings_are_chosen(qtbot, page: IntakePage, tmp_path: Path):
    both = np.stack([tone(0.5, 300.0), tone(0.5, 1000.0)], axis=1)
    page.adding.sound.channel.setCurrentIndex(page.adding.sound.channel.findData(EACH))
    with qtbot.waitSignal(page.session.jobs.ended, timeout=60_000):
        page.add([write_sound(tmp_path / "call.wav", both)])
    names = [each.name for each in page.session.project.recordings.all()]
    assert names == ["call.wav (left)", "call.wav (right)"]
    page.adding.sound.track.setText(" Mic ")
    page.adding.sound.channel.setCurrentIndex(0)
    assert page.adding.sound.choice == SoundChoice("Mic")


def test_columns_shrink_in_a_narrow_window_and_keep_widths_that_were_dragged(qtbot):
    view = RecordingsView()
    qtbot.addWidget(view)
    view.show()
    header = view.horizontalHeader()
    for width in (1020, 1900):
        view.resize(width, 300)
        assert header.length() == view.viewport().width()
    header.resizeSection(4, 200)
    view.resize(1020, 300)
    assert header.sectionSize(4) == 200


def test_steps_with_the_same_amount_of_audio_are_listed_together(page: IntakePage):
    steps = (PlannedStep("transcribe", 2, 320.0), PlannedStep("segment", 2, 320.0))
    page.plan.show_plan(AnalysisPlan((*steps, PlannedStep("embed", 80, 200.0)), 60.0))
    rows = [(amount.text(), steps.text()) for amount, steps in page.plan.table.rows]
    assert [amount for amount, _ in rows] == ["5:20", "3:20"]
    assert rows[0][1] == "transcribing, cutting into clips"
    page.plan.show_plan(AnalysisPlan(steps[:1], 60.0))
    assert [amount.isHidden() for amount, _ in page.plan.table.rows] == [False, True]


def test_a_waveform_is_empty_until_its_peaks_are_made(page: IntakePage, qtbot, tmp_path: Path):
    sound = write_sound(tmp_path / "tone.wav", tone(1.0, 440.0))
    with qtbot.waitSignal(page.session.jobs.ended, timeout=60_000):
        page.add([sound])
    project = page.session.project
    work = JobContext.at_once(project, NoProgress())
    (key,) = (recording.cache_key for recording in project.recordings.all())
    assert waves_of(work, frozenset()).keys() == {key}
    assert not waves_of(work, frozenset([key]))
    for file in project.cache.iterdir():
        file.unlink()
    assert not waves_of(work, frozenset())


def test_all_waveforms_are_shown_a_portion_at_a_time(
    page: IntakePage, qtbot, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(plan, "WAVES_AT_ONCE", 1)
    sounds = [write_sound(tmp_path / f"{pitch}.wav", tone(1.0, pitch)) for pitch in (330.0, 440.0)]
    with qtbot.waitSignal(page.session.jobs.ended, timeout=60_000):
        page.add(sounds)
    keys = {recording.cache_key for recording in page.session.project.recordings.all()}
    assert len(keys) == 2
    qtbot.waitUntil(lambda: page.list.recordings.drawn == keys, timeout=60_000)


def test_a_waveform_of_half_scale_fills_half_of_its_box():
    pairs = np.tile(np.array([[-16_384, 16_384]], np.int16), (512, 1))
    lines = wave_lines(pairs, QRectF(0, 0, 100, 20))
    assert len(lines) == 100
    assert {(line.y1(), line.y2()) for line in lines} == {(5.0, 15.0)}


def test_each_recording_shows_its_stage_with_rate_and_remaining_time(
    page: IntakePage, monkeypatch: pytest.MonkeyPatch
):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    jobs = page.session.jobs
    for name in ("one", "two"):
        a_recording(page.session.project, f"/speech/{name}.wav", seconds=600)
    page.shown()
    jobs.began.emit("analyse")
    jobs.started.emit("transcribe", 2, 1200.0)
    jobs.recording_progressed.emit(RecordingProgress(2, 0.0, 600.0))
    assert column(page, "Analysed", 1) == "transcribing 0 %"
    now[0] += 10.0
    jobs.recording_progressed.emit(RecordingProgress(2, 60.0, 600.0))
    assert column(page, "Analysed", 1) == "transcribing 10 %, 6× real time, 1:30 left"
    assert column(page, "Analysed", 0) == "–"
    stage = page.rates.of(2)
    assert stage is not None
    assert (stage.title, stage.detail) == ("transcribing", "6×, 1:30 left")
    assert not page.list.grab().isNull()  # the cell with the bar is painted
    jobs.recording_progressed.emit(RecordingProgress(2, 600.0, 600.0))
    assert column(page, "Analysed", 1) == "–"
    jobs.recording_progressed.emit(RecordingProgress(1, 6.0, 600.0))
    assert page.rates.of(1) is not None
    jobs.started.emit("segment", 2, 1200.0)
    assert page.rates.of(1) is None


def test_a_pause_ends_the_stages_of_all_recordings(page: IntakePage):
    jobs = page.session.jobs
    a_recording(page.session.project, "/speech/one.wav", seconds=600)
    page.shown()
    rates = StageRates(jobs, page)
    jobs.started.emit("embed", 9, 500.0)
    jobs.recording_progressed.emit(RecordingProgress(1, 6.0, 600.0))
    assert column(page, "Analysed").startswith("computing speaker embeddings 1 %")
    jobs.ended.emit(Ending("analyse", "cancelled"))
    assert rates.of(1) is None
    assert column(page, "Analysed") == "–"


def test_the_whole_counts_what_the_running_step_has_done_of_a_long_recording(page: IntakePage):
    a_recording(page.session.project, "/speech/one.wav", seconds=3600)
    plan = AnalysisPlan((PlannedStep("transcribe", 1, 3600.0, 0.25),), 900.0)
    page.plan.show_plan(plan)
    progress = page.session.jobs.progress
    progress.begin("analyse")
    progress.begin_step("transcribe", 1, 3600.0)
    assert page.plan.share == 0.0
    progress.move(0, 1800.0)
    assert page.plan.share == 0.5


def test_lengths_sort_by_number_and_a_sorted_cell_edits_its_own_recording(empty: Session, qtbot):
    for name, seconds in (("long", 3600), ("short", 9), ("middle", 600)):
        a_recording(empty.project, f"/speech/{name}.wav", seconds=seconds)
    page = IntakePage(empty)
    qtbot.addWidget(page)
    page.list.sort("length", descending=False)
    column = [each.key for each in COLUMNS].index("licence")
    order = [page.list.model().index(n, 0).data() for n in range(3)]
    assert order == ["short.wav", "middle.wav", "long.wav"]
    assert page.list.model().setData(page.list.model().index(0, column), "CC0")
    licences = {each.name: each.licence for each in empty.project.recordings.all()}
    assert licences["short.wav"] == "CC0"
    assert licences["long.wav"] != "CC0"
    page.close_page()


def test_a_low_window_with_few_recordings_folds_nothing(page: IntakePage):
    page.resize(1024, 590)
    for name in ("one", "two"):
        a_recording(page.session.project, f"/speech/{name}.wav")
    page.shown()
    assert not page.adding.folded
    for name in ("three", "four", "five"):
        a_recording(page.session.project, f"/speech/{name}.wav")
    page.shown()
    assert page.adding.folded


def test_an_import_is_cancelled_an_analysis_paused(page: IntakePage):
    jobs = page.session.jobs
    for what, text in (("import", "Cancel"), ("analyse", "Pause")):
        jobs.progress.begin(what)
        page.plan._show_running(is_analysis=what == "analyse")
        assert page.plan.pause.text() == text


def test_an_imported_recording_is_selected(qtbot, page: IntakePage, tmp_path: Path):
    with qtbot.waitSignal(page.session.jobs.ended, timeout=60_000):
        page.add([write_sound(tmp_path / "tone.wav", tone(1.0, 440.0))])
    assert [row.recording.name for row in page.list.selected] == ["tone.wav"]
    assert page.selection.play.isEnabled()


def test_an_analysed_project_leads_to_the_audit(qtbot, page: IntakePage):
    done = AnalysisPlan((), 0.0)
    a_recording(page.session.project, "/speech/one.wav", seconds=60)
    page.shown()
    page.plan.show_plan(done)
    assert page.plan.review.isHidden()  # there is nothing to audit yet
    some_clips(page.session.project, page.session.project.recordings.get(1), 3)
    page.plan.show_plan(done)
    assert not page.plan.review.isHidden()
    with qtbot.waitSignal(page.session.page_asked) as asked:
        qtbot.mouseClick(page.plan.review, Qt.MouseButton.LeftButton)
    assert asked.args == ["audit"]
