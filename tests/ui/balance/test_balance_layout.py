"""The room of the chart beside the suggestions, and in low and high windows."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from curator.domain import category_edits
from curator.domain.decision import give_emotion
from curator.domain.emotion import EmotionSet
from curator.domain.planner import LabellingPlanner
from curator.domain.target import read_target
from curator.ui.balance.layout import BalanceLayout
from curator.ui.balance.page import BalancePage
from curator.ui.session import Session
from tests.helpers.factories import a_project
from tests.helpers.players import FakePlayer

PATIENCE_MS = 60_000


@pytest.fixture
def layout(qtbot: QtBot, dressed: None, session: Session) -> BalanceLayout:
    ui = BalanceLayout(session.project.settings.emotions, None, editable=True)
    qtbot.addWidget(ui)
    ui.resize(1920, 950)
    ui.show()
    return ui


def test_rows_are_taller_in_a_high_window(qtbot: QtBot, layout: BalanceLayout):
    tall = layout.table.rowHeight(0)
    layout.resize(1024, 550)
    qtbot.waitUntil(lambda: layout.table.rowHeight(0) < tall, timeout=30_000)
    assert layout.table.minimumHeight() < 8 * layout.table.rowHeight(0)


def test_rows_follow_when_categories_come_and_go(layout: BalanceLayout, session: Session):
    def shown(emotions: EmotionSet) -> int:
        planner = LabellingPlanner(emotions, read_target("xtts_v2"), "en")
        layout.table.show_plan(planner.plan(), {})
        assert layout.table.maximumHeight() >= layout.table.model().rowCount() * row_height()
        return row_height()

    def row_height() -> int:
        return layout.table.rowHeight(0)

    usual = session.project.settings.emotions
    many = usual
    for at in range(10):
        another = category_edits.new_category(many, f"Kind {at}")
        many = replace(many, emotions=(*many.emotions, another))
    few = replace(usual, emotions=usual.emotions[:2])
    layout.resize(1400, 800)
    heights = [shown(emotions) for emotions in (few, usual, many, few)]
    assert heights[0] == heights[3] > heights[2]
    assert heights[0] >= heights[1] >= heights[2]


def test_without_suggestions_it_says_what_is_missing(qtbot: QtBot, session_of, tmp_path: Path):
    session = session_of(a_project(tmp_path / "few", clips=6))
    page = BalancePage(session, FakePlayer())
    qtbot.addWidget(page)
    page.resize(1200, 700)
    page.show()
    page.shown()
    empty = page.ui.list.empty
    qtbot.waitUntil(lambda: empty.title.text() == "No suggestions yet", timeout=PATIENCE_MS)
    sentence = "Suggestions are learned from labels. Label 2 clips in each of 2 categories."
    assert empty.text.text() == sentence
    assert page.ui.list.model.rowCount() == 6
    with qtbot.waitSignal(session.query_asked):
        empty.lead.click()
    clips = session.project.clips.ids()
    session.apply(give_emotion(clips[:1], "question"))
    assert empty.lead.text() == "Label clips in Audit"
    assert empty.text.text().endswith("Label 1 more Question and 2 clips of another category.")
    session.apply(give_emotion(clips[1:2], "question"))
    session.apply(give_emotion(clips[2:4], "tension"))
    assert empty.text.text() == "Suggestions are being computed."
    qtbot.waitUntil(
        lambda: empty.text.text() == "0 of 4 labelled clips are analysed: too few.",
        timeout=PATIENCE_MS,
    )
    assert empty.lead.text() == "Analyse recordings"
    assert empty.isVisible()
    with qtbot.waitSignal(session.page_asked) as asked:
        empty.lead.click()
    assert asked.args == ["intake"]
    page.close_page()


def test_reached_categories_leave_the_rows_of_what_is_missing(
    layout: BalanceLayout, session: Session
):
    usual = session.project.settings.emotions
    eased = tuple(replace(each, target_clips=0, target_minutes=0.0) for each in usual.emotions)
    for emotions in (usual, replace(usual, emotions=eased), usual):
        plan = LabellingPlanner(emotions, read_target("xtts_v2"), "en").plan()
        layout.missing.show_plan(plan)
        shown = [text.partition(":")[0] for text in layout.missing.texts()]
        assert shown == [each.name for each in emotions.emotions if each.target_clips]
        reached = layout.missing.remarks.text().startswith("All category targets are reached.")
        assert reached == (not shown)


def test_a_row_of_what_is_missing_leads_to_clips_to_label(qtbot: QtBot, session: Session):
    page = BalancePage(session, FakePlayer())
    qtbot.addWidget(page)
    page.show()
    page.shown()
    qtbot.waitUntil(lambda: bool(page.ui.missing.texts()), timeout=PATIENCE_MS)
    places = [text.partition(":")[0] for text in page.ui.missing.texts()]
    leads = page.ui.missing.buttons[places.index("Tension")]
    assert leads.text() == "Label clips"
    with qtbot.waitSignal(session.query_asked, timeout=5_000) as asked:
        qtbot.keyClick(leads, Qt.Key.Key_Space)
    assert asked.args == ["emotion:none -state:dropped"]
    assert session.messages.all[-1].text == "Key 3 sets Tension."
    page.close_page()
