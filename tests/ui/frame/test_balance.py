from collections.abc import Iterator

import pytest

from curator.domain.balance import balance
from curator.domain.decision import give_emotion, keep
from curator.ui.balance.balance_model import SHARE, BalanceModel
from curator.ui.balance.page import BalancePage
from curator.ui.session import Session


@pytest.fixture
def page(qtbot, session: Session) -> Iterator[BalancePage]:
    clips = session.project.clips.ids()
    session.apply(give_emotion(clips[:3], "tension"))
    session.apply(keep(clips[:2]))
    page = BalancePage(session)
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitSignal(session.errands.ended, timeout=60_000):
        page.shown()
    yield page
    page.close_page()


def row_of(page: BalancePage, name: str) -> list[str]:
    model = page.table.model()
    for row in range(model.rowCount()):
        cells = [model.index(row, column).data() for column in range(model.columnCount())]
        if cells[0] == name:
            return cells
    raise AssertionError(f"no row {name}")


def test_the_model_keeps_to_the_rules(qtmodeltester, session: Session):
    emotions = session.project.settings.emotions
    model = BalanceModel(emotions)
    qtmodeltester.check(model)
    model.show_balance(balance(session.project.clips.find(), emotions))
    assert model.rowCount() == len(emotions.emotions) + 1


def test_each_category_says_what_it_has_of_what_it_needs(page: BalancePage):
    assert row_of(page, "Tension") == ["Tension", "2 of 15", "0.1 of 1.0", "1"]
    assert row_of(page, "No category") == ["No category", "0", "0.0", "3"]
    assert page.total.text() == "2 clips kept, 0.1 minutes"
    assert "Tension lacks 13 clips and 0.9 minutes; 1 undecided clip could help." in (
        page.lacking.text()
    )


def test_bars_show_the_share_that_is_reached(page: BalancePage):
    model = page.table.model()
    shares = [model.index(row, 1).data(SHARE) for row in range(model.rowCount())]
    assert 2 / 15 in shares
    assert shares[-1] is None


def test_numbers_follow_decisions(qtbot, page: BalancePage):
    session = page.session
    session.apply(keep(session.project.clips.ids()[2:3]))
    qtbot.waitUntil(lambda: row_of(page, "Tension")[1] == "3 of 15", timeout=60_000)


def test_a_categorys_undecided_clips_can_be_shown(qtbot, page: BalancePage):
    names = [emotion.key for emotion in page.session.project.settings.emotions.emotions]
    page.table.selectRow(names.index("tension"))
    with qtbot.waitSignal(page.session.query_asked) as asked:
        page.show_clips()
    assert asked.args == ["state:undecided emotion:tension"]
