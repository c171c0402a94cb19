"""Loading of many clips: the first synchronously, the others in the background."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from curator.domain.clip_query import Query, parse
from curator.domain.decision import correct_text, drop, give_emotion, keep
from curator.domain.splitting import split
from curator.store.project import Project
from curator.ui.audit import page as audit_page
from curator.ui.audit.page import AuditPage
from curator.ui.clip_data import column_feed
from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.clip_data.column_feed import ColumnFeed, groups_of
from curator.ui.clip_data.review_order import AS_RECORDED, BY_CATEGORY, WORST_FIRST, Order, sample
from curator.ui.messages import Messages
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from tests.helpers.crowd import a_crowd
from tests.helpers.factories import a_cut, a_recording, score
from tests.helpers.players import FakePlayer

FEW = 10


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_feed, "AT_ONCE", FEW)
    monkeypatch.setattr(audit_page, "UNPAINTED_MS", 50)


@pytest.fixture
def session(crowd: Project, qapp: object) -> Iterator[Session]:
    made = Session(crowd, WindowSettings(), Messages())
    yield made
    made.close()


@pytest.fixture
def open_page(session: Session, qtbot) -> Iterator[Callable[[], AuditPage]]:
    """Opens the page inside the test: events are processed between fixtures and tests."""
    pages = []

    def make() -> AuditPage:
        pages.append(AuditPage(session, FakePlayer()))
        qtbot.addWidget(pages[0])
        pages[0].decisions._delay.setInterval(10**6)
        return pages[0]

    yield make
    pages[0].close_page()


@pytest.fixture
def read(session: Session, qtbot) -> Callable[[], None]:
    """Waits until background reads are finished."""

    def wait() -> None:
        feed = ColumnFeed.of(session)
        qtbot.waitUntil(
            lambda: feed._may_start and feed._reading is None and not session.readings.running
        )

    return wait


def rows_as_stored(page: AuditPage, typed: str = "") -> bool:
    project = page.session.project
    fresh = ClipColumns(project)
    for name in ("state", "emotion", "corrected", "errors", "warnings"):
        mine = page.view.columns.column(name)[page.view.columns.where(Query())].tolist()
        assert mine == fresh.column(name)[fresh.where(Query())].tolist(), name
    return page.model.ids.tolist() == project.clips.ids(parse(typed))


def test_the_first_clips_are_there_at_once_and_the_rest_is_added(open_page, read):
    page = open_page()
    first = page.model.ids.tolist()
    assert first == page.session.project.clips.ids()[:FEW]
    assert page.view.clip.id == first[0]
    read()
    assert page.model.ids.tolist()[:FEW] == first
    assert page.view.clip.id == first[0]
    assert rows_as_stored(page)


def test_what_is_decided_meanwhile_is_not_lost(open_page, read):
    page = open_page()
    session, ids = page.session, page.session.project.clips.ids()
    session.apply(drop([ids[0], ids[-1]]))
    session.apply(correct_text([ids[-2]], "anew"))
    read()
    session.apply(keep(ids[3:6]))
    session.facts_changed.emit(None)
    session.apply(give_emotion([ids[7]], "tension"))
    read()
    assert rows_as_stored(page)


def test_a_clip_split_while_all_is_read_is_in_the_list_once(open_page, read):
    page = open_page()
    clip = page.session.project.clips.find()[2]
    page.session.apply(split(clip, clip.span.start + clip.span.samples // 2))
    read()
    rows_as_stored(page)
    assert sorted(page.model.ids.tolist()) == sorted(page.session.project.clips.ids())


def test_new_clips_arrive_though_many_are_there(open_page, read):
    page = open_page()
    read()
    project = page.session.project
    recording = a_recording(project, "/speech/new.wav")
    project.clips.replace_cut(a_cut(recording, [(0.0, 3.0), (4.0, 6.0)]))
    page.session.facts_changed.emit(None)
    page.session.facts_changed.emit(None)
    read()
    assert rows_as_stored(page)


def test_a_query_is_answered_when_what_it_asks_for_is_read(open_page, read):
    page = open_page()
    page.ui.query.set_query("snr>20")
    assert page.ui.query._result.text() == "loading clips…"
    read()
    assert rows_as_stored(page, "snr>20")
    clip = page.session.project.clips.ids(parse("-snr>20"))[0]
    score(page.session.project, clip, snr=30.0)
    page.session.facts_changed.emit(frozenset({clip}))
    assert set(page.model.ids.tolist()) == set(page.session.project.clips.ids(parse("snr>20")))
    page.ui.query.set_query("")
    assert rows_as_stored(page)


def test_a_clip_far_down_can_be_asked_for_before_it_is_read(session: Session, open_page, read):
    last = session.project.clips.ids()[-1]
    session.choose(last)
    page = open_page()
    assert page.view.clip is None
    read()
    assert page.view.clip.id == last
    assert page.ui.table.current_clip() == last


def test_a_page_that_closes_while_it_reads_leaves_nothing(session: Session, qtbot):
    page = AuditPage(session, FakePlayer())
    qtbot.addWidget(page)
    page.close_page()
    qtbot.waitUntil(lambda: not session.readings.running)


@pytest.mark.parametrize(
    ("typed", "order", "groups"),
    [
        ("", AS_RECORDED, {"place"}),
        ("welcome -snr>3", AS_RECORDED, {"place", "text", "score:snr"}),
        ("state:kept duration>2", BY_CATEGORY, {"place"}),
        ("language:hu", sample(1), {"place", "transcript"}),
        ("finding:clipped", Order("text"), {"place", "findings", "text"}),
        ("has:map -has:words", WORST_FIRST, {"place", "map", "words", "findings"}),
        ("has:voice", Order("findings"), {"place", "score:speaker_similarity", "findings"}),
        ("cluster:2 id:3 recording:back", Order("score:snr"), {"place", "map", "score:snr"}),
    ],
)  # fmt: skip
def test_a_query_says_which_columns_it_needs(typed: str, order: Order, groups: set[str]):
    assert groups_of(parse(typed), order) == groups


def test_every_query_needs_no_more_than_it_says(tmp_path: Path):
    project = a_crowd(tmp_path)
    for typed in ("welcome snr>1", "finding:any", "has:voice", "recording:back id:1,2"):
        for order in (AS_RECORDED, WORST_FIRST, Order("text"), Order("score:snr")):
            columns = ClipColumns(project)
            order.arrange(columns, columns.where(parse(typed)))
            assert columns._loaded <= groups_of(parse(typed), order) | {"findings"}
    project.close()
