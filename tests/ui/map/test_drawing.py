import warnings

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from curator.ui.map.colouring import (
    MAX_ENTRIES,
    Colouring,
    LegendEntry,
    by_cluster,
    by_measure,
    step_limits,
)
from curator.ui.map.density import BANDS, DARKEST, MANY, bands_of
from curator.ui.map.layers import DIM, FULL, HIDDEN, draw_order
from curator.ui.map.marks import DOT, SHAPES, as_pixel, icon, mixed, stamp
from curator.ui.map.measures import Measure, measures
from curator.ui.map.scatter_canvas import SIZES
from curator.ui.map.scatter_view import ScatterView
from curator.ui.map.screen_points import ScreenPoints, ShuffledPoints
from curator.ui.map.viewport import Viewport
from curator.ui.theme import DARK, LIGHT, contrast, wear

KINDS = (LegendEntry("red", "#cc0000", "disc", "R"), LegendEntry("blue", "#0000cc", "square", "B"))


@pytest.fixture
def view(qtbot, qapp):
    wear(qapp, "light")
    made = ScatterView()
    qtbot.addWidget(made)
    made.resize(400, 300)
    return made


def shown(view, points, codes, kinds=KINDS):
    view.show_points(np.array(points, float), keep_view=False)
    view.show_colours(Colouring(kinds, np.array(codes, np.uint8)))
    view.show()
    QApplication.processEvents()
    return view.picture()


def colour_near(image: QImage, view, row, right=-4, down=4):
    """Beside the letter in the middle of a mark."""
    x, y = view.view.on_screen(view.points[row : row + 1])[:, 0]
    return image.pixelColor(round(x) + right, round(y) + down).name()


def test_a_mark_has_the_colour_of_its_kind_where_its_clip_is(view):
    image = shown(view, [[0, 0], [1, 1]], [0, 1])
    assert colour_near(image, view, 0) == "#cc0000"
    assert colour_near(image, view, 1) == "#0000cc"


def test_clips_without_a_place_are_not_drawn(view):
    image = shown(view, [[0, 0], [np.nan, np.nan], [1, 1]], [0, 1, 0])
    colours = {image.pixelColor(x, y).name() for x in range(400) for y in range(300)}
    assert "#0000cc" not in colours


def test_what_is_not_meant_fades_and_what_is_filtered_out_is_faint(view):
    shown(view, [[0, 0], [1, 1], [0, 1]], [0, 0, 0])
    view.show_highlighted(np.array([True, False, False]))
    view.show_shown(np.array([True, True, False]))
    image = view.picture()
    full, dim = (QColor(colour_near(image, view, row)) for row in (0, 1))
    assert full.name() == "#cc0000"
    assert full.saturation() > dim.saturation() > 0
    assert QColor(colour_near(image, view, 2, 0, 0)).saturation() < 20


@pytest.mark.parametrize("most", [1, *(most for most, _ in SIZES), SIZES[-1][0] + 1])
def test_however_many_there_are_each_is_seen_where_it_is(view, most):
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 10, (most, 2))
    points[0] = -5
    image = shown(view, points, np.arange(most) % 2)
    x, y = view.view.on_screen(points[:1])[:, 0]
    near = [image.pixelColor(round(x) + i, round(y) + j) for i in (-3, -1, 0) for j in (0, 1, 3)]
    assert any(colour.red() > 190 and colour.green() < 60 for colour in near)


def test_a_rare_kind_is_not_buried_under_a_common_one():
    codes = np.zeros(5_000, np.uint8)
    codes[:20] = 1
    points = np.random.default_rng(0).uniform(0, 1, (5_000, 2))
    drawn = draw_order(
        ShuffledPoints.of(points), Colouring(KINDS, codes), np.ones(5_000, bool), None
    )
    kinds = [drawn.layers[layer][0].name for layer in drawn.of]
    assert kinds[-20:] == ["blue"] * 20


def test_kinds_of_like_size_lie_over_one_another_by_turns():
    codes = (np.arange(5_000) % 2).astype(np.uint8)
    points = np.random.default_rng(0).uniform(0, 1, (5_000, 2))
    drawn = draw_order(
        ShuffledPoints.of(points), Colouring(KINDS, codes), np.ones(5_000, bool), None
    )
    last = [drawn.layers[layer][0].name for layer in drawn.of[-1_000:]]
    assert 0 < last.count("blue") < 1_000


def test_faint_dim_and_full_lie_over_one_another_in_this_order():
    points = np.zeros((6, 2))
    shown_ = np.array([True, False, True, True, True, True])
    meant = np.array([True, True, False, False, True, False])
    codes = np.array([0, 0, 0, 1, 1, 0], np.uint8)
    drawn = draw_order(ShuffledPoints.of(points), Colouring(KINDS, codes), shown_, meant)
    seen = [drawn.layers[layer][1] for layer in drawn.of]
    assert seen == [HIDDEN, DIM, DIM, DIM, FULL, FULL]


def test_thirty_kinds_fit_into_the_picture(view):
    kinds = tuple(LegendEntry(str(n), "#336699", SHAPES[n % len(SHAPES)]) for n in range(30))
    codes = np.arange(60) % 30
    shown(view, np.random.default_rng(0).uniform(0, 1, (60, 2)), codes, kinds)
    assert max(view._order().of) < len(view._order().layers) < 128


def test_no_two_shapes_look_alike():
    made = [stamp(15, shape, "#336699", "", "#000000", "#ffffff") for shape in (*SHAPES, DOT)]
    forms = {tuple(zip(m.down.tolist(), m.right.tolist(), strict=True)) for m in made}
    assert len(forms) == len(made)
    assert not icon("disc", "#336699", "A", "#000000").isNull()


def test_a_pixel_is_opaque():
    assert as_pixel("#010203") == 0xFF010203


def test_the_place_under_the_pointer_stays_there_as_one_comes_closer():
    view = Viewport(1.0, 2.0, 10.0, 400, 300)
    closer = view.zoomed(3.0, 120, 80)
    assert closer.on_map(120, 80) == pytest.approx(view.on_map(120, 80))
    assert closer.scale == 30.0
    x, y = view.on_map(33, 44)
    assert view.on_screen(np.array([[x, y]]))[:, 0] == pytest.approx((33, 44))


def test_every_clip_of_a_map_is_in_view_at_first():
    points = np.random.default_rng(0).normal(5, 20, (100, 2))
    x, y = Viewport(width=640, height=200).fitted(points).on_screen(points)
    assert 0 < x.min() < x.max() < 640
    assert 0 < y.min() < y.max() < 200


@pytest.mark.parametrize("roles", [LIGHT, DARK])
def test_steps_of_colour_are_seen_on_their_ground_and_grow_lighter(roles):
    values = np.linspace(0, 70, 700)
    kinds = by_measure(values, Measure("snr", "Signal to noise", "dB", "higher"), roles).entries
    colours = [kind.colour for kind in kinds[:-1]]
    assert all(contrast(colour, roles.surface) >= 2.4 for colour in colours)
    lightness = [QColor(colour).lightnessF() for colour in colours]
    assert contrast(colours[0], colours[-1]) > 2.5
    assert lightness[0] != lightness[-1]


def test_steps_hold_every_value_and_say_their_limits():
    values = np.concatenate([np.random.default_rng(0).normal(20, 5, 1_000), [np.nan, 90.0]])
    measure = Measure("snr", "Signal to noise", "dB", "higher")
    found = by_measure(values, measure, LIGHT)
    assert found.counts(np.ones(1_002, np.bool_))[-1] == 1
    limits = step_limits(values)
    assert np.all(np.diff(limits) > 0)
    for code, kind in enumerate(found.entries[1:-2], start=1):
        inside = values[found.codes == code]
        assert inside.min() >= limits[code]
        assert inside.max() < limits[code + 1]
        assert kind.term == f"snr>={limits[code]:.6g} snr<{limits[code + 1]:.6g}"


@pytest.mark.parametrize("values", [[], [np.nan], [3.0], [2.0, 2.0]])
def test_few_or_equal_values_have_steps_too(values):
    found = by_measure(np.array(values), Measure("snr", "", "", "higher"), LIGHT)
    assert len(found.codes) == len(values)


def test_every_score_is_a_measure():
    keys = [measure.key for measure in measures()]
    assert {"snr", "speaker_similarity", "duration", "dnsmos_ovrl"} <= set(keys)
    assert len(set(keys)) == len(keys)
    assert all(measure.name for measure in measures())


def test_no_two_of_many_recordings_look_alike():
    kinds = by_cluster(np.arange(60), LIGHT, queryable=True).entries[:-1]
    assert len(kinds) == MAX_ENTRIES
    assert len({(kind.colour, kind.shape) for kind in kinds}) == MAX_ENTRIES


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("count", [200, 20_000])
def test_marks_at_the_edges_are_cut_off_on_every_screen(view, monkeypatch, ratio, count):
    monkeypatch.setattr(ScatterView, "devicePixelRatioF", lambda _self: ratio)
    points = np.random.default_rng(0).uniform(-1, 1, (count, 2))
    shown(view, points, np.arange(count) % 2)
    for steps in (1, 4, 8, 12):
        view.look_at_all()
        view.zoom(steps)
        image = view.picture()
        assert image.width() == round(400 * ratio)


def test_few_points_are_not_shaded_and_many_are_by_how_they_overlap():
    row = np.repeat(np.arange(0, 400, 20), 20)
    column = np.tile(np.arange(0, 400, 20), 20)
    assert bands_of(row, column, 400, 400, 5).max() == 0  # they lie apart
    heap = np.concatenate([row, np.full(4000, 100)]), np.concatenate([column, np.full(4000, 100)])
    bands = bands_of(*heap, 400, 400, 5)
    assert bands[100, 100] == bands.max() == BANDS - 1
    assert bands[300, 300] == 0
    assert bands.shape == (400, 400)


def test_points_outside_the_view_do_not_count():
    bands = bands_of(np.array([-3, 900]), np.array([10, 10]), 40, 40, 5)
    assert bands.max() == 0


@pytest.mark.parametrize("count", [MANY + 1_000, 20_000])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_crowded_places_stand_out_from_their_surroundings(view, qapp, count, theme):
    wear(qapp, theme)
    heap = np.random.default_rng(1).normal(0, 0.02, (count - 4, 2))
    corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], float)
    image = shown(view, np.concatenate([heap, corners]), np.zeros(count))
    x, y = (round(float(at)) for at in view.view.on_screen(np.zeros((1, 2)))[:, 0])
    ground = image.pixelColor(5, 150).name()
    surface = (LIGHT if theme == "light" else DARK).surface
    assert ground == surface
    crowd = {image.pixelColor(x + i, y + j).name() for i in range(-9, 9) for j in range(-9, 9)}
    usual = KINDS[0].colour
    text = (LIGHT if theme == "light" else DARK).text
    shaded = {mixed(usual, text, DARKEST * band / (BANDS - 1)) for band in range(1, BANDS)}
    assert crowd & shaded


@pytest.mark.parametrize("count", [300, 20_000])
def test_a_picture_drawn_again_into_the_same_memory_is_the_one_drawn_at_first(qtbot, count):
    """Colours, filter, view and size change in turn; a new widget draws each the same."""
    rng = np.random.default_rng(4)
    points, codes = rng.normal(0, 1, (count, 2)), rng.integers(0, len(KINDS), count)
    points[::9] = np.nan
    steps = (
        lambda view: view.show_colours(Colouring(KINDS, ((codes + 1) % 2).astype(np.uint8))),
        lambda view: view.show_shown(np.arange(count) % 3 > 0),
        lambda view: view.zoom(6),
        lambda view: view.show_highlighted(np.arange(count) % 5 == 0),
        lambda view: view.look(view.view.moved(25, -10)),
        lambda view: view.show_points(points[::-1].copy(), keep_view=True),
        lambda view: view.look_at_all(),
        lambda view: view.show_colours(Colouring(KINDS, (codes % 2).astype(np.uint8))),
    )

    def opened():
        view = ScatterView()
        qtbot.addWidget(view)
        view.resize(400, 300)
        view.show()
        view.show_points(points, keep_view=False)
        return view

    reused = opened()
    for number, step in enumerate(steps, 1):
        step(reused)
        again = reused.picture().copy()
        fresh = opened()
        for earlier in steps[:number]:
            earlier(fresh)
        assert again == fresh.picture(), number


def test_points_far_outside_a_highly_zoomed_view_are_left_out():
    points = ShuffledPoints.of(np.array([[0.0, 0.0], [1e9, 1.0], [np.nan, np.nan]]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        screen = ScreenPoints(points, Viewport(0.0, 0.0, 1e6, 100, 80), 2.0, 4)
    assert screen.inside is not None
    assert screen.inside.tolist() == [True, False, False]
    assert (screen.columns[0], screen.rows[0]) == (100, 80)
