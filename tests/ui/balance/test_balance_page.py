"""Balance page: filling categories by keys, with suggestions."""

from dataclasses import replace
from operator import attrgetter

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from curator.domain import category_edits
from curator.domain.decision import Field, drop, give_emotion, keep
from curator.domain.errors import CuratorError
from curator.domain.next_step import NextStep, StepKind, next_step
from curator.store.categories import weights
from curator.store.project import Project
from curator.ui.actions import of_page
from curator.ui.balance.category_dialog import CategoryDialog, MergeCategoryDialog
from curator.ui.balance.category_table_model import (
    BAR,
    KEPT,
    SHARE,
    BarParts,
    CategoryTableModel,
)
from curator.ui.balance.page import BalancePage
from curator.ui.balance.suggestion_list import SuggestionKind
from curator.ui.balance.suggestion_model import CATEGORY, PRESENT
from curator.ui.messages import Messages
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from curator.ui.theme import GRID
from tests.helpers.balance_page import PATIENCE_MS, cells, listed
from tests.helpers.labels import kind_of
from tests.helpers.players import FakePlayer


def test_the_table_models_are_valid(qtmodeltester, page: BalancePage):
    qtmodeltester.check(page.ui.table.model())
    qtmodeltester.check(page.ui.list.model)
    page.ui.table.set_category("neutral")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    page.commands.accept()
    page.session.undo()
    page.categories.remove()
    page.session.undo()


def test_each_category_shows_its_counts_and_targets(page: BalancePage):
    _, kept, minutes, undecided, suggested, per_epoch = cells(page, "Excitement")
    assert (kept, minutes, undecided, per_epoch) == ("8 of 15", "0.5 of 1.0", "0", "1.0×")
    assert int(suggested) >= 6
    assert cells(page, "No category")[3] == "24"
    assert page.ui.total.text() == "24 clips kept, 1.6 min"
    (row,) = [text for text in page.ui.missing.texts() if text.startswith("Excitement: ")]
    assert "7 more clips and 0.5 more min; " in row
    assert row.endswith(" suggested")
    assert "Export size:" in page.ui.missing.remarks.text()


def test_bars_show_the_share_of_the_target(page: BalancePage):
    model = page.ui.table.model()
    shares = [model.index(row, 1).data(SHARE) for row in range(model.rowCount())]
    assert 8 / 15 in shares
    assert shares[-1] is None
    assert CategoryTableModel(page.session.project.settings.emotions).rowCount() == len(shares)


def test_numbers_follow_decisions_at_once(page: BalancePage):
    clip = page.session.project.clips.ids()[30]
    page.session.apply(give_emotion([clip], "tension"))
    page.session.apply(keep([clip]))
    assert cells(page, "Tension")[1] == "1 of 15"
    page.session.undo()
    page.session.undo()
    assert cells(page, "Tension")[1] == "0 of 15"


def test_the_page_starts_with_the_category_farthest_from_its_target(page: BalancePage):
    assert page.ui.table.category == "greeting"
    assert page.ui.list.empty.title.text() == "No suggested clips: Greeting"


def test_one_key_per_clip_fills_a_category(qtbot: QtBot, page: BalancePage):
    page.ui.table.set_category("excitement")
    page.commands.enter()  # from the table into the list
    qtbot.waitUntil(page.ui.list.table.hasFocus)
    before = listed(page)
    assert [kind_of(clip - 1) for clip in before[:5]] == ["excitement"] * 5
    done = page.session.project.decisions.history(1)[0].id
    for _ in range(3):
        page.commands.enter()
    assert listed(page) == before[3:]
    clips = [page.session.project.clips.get(clip) for clip in before[:3]]
    assert [(clip.emotion, clip.state) for clip in clips] == [("excitement", "kept")] * 3
    assert page.ui.list.current.clip.id == before[3]
    assert cells(page, "Excitement")[1] == "11 of 15"
    page.session.undo()  # category and keeping are one act
    assert listed(page) == before[2:]
    page.session.undo()
    page.session.undo()
    assert listed(page) == before
    latest = next(e for e in page.session.project.decisions.history() if e.state == "done")
    assert latest.id == done


def test_a_digit_gives_another_category_than_suggested(page: BalancePage):
    page.ui.table.set_category("question")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    clip = listed(page)[0]
    page.commands.set_category("3")
    assert page.session.project.clips.get(clip).emotion == "tension"
    with pytest.raises(CuratorError, match="key 9"):
        page.commands.set_category("9")


def test_dropped_clips_leave_the_list(page: BalancePage):
    page.ui.table.set_category("question")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    first = listed(page)[0]
    page.commands.drop()
    assert first not in listed(page)
    page.session.apply(drop([listed(page)[2]]))
    page.session.undo()
    page.session.undo()
    assert first in listed(page)


def test_a_wrong_label_is_suspect_and_corrected(qtbot: QtBot, page: BalancePage):
    wrong = page.session.project.clips.ids()[1]
    with qtbot.waitSignal(page.model.updater.updated, timeout=PATIENCE_MS):
        page.session.apply(give_emotion([wrong], "question"))
        page.model.updater.update()
    page.browser.show_list(SuggestionKind.SUSPECT)
    assert page.ui.list.heading.text() == "Suspect labels"
    assert listed(page)[0] == wrong
    page.commands.accept()
    assert page.session.project.clips.get(wrong).emotion == "excitement"
    assert wrong not in listed(page)


def test_uncertain_clips_come_after_the_queue_by_confidence(page: BalancePage):
    page.browser.show_list(SuggestionKind.UNCERTAIN)
    rows = [page.ui.list.model.row(row) for row in range(page.ui.list.model.rowCount())]
    queue = page.model.result.verdict.queue
    first = [row for row in rows if row.clip.id in queue]
    assert rows[: len(first)] == sorted(first, key=lambda row: queue.index(row.clip.id))
    chances = [row.suggestion.probability for row in rows[len(first) :]]
    assert chances == sorted(chances)


def test_new_suggestions_do_not_change_the_list(qtbot: QtBot, page: BalancePage):
    page.ui.table.set_category("excitement")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    before = listed(page)
    with qtbot.waitSignal(page.model.updater.updated, timeout=PATIENCE_MS):
        page.commands.accept()
        page.model.updater.update()
    assert listed(page) == before[1:]
    assert page.ui.list.heading.text().endswith("newer suggestions available, reopen the list")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    assert page.ui.list.heading.text() == "Suggested clips: Excitement"


def test_clips_are_played_one_after_the_other(page: BalancePage):
    page.ui.table.set_category("question")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    page.browser.next_clip()
    assert page.ui.list.table.currentIndex().row() == 1
    page.browser.previous_clip()
    assert page.ui.list.table.currentIndex().row() == 0
    page.browser.playback.replay()
    page.browser.playback.play_or_stop()


def test_a_held_arrow_skips_no_unplayed_clip(page: BalancePage):
    held = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, "", True
    )
    page.ui.table.set_category("excitement")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    first, second = listed(page)[:2]
    QApplication.sendEvent(page.ui.list.table, held)
    assert page.ui.list.current.clip.id == first
    page.browser.playback.played.add(first)
    QApplication.sendEvent(page.ui.list.table, held)
    QApplication.sendEvent(page.ui.list.table, held)
    assert page.ui.list.current.clip.id == second


def test_commands_without_a_clip_raise(page: BalancePage):
    page.ui.list.model.show_rows([], {})
    for method in (page.commands.accept, page.commands.drop, page.browser.show_clip):
        with pytest.raises(CuratorError, match="No clip"):
            method()


def test_clips_can_be_shown_in_audit(qtbot: QtBot, page: BalancePage):
    page.ui.table.set_category("tension")
    with qtbot.waitSignal(page.session.query_asked) as asked:
        page.browser.show_clips()
    assert asked.args == ["state:undecided emotion:tension"]
    page.ui.table.set_category("question")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    with qtbot.waitSignal(page.session.page_asked) as asked:
        page.browser.show_clip()
    assert asked.args == ["audit"]
    assert page.session.current == listed(page)[0]


def test_sampling_changes_by_key(qtbot: QtBot, page: BalancePage):
    page.session.apply(give_emotion(page.session.project.clips.ids()[:7:3], "question"))
    page.commands.sample_evenly(1)
    page.commands.sample_evenly(1)
    qtbot.waitUntil(lambda: cells(page, "Neutral")[5] == "1.2×")
    assert weights(page.session.project).temperature == 0.8
    assert page.session.project.decisions.undo_label() == "Set sampling temperature to 0.8"
    page.session.undo()
    assert page.ui.sampling.slider.value() == 0
    assert cells(page, "Neutral")[5] == "1.0×"


def test_a_category_is_renamed_in_a_dialog(qtbot: QtBot, page: BalancePage):
    page.ui.table.set_category("neutral")
    page.categories.edit()
    (dialog,) = page.findChildren(CategoryDialog)
    dialog.name.setText("Calm")
    dialog.key.setText("neutral kind")
    qtbot.mouseClick(dialog.submit, Qt.MouseButton.LeftButton)
    assert "not a valid category key" in dialog.error.text()
    dialog.key.setText("calm")
    dialog.clips.setValue(5)
    qtbot.mouseClick(dialog.submit, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.ui.table.model().index(6, 0).data() == "Calm", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: cells(page, "Calm")[1] == "8 of 5")
    clips = page.session.project.clips.find()
    assert sum(clip.emotion == "calm" for clip in clips) == 8
    page.session.undo()
    qtbot.waitUntil(
        lambda: page.ui.table.model().index(6, 0).data() == "Neutral", timeout=PATIENCE_MS
    )


def test_categories_are_added_merged_and_removed(qtbot: QtBot, page: BalancePage):
    page.categories.add()
    (dialog,) = page.findChildren(CategoryDialog)
    qtbot.keyClicks(dialog.name, "Deep breath")
    assert dialog.key.text() == "deep_breath"
    qtbot.mouseClick(dialog.submit, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.ui.table.model().rowCount() == 9, timeout=PATIENCE_MS)
    page.ui.table.set_category("excitement")
    page.categories.merge()
    (merging,) = page.findChildren(MergeCategoryDialog)
    merging.into.setCurrentIndex(merging.into.findData("neutral"))
    qtbot.mouseClick(merging.submit, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.ui.table.model().rowCount() == 8, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: cells(page, "Neutral")[1] == "16 of 15")
    page.ui.table.set_category("neutral")
    page.categories.remove()
    qtbot.waitUntil(lambda: page.ui.table.model().rowCount() == 7, timeout=PATIENCE_MS)
    for _ in range(3):
        page.session.undo()
    usual = [emotion.key for emotion in page.session.project.settings.emotions.emotions]
    qtbot.waitUntil(lambda: page.ui.table.model().keys == [*usual, ""], timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: cells(page, "Excitement")[1] == "8 of 15")
    page.ui.table.set_category("")
    with pytest.raises(CuratorError, match="Select a category"):
        page.categories.remove()


def test_every_command_of_the_page_exists(page: BalancePage):
    for action in of_page("balance"):
        if action.page:
            assert callable(attrgetter(action.run.partition(".")[2])(page))


def test_a_read_only_project_is_not_changed(qtbot: QtBot, page: BalancePage):
    reader = Session(
        Project.open(page.session.project.path, write=False), WindowSettings(), Messages()
    )
    other = BalancePage(reader, FakePlayer())
    qtbot.addWidget(other)
    with qtbot.waitSignal(other.model.updater.updated, timeout=PATIENCE_MS):
        other.show()
        other.shown()
    qtbot.waitUntil(lambda: other.model.plans.planner is not None, timeout=PATIENCE_MS)
    other.ui.table.set_category("question")
    other.browser.show_list(SuggestionKind.SUGGESTED)
    other.commands.accept()
    assert reader.project.decisions.of_clips(Field.EMOTION).keys() == set(range(1, 25))
    other.close_page()
    reader.close()


def test_without_a_category_all_suggestions_are_listed(page: BalancePage):
    page.ui.table.set_category("")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    assert page.ui.list.heading.text() == "Suggested clips: all categories"
    rows = [page.ui.list.model.row(row) for row in range(page.ui.list.model.rowCount())]
    assert {row.suggestion.emotion for row in rows} >= {"excitement", "question"}
    chances = [row.suggestion.probability for row in rows]
    assert chances == sorted(chances, reverse=True)
    page.commands.accept()
    assert page.ui.table.category == ""
    assert listed(page) == [row.clip.id for row in rows[1:]]


def test_the_table_gives_the_focus_back_with_its_last_clip(qtbot: QtBot, page: BalancePage):
    page.activateWindow()
    page.ui.table.set_category("excitement")
    page.browser.show_list(SuggestionKind.SUGGESTED)
    qtbot.waitUntil(page.ui.list.table.hasFocus)
    while listed(page):
        page.commands.drop()
    assert page.ui.table.hasFocus()


@pytest.mark.parametrize("width", [460, 560])
@pytest.mark.usefixtures("dressed")
def test_no_count_is_cut_in_a_narrow_table(page: BalancePage, width: int):
    table, header = page.ui.table, page.ui.table.horizontalHeader()
    table.setFixedWidth(width)
    QApplication.processEvents()
    assert header.length() <= table.viewport().width()
    for column in range(1, table.model().columnCount()):
        assert header.sectionSize(column) >= table.sizeHintForColumn(column)
        for row in range(table.model().rowCount()):
            text = table.model().index(row, column).data()
            room = header.sectionSize(column) - 2 * GRID
            assert table.fontMetrics().horizontalAdvance(text) <= room, text


def test_the_bars_have_kept_undecided_and_suggested_clips(page: BalancePage):
    model = page.ui.table.model()
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    bar = model.index(names.index("Excitement"), KEPT).data(BAR)
    suggested = int(cells(page, "Excitement")[4])
    assert bar == BarParts(8 / 15, 0.0, suggested / 15)
    assert model.index(model.rowCount() - 1, KEPT).data(BAR) is None
    assert model.index(0, 2).data(BAR) is None


@pytest.mark.usefixtures("dressed")
def test_the_bars_use_the_room_that_names_and_counts_leave(page: BalancePage):
    table, header = page.ui.table, page.ui.table.horizontalHeader()
    for width, has_bars in ((460, False), (760, True)):
        table.setFixedWidth(width)
        QApplication.processEvents()
        assert bool(table.bar_width) == has_bars
        assert header.length() <= table.viewport().width()
    for row in range(table.model().rowCount()):
        name = table.model().index(row, 0).data()
        room = header.sectionSize(0) - 5 * GRID
        assert table.fontMetrics().horizontalAdvance(name) <= room, name


@pytest.mark.usefixtures("dressed")
def test_all_rows_are_seen_in_a_low_window(page: BalancePage):
    page.resize(1024, 550)  # of a window of 1024 x 672
    QApplication.processEvents()
    table = page.ui.table
    assert table.model().rowCount() == 8
    assert not table.verticalScrollBar().isVisible()
    assert table.viewport().height() >= 8 * table.rowHeight(0)


def test_the_next_step_is_a_button(qtbot: QtBot, page: BalancePage):
    assert page.ui.next.text() == "Label 15 more Greeting"
    with qtbot.waitSignal(page.session.query_asked) as asked:
        page.ui.next.click()
    assert asked.args == ["emotion:none -state:dropped"]


def test_the_next_step_lists_the_suggestions_of_the_category(page: BalancePage):
    page.categories._apply(
        lambda now: category_edits.change(
            now, "greeting", replace(now.emotions.emotions[0], target_clips=0, target_minutes=0.0)
        )
    )
    plan = page.model.plans.plan
    step = next_step(plan)
    assert step.kind in (StepKind.ACCEPT, StepKind.LABEL)
    key = next(key for key, count in plan.waiting.items() if count)
    page.next_step._step = NextStep(StepKind.ACCEPT, page.model.emotions[key], 3)
    page.ui.next.click()
    assert page.ui.table.category == key
    assert listed(page)


@pytest.mark.parametrize(
    ("kind", "target"),
    [(StepKind.EXPORT, "export"), (StepKind.IMPORT, "intake"), (StepKind.RECORD, "intake")],
)
def test_the_next_step_leads_to_its_page(qtbot: QtBot, page: BalancePage, kind, target):
    page.next_step._step = NextStep(kind)
    with qtbot.waitSignal(page.session.page_asked) as asked:
        page.ui.next.click()
    assert asked.args == [target]


def test_suspects_show_the_present_and_the_suggested_label(page: BalancePage):
    table = page.ui.list.table
    assert table.isColumnHidden(PRESENT)
    page.browser.show_list(SuggestionKind.SUSPECT)
    assert not table.isColumnHidden(PRESENT)
    header = [
        page.ui.list.model.headerData(column, Qt.Orientation.Horizontal)
        for column in (PRESENT, CATEGORY)
    ]
    assert header == ["Label", "Suggested"]
    page.browser.show_list(SuggestionKind.SUGGESTED)
    assert table.isColumnHidden(PRESENT)
