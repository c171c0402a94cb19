import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from curator.domain.decision import PROJECT, Edit, Field, drop
from tests.helpers.map_window import CLIPS, Map, a_mapped_project

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def test_every_clip_is_a_point(voice_map: Map):
    assert voice_map.page.ui.scatter.shown.sum() == CLIPS
    assert "12 of 12 clips shown" in voice_map.page.ui.bar.summary.text()


def test_the_map_is_between_audit_and_balance(voice_map: Map):
    for key, page in ((Qt.Key.Key_2, "audit"), (Qt.Key.Key_3, "map"), (Qt.Key.Key_4, "balance")):
        voice_map.press(key, CONTROL)
        assert voice_map.window.page == page


def test_a_click_chooses_the_clip_on_all_pages_and_plays_it(voice_map: Map):
    voice_map.click(voice_map.at(6))
    assert voice_map.current == 6
    assert voice_map.window._pages["audit"].ui.table.current_clip() == voice_map.ids[6]
    assert [played.clip for played in voice_map.player.played] == [voice_map.ids[6]]


def test_the_pointer_shows_what_a_clip_says(voice_map: Map, qtbot):
    voice_map.page.ui.scatter.hovered = None
    QTest.mouseMove(voice_map.page.ui.scatter, voice_map.at(5))
    voice_map.page.ui.scatter.show_hovered(voice_map.row(5))
    voice_map.page.pointing.point(voice_map.row(5))
    qtbot.waitUntil(voice_map.page.ui.card.isVisible)
    assert voice_map.page.ui.card.text.text() == "sentence number 5"
    assert "1.0 s" in voice_map.page.ui.card.facts.text()
    assert not voice_map.player.played


def test_the_pointer_plays_if_that_is_wanted(voice_map: Map, qtbot):
    voice_map.press(Qt.Key.Key_H)
    voice_map.page.ui.scatter.show_hovered(voice_map.row(5))
    voice_map.page.pointing.point(voice_map.row(5))
    qtbot.waitUntil(lambda: bool(voice_map.player.played))
    assert voice_map.player.played[-1].clip == voice_map.ids[5]
    assert voice_map.current != 5
    assert voice_map.session.settings.is_on("hover_plays")


def test_arrows_walk_to_the_neighbour_in_their_direction(voice_map: Map):
    voice_map.session.choose(voice_map.ids[5])
    way = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Down):
        voice_map.press(key)
        way.append(voice_map.current)
    assert way == [6, 2, 1, 5]
    assert len(voice_map.player.played) == 4
    assert "sentence number 5" in voice_map.page.ui.scatter.accessibleDescription()


def test_a_lasso_that_ends_where_it_began_is_no_click(voice_map: Map):
    corners = voice_map.around(5, 10)
    voice_map.drag([*corners, corners[0]])
    assert {5, 6, 9, 10} <= set(voice_map.chosen())


def test_a_lasso_chooses_and_a_decision_is_about_all_of_it(voice_map: Map):
    voice_map.drag(voice_map.around(5, 10))
    assert voice_map.chosen() == [5, 6, 9, 10]
    assert "4 selected, 0:04" in voice_map.page.ui.bar.summary.text()
    voice_map.press(Qt.Key.Key_X)
    assert [voice_map.state(n) for n in (5, 6, 9, 10)] == ["dropped"] * 4
    assert voice_map.state(4) == "undecided"
    voice_map.press(Qt.Key.Key_Z, CONTROL)
    assert [voice_map.state(n) for n in (5, 6, 9, 10)] == ["undecided"] * 4


@pytest.mark.parametrize(
    ("key", "state"),
    [(Qt.Key.Key_Return, "kept"), (Qt.Key.Key_X, "dropped"), (Qt.Key.Key_Y, "undecided")],
)
def test_every_decision_of_the_audit_page_is_there(voice_map: Map, key, state):
    voice_map.drag(voice_map.around(0, 1))
    voice_map.press(key)
    assert [voice_map.state(0), voice_map.state(1)] == [state, state]


def test_a_digit_gives_the_category_and_again_takes_it(voice_map: Map):
    voice_map.drag(voice_map.around(4, 6))
    voice_map.press(Qt.Key.Key_2)
    assert [voice_map.category(n) for n in (4, 5, 6)] == ["question"] * 3
    voice_map.press(Qt.Key.Key_2)
    assert [voice_map.category(n) for n in (4, 5, 6)] == [None] * 3


def test_a_category_button_gives_it_too(voice_map: Map):
    voice_map.drag(voice_map.around(4, 5))
    voice_map.page.ui.category_keys.buttons["tension"].click()
    assert [voice_map.category(n) for n in (4, 5)] == ["tension"] * 2


def test_the_last_decision_is_repeated_for_others(voice_map: Map):
    voice_map.drag(voice_map.around(4, 5))
    voice_map.press(Qt.Key.Key_X)
    voice_map.drag(voice_map.around(10, 11))
    voice_map.press(Qt.Key.Key_Period)
    assert voice_map.state(10) == voice_map.state(11) == "dropped"


def test_without_a_choice_a_decision_is_about_the_current_clip(voice_map: Map):
    voice_map.session.choose(voice_map.ids[7])
    voice_map.press(Qt.Key.Key_Return)
    assert voice_map.state(7) == "kept"
    assert voice_map.current == 7


def test_shift_adds_control_takes_away_and_escape_forgets(voice_map: Map):
    voice_map.drag(voice_map.around(0, 1))
    voice_map.drag(voice_map.around(10, 11), SHIFT)
    assert voice_map.chosen() == [0, 1, 10, 11]
    voice_map.drag(voice_map.around(1), CONTROL)
    assert voice_map.chosen() == [0, 10, 11]
    voice_map.press(Qt.Key.Key_Escape)
    assert voice_map.chosen() == []


def test_a_rectangle_needs_two_corners(voice_map: Map):
    voice_map.press(Qt.Key.Key_B)
    square = voice_map.around(0, 5)
    voice_map.drag([square[0], square[2]])
    assert voice_map.chosen() == [0, 1, 4, 5]


def test_dragging_with_the_hand_moves_the_map(voice_map: Map):
    voice_map.press(Qt.Key.Key_G)
    before = voice_map.at(5)
    voice_map.drag([QPoint(300, 300), QPoint(320, 310), QPoint(350, 330)])
    assert voice_map.at(5) - before == QPoint(50, 30)
    assert not voice_map.chosen()


def test_one_comes_closer_to_the_current_clip(voice_map: Map):
    voice_map.session.choose(voice_map.ids[5])
    before, scale = voice_map.at(5), voice_map.page.ui.scatter.view.scale
    voice_map.press("+")
    assert voice_map.page.ui.scatter.view.scale > scale
    assert voice_map.at(5) == before
    voice_map.press(Qt.Key.Key_Home)
    assert voice_map.page.ui.scatter.view.scale == scale


def test_keys_alone_choose_what_is_in_view(voice_map: Map):
    voice_map.session.choose(voice_map.ids[0])
    for _ in range(8):
        voice_map.press("+")
    voice_map.press(Qt.Key.Key_V)
    assert 0 in voice_map.chosen()
    assert len(voice_map.chosen()) < CLIPS


def test_shift_and_arrows_choose_along_the_way(voice_map: Map):
    voice_map.session.choose(voice_map.ids[4])
    voice_map.press(Qt.Key.Key_Right, SHIFT)
    voice_map.press(Qt.Key.Key_Right, SHIFT)
    assert voice_map.chosen() == [4, 5, 6]
    voice_map.press(Qt.Key.Key_S)
    assert voice_map.chosen() == [4, 5]


def test_the_legend_counts_and_filters(voice_map: Map):
    legend = voice_map.page.ui.legend
    names = [button.accessibleName() for button in legend.buttons]
    assert "Greeting: 3 clips on the map" in names
    assert "No category: 9 clips on the map" in names
    legend.buttons[0].click()
    assert np.flatnonzero(voice_map.page.ui.scatter.shown).size == 3
    assert "3 of 12 clips shown" in voice_map.page.ui.bar.summary.text()
    voice_map.page.ui.scatter.setFocus()
    voice_map.press(Qt.Key.Key_A, CONTROL)
    assert voice_map.chosen() == [0, 1, 2]
    legend.all.click()
    assert voice_map.page.ui.scatter.shown.sum() == CLIPS


def test_what_is_filtered_out_is_neither_pointed_at_nor_drawn_around(voice_map: Map):
    voice_map.page.ui.legend.buttons[0].click()
    voice_map.drag(voice_map.around(0, 11))
    assert voice_map.chosen() == [0, 1, 2]
    assert voice_map.page.ui.scatter.point_at(voice_map.at(11)) is None


def test_dropped_clips_can_be_left_out(voice_map: Map):
    voice_map.session.apply(drop(voice_map.ids[3:5]))
    voice_map.press(Qt.Key.Key_D)
    assert voice_map.page.ui.scatter.shown.sum() == CLIPS - 2
    voice_map.press(Qt.Key.Key_D)
    assert voice_map.page.ui.scatter.shown.sum() == CLIPS


def test_a_decision_elsewhere_is_seen(voice_map: Map):
    voice_map.page.ui.bar.colours.setCurrentIndex(voice_map.page.ui.bar.colours.findData("state"))
    counts = voice_map.page.ui.scatter.colouring.counts(np.ones(CLIPS, np.bool_))
    assert counts == [1, 0, 11]
    voice_map.session.apply(drop(voice_map.ids[3:5]))
    assert voice_map.page.ui.scatter.colouring.counts(np.ones(CLIPS, np.bool_)) == [1, 2, 9]
    voice_map.session.undo()
    assert voice_map.page.ui.scatter.colouring.counts(np.ones(CLIPS, np.bool_)) == [1, 0, 11]


def test_the_chosen_clips_are_shown_in_audit(voice_map: Map):
    voice_map.drag(voice_map.around(0, 1))
    voice_map.press(Qt.Key.Key_Return, CONTROL)
    assert voice_map.window.page == "audit"
    audit = voice_map.window._pages["audit"]
    assert audit.ui.query.edit.text() == f"id:{voice_map.ids[0]},{voice_map.ids[1]}"
    assert audit.model.ids.tolist() == voice_map.ids[:2]


def test_more_like_these_are_added(voice_map: Map, qtbot):
    voice_map.drag(voice_map.around(10))
    voice_map.press(Qt.Key.Key_M)
    qtbot.waitUntil(lambda: len(voice_map.chosen()) > 1)
    assert {10, 11} <= set(voice_map.chosen())


def test_the_odd_ones_out_are_chosen(voice_map: Map, qtbot):
    voice_map.press(Qt.Key.Key_O)
    qtbot.waitUntil(lambda: bool(voice_map.chosen()))
    assert {10, 11} <= set(voice_map.chosen())
    assert voice_map.current in (10, 11)
    assert "unlike the voice or their category" in voice_map.last_message()


def test_typical_clips_of_the_category_are_chosen(voice_map: Map, qtbot):
    voice_map.session.choose(voice_map.ids[1])
    voice_map.press(Qt.Key.Key_T)
    qtbot.waitUntil(lambda: bool(voice_map.chosen()))
    assert set(voice_map.chosen()) <= {0, 1, 2}


def test_a_clip_without_category_has_no_typical_ones(voice_map: Map):
    voice_map.session.choose(voice_map.ids[7])
    voice_map.press(Qt.Key.Key_T)
    assert "no category" in voice_map.last_message()


def test_leaving_the_page_ends_what_plays(voice_map: Map):
    voice_map.click(voice_map.at(6))
    assert voice_map.player.position() is not None
    voice_map.press(Qt.Key.Key_2, CONTROL)
    assert voice_map.player.position() is None


def test_splitting_a_clip_leaves_the_other_points_where_they_were(voice_map: Map):
    from curator.domain.splitting import split

    clip = voice_map.session.project.clips.get(voice_map.ids[3])
    voice_map.session.apply(split(clip, clip.span.start + 8_000))
    page = voice_map.page
    assert len(page.ui.scatter.points) == CLIPS + 1
    row = page.model.points.row_of(voice_map.ids[6])
    assert page.ui.scatter.points[row].tolist() == [2.0, -1.0]
    voice_map.session.undo()
    assert len(page.ui.scatter.points) == CLIPS


def test_a_project_without_a_map_says_what_to_do(qtbot, voice_map: Map):
    voice_map.session.project.facts.forget("lay_out")
    voice_map.session.facts_changed.emit(None)
    qtbot.waitUntil(lambda: voice_map.page.ui.stack.currentIndex() == 1)
    assert "analysis" in voice_map.page.ui.empty.text.text()
    voice_map.page.ui.empty.button.click()
    assert voice_map.window.page == "intake"


def test_new_facts_are_seen(qtbot, voice_map: Map):
    from curator.domain.fact import MapPoint
    from curator.jobs.job import Options
    from curator.jobs.step_table import lay_out_producer
    from tests.helpers.factories import found

    project, clip = voice_map.session.project, voice_map.ids[0]
    point = found(project, clip, MapPoint(9.0, 9.0, 0), lay_out_producer(Options()))
    project.facts.add([point])
    voice_map.session.facts_changed.emit(frozenset({clip}))
    row = voice_map.row(0)
    qtbot.waitUntil(lambda: voice_map.page.ui.scatter.points[row].tolist() == [9.0, 9.0])


class TestDelivery:
    @pytest.fixture
    def path(self, tmp_path):
        return a_mapped_project(tmp_path, delivery=True)

    def test_the_same_clips_lie_by_how_they_are_said(self, voice_map: Map):
        voice_map.press(Qt.Key.Key_P)
        assert voice_map.page.ui.bar.map_type == "delivery"
        assert voice_map.page.ui.scatter.points[voice_map.row(3)].tolist() == [-3.0, 0.0]

    def test_suggestions_are_a_colour(self, voice_map: Map):
        bar = voice_map.page.ui.bar
        bar.colours.setCurrentIndex(bar.colours.findData("suggested"))
        kinds = voice_map.page.ui.scatter.colouring.entries
        codes = set(voice_map.page.ui.scatter.colouring.codes.tolist())
        assert {kinds[code].name for code in codes} == {"Question"}


def test_a_map_that_is_not_worked_out_is_grey_and_says_so(voice_map: Map):
    places = voice_map.page.ui.bar.places
    item = places.model().item(places.findData("delivery"))
    assert not item.isEnabled()
    assert "not computed yet" in item.text()
    assert "Analyse" in item.toolTip()
    voice_map.press(Qt.Key.Key_P)
    assert voice_map.page.ui.bar.map_type == "scores"


def test_the_focus_comes_back_to_the_map(voice_map: Map):
    voice_map.page.ui.bar.colours.setFocus()
    voice_map.press(Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is voice_map.page.ui.scatter


def test_what_was_decided_behind_another_page_is_seen_when_one_comes_back(voice_map: Map):
    voice_map.page.ui.bar.colours.setCurrentIndex(voice_map.page.ui.bar.colours.findData("state"))
    voice_map.press(Qt.Key.Key_2, CONTROL)
    voice_map.session.apply(drop(voice_map.ids[3:5]))
    everybody = np.ones(CLIPS, np.bool_)
    assert voice_map.page.ui.scatter.colouring.counts(everybody) == [1, 0, 11]
    voice_map.press(Qt.Key.Key_3, CONTROL)
    assert voice_map.page.ui.scatter.colouring.counts(everybody) == [1, 2, 9]


def test_new_facts_do_not_move_what_one_looks_at(qtbot, voice_map: Map):
    voice_map.session.choose(voice_map.ids[0])
    for _ in range(6):
        voice_map.press("+")
    for _ in range(12):
        voice_map.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    view = voice_map.page.ui.scatter.view
    assert voice_map.page.ui.scatter.place_of(voice_map.row(0)) is None
    with qtbot.waitSignal(voice_map.page.model.clips.read):
        voice_map.session.facts_changed.emit(frozenset(voice_map.ids))
    assert voice_map.page.ui.scatter.view == view


def test_the_only_kind_that_is_shown_is_listed_in_audit(voice_map: Map):
    voice_map.page.ui.legend.buttons[0].click()
    voice_map.page.ui.scatter.setFocus()
    voice_map.press(Qt.Key.Key_Return, CONTROL)
    assert voice_map.window._pages["audit"].ui.query.edit.text() == "emotion:greeting"


def test_the_card_says_what_was_just_decided(voice_map: Map):
    voice_map.click(voice_map.at(6))
    assert "undecided" in voice_map.page.ui.card.facts.text()
    voice_map.press(Qt.Key.Key_Return)
    assert "kept" in voice_map.page.ui.card.facts.text()


def test_other_categories_are_offered_at_once(voice_map: Map):
    text = """
key = "two"
name = "Two"
target_clips = 2
target_minutes = 0.1
[[emotion]]
key = "greeting"
name = "Hello"
colour = "#E69F00"
digit = "1"
[[emotion]]
key = "calm"
name = "Calm"
colour = "#009E73"
digit = "2"
"""
    edit = Edit("Change the categories", Field.CATEGORIES, {PROJECT: text})
    assert voice_map.session.apply(edit)
    names = [button.accessibleName() for button in voice_map.page.ui.legend.buttons]
    assert names[0] == "Hello: 3 clips on the map"
    voice_map.drag(voice_map.around(4, 5))
    voice_map.press(Qt.Key.Key_2)
    assert voice_map.category(4) == "calm"


def test_what_can_be_found_is_in_a_menu_too(voice_map: Map, qtbot):
    offered = voice_map.page.ui.bar.select_menu.actions()
    texts = [action.text().split("\t") for action in offered]
    assert ["Select outliers", "O"] in texts
    offered[texts.index(["Select outliers", "O"])].trigger()
    qtbot.waitUntil(lambda: {10, 11} <= set(voice_map.chosen()))
