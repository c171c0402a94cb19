import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from curator.audio.intake import take_in
from curator.domain.clip_query import parse
from curator.domain.decision import correct_text, drop, keep
from curator.domain.recording import Recording
from curator.ui.export.page import ExportPage
from curator.ui.export.refusals_model import REASON, RefusalsModel, RejectedClip
from curator.ui.session import Session
from tests.helpers.factories import an_empty_project, some_clips
from tests.helpers.players import FakePlayer
from tests.helpers.sounds import speech_like, write_sound

SECONDS = 32.0


@pytest.fixture
def spoken(session_of, tmp_path: Path) -> Session:
    """Six clips of a recording that is there, with texts; five kept, one of them without words."""
    project = an_empty_project(tmp_path)
    sound = write_sound(tmp_path / "show.wav", speech_like(SECONDS))
    intake = take_in(sound, project.cache)
    taken = {f.name: getattr(intake, f.name) for f in fields(intake) if f.name != "notes"}
    recording = project.recordings.add(Recording(id=0, **taken))
    clips = some_clips(project, recording)
    for clip in clips[1:]:
        project.decisions.apply(correct_text([clip], f"These are the words of clip {clip}."))
    project.decisions.apply(correct_text([clips[0]], ""))
    project.decisions.apply(keep(clips[:5]))
    project.decisions.apply(drop(clips[5:]))
    return session_of(project)


@pytest.fixture
def page(qtbot, spoken: Session) -> Iterator[ExportPage]:
    page = ExportPage(spoken, FakePlayer())
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitSignal(spoken.errands.ended, timeout=60_000):
        page.shown()
    yield page
    page.close_page()


def test_the_model_keeps_to_the_rules(qtmodeltester):
    model = RefusalsModel()
    qtmodeltester.check(model)
    model.show_rows(
        [RejectedClip(3, "It has no text.", ""), RejectedClip(5, "Too long.", "so long")]
    )
    model.show_rows([])
    assert model.rowCount() == 0


def test_what_would_be_refused_is_listed_with_the_reason(page: ExportPage):
    assert page.heading.text() == "XTTS-v2 accepts 4 of 5 kept clips"
    assert page.refusals.rowCount() == 1
    assert "text" in page.refusals.index(0, 1).data()


def test_one_key_goes_to_a_refused_clip(qtbot, page: ExportPage):
    with qtbot.waitSignals([page.session.page_asked, page.session.chosen]):
        page.next_refused()
    assert page.session.current == page.refusals.clip(0)


def test_exporting_writes_the_bundle_and_offers_the_next_command(
    qtbot, page: ExportPage, tmp_path: Path, qapp: QApplication
):
    out = tmp_path / "bundle"
    page.choices.out.setText(str(out))
    page.choices.speaker.setText("ada")
    with qtbot.waitSignal(page.session.errands.ended, timeout=60_000) as ended:
        qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
        assert not page.start.isEnabled()
    assert ended.args[0].outcome == "finished"
    assert (out / "manifest.jsonl").is_file()
    assert "training and" in page.written.text()
    page.copy.click()
    assert qapp.clipboard().text() == f"trainer check {out}"


def test_another_format_can_be_chosen_and_the_snapshot_is_taken(qtbot, page: ExportPage, tmp_path):
    page.choices.out.setText(str(tmp_path / "cuts"))
    page.choices.form.setCurrentIndex(page.choices.form.findData("lhotse"))
    with qtbot.waitSignal(page.session.errands.ended, timeout=60_000):
        page.export()
    assert (tmp_path / "cuts" / "cuts.jsonl.gz").is_file()
    assert page.start.property("weight") == "first"
    assert page.copy.isHidden()
    (snapshot,) = page.session.project.snapshots.all()
    assert snapshot.origin == "export"
    assert snapshot.name in (tmp_path / "cuts" / "data_card.md").read_text("utf-8")


def test_the_set_is_checked_and_written_for_the_model_that_is_chosen(
    qtbot, page: ExportPage, tmp_path: Path
):
    errands, target = page.session.errands, page.choices.target
    assert page.choices.target_key == page.session.project.settings.target
    long = "This is a very long sentence of many words. " * 8  # 352 characters; XTTS takes 250
    with qtbot.waitSignal(errands.ended, timeout=60_000):
        kept = page.session.project.clips.ids(parse("state:kept"))
        page.session.apply(correct_text([kept[2]], long))
        page.shown()
    assert page.heading.text() == "XTTS-v2 accepts 3 of 5 kept clips"
    with qtbot.waitSignal(errands.ended, timeout=60_000):
        target.setCurrentIndex(target.findData("chatterbox"))
    assert page.heading.text() == "Chatterbox accepts 4 of 5 kept clips"
    page.choices.out.setText(str(tmp_path / "bundle"))
    with qtbot.waitSignal(errands.ended, timeout=60_000):
        page.export()
    header = json.loads((tmp_path / "bundle" / "bundle.json").read_text("utf-8"))
    lines = (tmp_path / "bundle" / "manifest.jsonl").read_text("utf-8").splitlines()
    assert (header["target"], len(lines)) == ("chatterbox", 4)
    assert {json.loads(line)["rate"] for line in lines} == {24_000}


def test_a_model_chosen_while_another_is_checked_is_checked_next(qtbot, page: ExportPage):
    target = page.choices.target
    for key in ("chatterbox", "xtts_v2", "chatterbox"):  # one runs, one waits, one is too many
        target.setCurrentIndex(target.findData(key))
    qtbot.waitUntil(lambda: page.heading.text() == "Chatterbox accepts 4 of 5 kept clips")
    qtbot.waitUntil(lambda: not page.session.errands.running)
    assert not page.session.errands.waiting
    assert page.heading.text() == "Chatterbox accepts 4 of 5 kept clips"


def test_a_folder_that_is_there_is_refused_in_words(qtbot, page: ExportPage, tmp_path: Path):
    page.choices.out.setText(str(tmp_path))
    with qtbot.waitSignal(page.session.errands.ended, timeout=60_000):
        page.export()
    assert "already exists" in page.written.text()
    assert page.start.isEnabled()


def test_without_rejected_clips_the_form_has_the_room(qtbot, page: ExportPage):
    assert page.list.isVisible()
    clip = page.refusals.clip(0)
    page.session.apply(correct_text([clip], "Now it has words."))
    with qtbot.waitSignal(page.session.errands.ended, timeout=60_000):
        page.check()
    assert page.hint.text() == "No clip is rejected."
    assert not page.list.isVisible()
    assert not page.preview.button.isVisible()
    assert page.start.isEnabled()


def test_a_decision_makes_the_check_old(qtbot, page: ExportPage):
    with qtbot.waitSignal(page.session.errands.ended, timeout=60_000):
        page.session.undo()
        page.shown()
    assert page.refusals.rowCount() == 1


def test_without_kept_clips_it_says_what_to_do(qtbot, session: Session):
    page = ExportPage(session, FakePlayer())
    qtbot.addWidget(page)
    with qtbot.waitSignal(session.errands.ended, timeout=60_000):
        page.shown()
    assert page.heading.text() == "No kept clips yet"
    assert not page.start.isEnabled()
    with qtbot.waitSignal(session.query_asked) as asked:
        page.lead.click()
    assert asked.args == ["state:undecided"]


def test_refusals_are_grouped_by_reason_with_counts(qtbot, page: ExportPage):
    kept = page.session.project.clips.ids(parse("state:kept"))
    page.session.apply(correct_text(kept[1:3], "snow \N{SNOWMAN}"))
    with qtbot.waitSignal(page.session.errands.ended, timeout=60_000):
        page.check()
    texts = [each.text() for each in page.reasons.group.buttons()]
    assert texts == ["All reasons  3", "Unsupported characters  2", "No text  1"]
    page.reasons.group.buttons()[1].click()
    assert page.refusals.clips == kept[1:3]
    with qtbot.waitSignal(page.session.query_asked) as asked:
        page.show_all.click()
    assert asked.args == [f"id:{kept[1]},{kept[2]}"]


def test_rejected_clips_are_played_in_the_list_and_shown_in_audit(qtbot, page: ExportPage):
    player = page.preview.playback._player
    kept = page.session.project.clips.ids(parse("state:kept"))
    page.session.apply(correct_text(kept[1:3], "snow \N{SNOWMAN}"))
    page.activateWindow()
    page.list.setFocus()
    qtbot.waitUntil(page.list.hasFocus)
    with qtbot.waitSignal(page.session.errands.ended, timeout=60_000):
        page.check()
    assert page.refusals.clips == kept[:3]
    assert not page.preview.playback.playing  # nobody moved to it
    page.preview.play_or_stop()
    assert player.played[-1].clip == kept[0]
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert page.preview.playback.playing
    assert player.played[-1].clip == kept[1]
    page.preview.button.click()
    assert not page.preview.playback.playing
    page.preview.button.click()
    qtbot.waitUntil(lambda: page.preview.button.text() == "Stop")
    player.end()
    qtbot.waitUntil(lambda: page.preview.button.text() == "Play")
    with qtbot.waitSignal(page.session.chosen):
        page.show_one.click()
    assert page.session.current == kept[1]
    page.session.settings.set("autoplay", False)
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert not page.preview.playback.playing


def test_a_reason_that_all_listed_clips_share_is_shown_once(page: ExportPage):
    assert page.reason.text() == page.refusals.shared_reason != ""
    assert not page.reason.isHidden()
    assert page.list.isColumnHidden(REASON)
    rows = [RejectedClip(3, "No text.", "", "empty_text"), RejectedClip(5, "Long.", "", "too_long")]
    page.refusals.show_rows(rows)
    page._filter("")
    assert page.reason.isHidden()
    assert not page.list.isColumnHidden(REASON)
    page._filter("too_long")
    assert page.reason.text() == "Long."


def test_a_bundle_is_opened_and_trained_on(qtbot, page: ExportPage, tmp_path: Path, monkeypatch):
    out = tmp_path / "bundle"
    page.choices.out.setText(str(out))
    assert page.result.isHidden()
    with qtbot.waitSignal(page.session.errands.ended, timeout=60_000):
        page.export()
    assert page.start.property("weight") == ""  # the next step is the training
    assert page.result.train.property("weight") == "first"
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    page.result.open.click()
    assert [Path(url.toLocalFile()) for url in opened] == [out]
    asked: list[str] = []
    page.session.page_asked.connect(asked.append)
    page.session.action_asked.connect(asked.append)
    page.result.train.click()
    assert asked == ["training", "training.new_training"]
    assert page.session.exported_bundle == out


def test_the_form_is_no_wider_than_it_is_read(page: ExportPage):
    page.resize(1900, 900)
    QApplication.processEvents()
    assert page.choices.width() < 1000
    assert page.choices.speaker.width() < 400


def test_the_export_button_belongs_to_its_form(page: ExportPage, qtbot):
    for width in (1024, 1920):
        page.resize(width, 600)
        qtbot.waitUntil(lambda wide=width: page.width() == wide)
        form = page.choices.rect()
        assert form.contains(page.start.geometry())
        assert page.start.geometry().bottom() >= page.choices.form.geometry().top()
