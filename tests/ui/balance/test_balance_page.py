"""Categories filled on the balance page, by keys and with the help of suggestions."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from curator.domain.decision import Field, drop, give_emotion, keep
from curator.domain.errors import CuratorError
from curator.domain.progress import Nobody
from curator.jobs.context import Work
from curator.jobs.suggesting import suggest
from curator.store.categories import weights
from curator.store.project import Project
from curator.ui.actions import of_page
from curator.ui.balance.balance_model import SHARE, BalanceModel
from curator.ui.balance.category_dialog import CategoryDialog, MergeCategoryDialog
from curator.ui.balance.page import BalancePage
from curator.ui.balance.suggestion_list import SuggestionKind
from curator.ui.messages import Messages
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from tests.helpers.factories import a_project, say
from tests.helpers.labels import give_deliveries, give_labels, kind_of
from tests.helpers.players import FakePlayer

PATIENCE_MS = 60_000


LABELLED = 24


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 clips, of which the first 24 are kept in their categories; what is likely is known."""
    with a_project(tmp_path_factory.mktemp("learned"), clips=48) as project:
        clips = project.clips.ids()
        for clip in clips:
            say(project, clip, f"This is sentence {clip}.")
        give_deliveries(project)
        give_labels(project, range(LABELLED))
        project.decisions.apply(keep(clips[:LABELLED]))
        suggest(Work.at_once(project, Nobody()))
        return project.path


@pytest.fixture
def session(learned: Path, tmp_path: Path) -> Iterator[Session]:
    """A copy of that project, open."""
    shutil.copytree(learned, tmp_path / "show.curator", ignore=shutil.ignore_patterns("lock"))
    session = Session(Project.open(tmp_path / "show.curator"), WindowSettings(), Messages())
    yield session
    session.close()


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> Iterator[BalancePage]:
    """The page, once suggestions were learned."""
    page = BalancePage(session, FakePlayer())
    qtbot.addWidget(page)
    page.resize(1200, 700)
    with qtbot.waitSignal(page.learning.learned, timeout=PATIENCE_MS):
        page.show()
        page.shown()
    qtbot.waitUntil(lambda: page.counting.planner is not None, timeout=PATIENCE_MS)
    yield page
    page.close_page()


def cells(page: BalancePage, name: str) -> list[str]:
    model = page.table.model()
    for row in range(model.rowCount()):
        found = [model.index(row, column).data() for column in range(model.columnCount())]
        if found[0] == name:
            return found
    raise AssertionError(f"no row {name}")


def listed(page: BalancePage) -> list[int]:
    rows = range(page.list.model.rowCount())
    return [page.list.model.row(row).clip.id for row in rows]


def test_the_models_keep_to_the_rules(qtmodeltester, page: BalancePage):
    qtmodeltester.check(page.table.model())
    qtmodeltester.check(page.list.model)
    page.table.choose("neutral")
    page.show_list(SuggestionKind.LIKELY)
    page.accept()
    page.session.undo()
    page.remove_category()
    page.session.undo()


def test_each_category_says_what_it_has_of_what_it_needs(page: BalancePage):
    _, kept, minutes, undecided, likely, heard = cells(page, "Excitement")
    assert (kept, minutes, undecided, heard) == ("8 of 15", "0.5 of 1.0", "0", "1.0×")
    assert int(likely) >= 6
    assert cells(page, "No category")[3] == "24"
    assert page.total.text() == "24 clips kept, 1.6 minutes"
    assert "Excitement lacks 7 clips and 0.5 minutes; " in page.lacking.text()
    assert "likely ones wait." in page.lacking.text()
    assert "An export would weigh" in page.lacking.text()


def test_bars_show_the_share_that_is_reached(page: BalancePage):
    model = page.table.model()
    shares = [model.index(row, 1).data(SHARE) for row in range(model.rowCount())]
    assert 8 / 15 in shares
    assert shares[-1] is None
    assert BalanceModel(page.session.project.settings.emotions).rowCount() == len(shares)


def test_numbers_follow_decisions_at_once(page: BalancePage):
    clip = page.session.project.clips.ids()[30]
    page.session.apply(give_emotion([clip], "tension"))
    page.session.apply(keep([clip]))
    assert cells(page, "Tension")[1] == "1 of 15"
    page.session.undo()
    page.session.undo()
    assert cells(page, "Tension")[1] == "0 of 15"


def test_the_page_begins_with_the_category_that_lacks_most(page: BalancePage):
    assert page.table.chosen == "greeting"
    assert page.list.heading.text() == "Likely clips of Greeting"


def test_a_category_is_filled_by_one_key_a_clip(qtbot: QtBot, page: BalancePage):
    page.table.choose("excitement")
    page.enter()  # from the table into the list
    qtbot.waitUntil(page.list.table.hasFocus)
    before = listed(page)
    assert [kind_of(clip - 1) for clip in before[:5]] == ["excitement"] * 5
    done = page.session.project.decisions.history(1)[0].id
    for _ in range(3):
        page.enter()
    assert listed(page) == before[3:]
    clips = [page.session.project.clips.get(clip) for clip in before[:3]]
    assert [(clip.emotion, clip.state) for clip in clips] == [("excitement", "kept")] * 3
    assert page.list.current.clip.id == before[3]
    assert cells(page, "Excitement")[1] == "11 of 15"
    page.session.undo()  # category and keeping are one act
    assert listed(page) == before[2:]
    page.session.undo()
    page.session.undo()
    assert listed(page) == before
    latest = next(e for e in page.session.project.decisions.history() if e.state == "done")
    assert latest.id == done


def test_a_digit_gives_another_category_than_suggested(page: BalancePage):
    page.table.choose("question")
    page.show_list(SuggestionKind.LIKELY)
    clip = listed(page)[0]
    page.give_category("3")
    assert page.session.project.clips.get(clip).emotion == "tension"
    with pytest.raises(CuratorError, match="key 9"):
        page.give_category("9")


def test_what_is_dropped_is_offered_no_more(page: BalancePage):
    page.table.choose("question")
    page.show_list(SuggestionKind.LIKELY)
    first = listed(page)[0]
    page.drop()
    assert first not in listed(page)
    page.session.apply(drop([listed(page)[2]]))
    page.session.undo()
    page.session.undo()
    assert first in listed(page)


def test_a_wrong_label_is_suspected_and_mended(qtbot: QtBot, page: BalancePage):
    wrong = page.session.project.clips.ids()[1]
    with qtbot.waitSignal(page.learning.learned, timeout=PATIENCE_MS):
        page.session.apply(give_emotion([wrong], "question"))
        page.learning.begin()
    page.show_list(SuggestionKind.SUSPECTS)
    assert page.list.heading.text() == "Clips whose category looks wrong"
    assert listed(page)[0] == wrong
    page.accept()
    assert page.session.project.clips.get(wrong).emotion == "excitement"
    assert wrong not in listed(page)


def test_doubtful_clips_begin_with_the_least_certain(page: BalancePage):
    page.show_list(SuggestionKind.DOUBTFUL)
    rows = [page.list.model.row(row) for row in range(page.list.model.rowCount())]
    chances = [row.suggestion.probability for row in rows]
    assert chances == sorted(chances)


def test_nothing_moves_when_something_new_is_learned(qtbot: QtBot, page: BalancePage):
    page.table.choose("excitement")
    page.show_list(SuggestionKind.LIKELY)
    before = listed(page)
    with qtbot.waitSignal(page.learning.learned, timeout=PATIENCE_MS):
        page.accept()
        page.learning.begin()
    assert listed(page) == before[1:]
    assert page.list.heading.text().endswith("newer suggestions are there, list them again")
    page.show_list(SuggestionKind.LIKELY)
    assert page.list.heading.text() == "Likely clips of Excitement"


def test_clips_are_heard_one_after_the_other(page: BalancePage):
    page.table.choose("question")
    page.show_list(SuggestionKind.LIKELY)
    page.next_clip()
    assert page.list.table.currentIndex().row() == 1
    page.previous_clip()
    assert page.list.table.currentIndex().row() == 0
    page.replay()
    page.play_or_stop()


def test_a_held_arrow_skips_no_clip_unheard(page: BalancePage):
    held = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, "", True
    )
    page.table.choose("excitement")
    page.show_list(SuggestionKind.LIKELY)
    first, second = listed(page)[:2]
    QApplication.sendEvent(page.list.table, held)
    assert page.list.current.clip.id == first
    page.listening.played.add(first)
    QApplication.sendEvent(page.list.table, held)
    QApplication.sendEvent(page.list.table, held)
    assert page.list.current.clip.id == second


def test_without_a_clip_a_key_says_so(page: BalancePage):
    page.list.model.show_rows([], {})
    for method in (page.accept, page.drop, page.show_clip):
        with pytest.raises(CuratorError, match="No clip"):
            method()


def test_clips_can_be_shown_in_audit(qtbot: QtBot, page: BalancePage):
    page.table.choose("tension")
    with qtbot.waitSignal(page.session.query_asked) as asked:
        page.show_clips()
    assert asked.args == ["state:undecided emotion:tension"]
    page.table.choose("question")
    page.show_list(SuggestionKind.LIKELY)
    with qtbot.waitSignal(page.session.page_asked) as asked:
        page.show_clip()
    assert asked.args == ["audit"]
    assert page.session.current == listed(page)[0]


def test_categories_are_heard_more_evenly_by_a_key(qtbot: QtBot, page: BalancePage):
    page.session.apply(give_emotion(page.session.project.clips.ids()[:7:3], "question"))
    page.hear_evenly(1)
    page.hear_evenly(1)
    qtbot.waitUntil(lambda: weights(page.session.project).temperature == 0.8)
    assert cells(page, "Neutral")[5] == "1.2×"
    assert page.session.project.decisions.undo_label() == "Hear categories at temperature 0.8"
    page.session.undo()
    assert page.weights.slider.value() == 0
    assert cells(page, "Neutral")[5] == "1.0×"


def test_a_category_is_renamed_in_a_dialog(qtbot: QtBot, page: BalancePage):
    page.table.choose("neutral")
    page.edit_category()
    (dialog,) = page.findChildren(CategoryDialog)
    dialog.name.setText("Calm")
    dialog.key.setText("neutral kind")
    qtbot.mouseClick(dialog.do, Qt.MouseButton.LeftButton)
    assert "no key of a category" in dialog.said.text()
    dialog.key.setText("calm")
    dialog.clips.setValue(5)
    qtbot.mouseClick(dialog.do, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.table.model().index(6, 0).data() == "Calm", timeout=PATIENCE_MS)
    assert cells(page, "Calm")[1] == "8 of 5"
    clips = page.session.project.clips.find()
    assert sum(clip.emotion == "calm" for clip in clips) == 8
    page.session.undo()
    qtbot.waitUntil(lambda: page.table.model().index(6, 0).data() == "Neutral", timeout=PATIENCE_MS)


def test_categories_are_added_merged_and_removed(qtbot: QtBot, page: BalancePage):
    page.add_category()
    (dialog,) = page.findChildren(CategoryDialog)
    qtbot.keyClicks(dialog.name, "Deep breath")
    assert dialog.key.text() == "deep_breath"
    qtbot.mouseClick(dialog.do, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.table.model().rowCount() == 9, timeout=PATIENCE_MS)
    page.table.choose("excitement")
    page.merge_category()
    (merging,) = page.findChildren(MergeCategoryDialog)
    merging.into.setCurrentIndex(merging.into.findData("neutral"))
    qtbot.mouseClick(merging.do, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.table.model().rowCount() == 8, timeout=PATIENCE_MS)
    assert cells(page, "Neutral")[1] == "16 of 15"
    page.table.choose("neutral")
    page.remove_category()
    qtbot.waitUntil(lambda: page.table.model().rowCount() == 7, timeout=PATIENCE_MS)
    for _ in range(3):
        page.session.undo()
    usual = [emotion.key for emotion in page.session.project.settings.emotions.emotions]
    qtbot.waitUntil(lambda: page.table.model().keys == [*usual, ""], timeout=PATIENCE_MS)
    assert cells(page, "Excitement")[1] == "8 of 15"
    page.table.choose("")
    with pytest.raises(CuratorError, match="Choose a category"):
        page.remove_category()


def test_every_command_of_the_page_is_there(page: BalancePage):
    for action in of_page("balance"):
        if action.page:
            assert callable(getattr(page, action.run.partition(".")[2]))


def test_a_project_open_for_looking_is_only_looked_at(qtbot: QtBot, page: BalancePage):
    reader = Session(
        Project.open(page.session.project.path, write=False), WindowSettings(), Messages()
    )
    other = BalancePage(reader, FakePlayer())
    qtbot.addWidget(other)
    with qtbot.waitSignal(other.learning.learned, timeout=PATIENCE_MS):
        other.show()
        other.shown()
    qtbot.waitUntil(lambda: other.counting.planner is not None, timeout=PATIENCE_MS)
    other.table.choose("question")
    other.show_list(SuggestionKind.LIKELY)
    other.accept()
    assert reader.project.decisions.of_clips(Field.EMOTION).keys() == set(range(1, 25))
    other.close_page()
    reader.close()
