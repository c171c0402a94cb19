import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from curator.domain.clip_query import parse
from curator.domain.decision import drop
from curator.ui.map.axes import round_values
from curator.ui.map.cut_costs import costs
from curator.ui.map.histogram_stack import HistogramStack
from curator.ui.map.histogram_view import BINS
from tests.helpers.map_window import CLIPS, Map
from tests.helpers.waiting import settle


@pytest.fixture
def by_noise(voice_map: Map, qtbot) -> Map:
    """The histogram shows signal to noise: 10 dB of the first clip to 21 of the last."""
    panel = voice_map.page.ui.threshold
    keys = [measure.key for measure in panel._measures]
    panel.measures.setCurrentIndex(keys.index("snr"))
    qtbot.waitUntil(lambda: panel.histogram._bars.sum() == CLIPS)
    return voice_map


def cells(by_noise: Map) -> dict[str, str]:
    """What is said of each category that has clips."""
    return {
        name.text(): count.text()
        for name, count, _ in by_noise.page.ui.threshold._cells
        if count.isVisible()
    }


def test_a_dragged_line_says_at_once_what_it_costs(by_noise: Map):
    by_noise.page.ui.threshold.histogram.set_threshold(12.5)
    assert "Below 12.5: 3 of 12 clips, 0:03" in by_noise.page.ui.threshold.text.text()
    assert cells(by_noise) == {"Greeting": "3 of 3", "No category": "0 of 9"}
    assert np.flatnonzero(by_noise.page.ui.scatter.highlighted).size == 3


def test_the_mouse_drags_the_line(by_noise: Map):
    histogram = by_noise.page.ui.threshold.histogram
    middle = QPoint(histogram.width() // 2, 30)
    QTest.mousePress(histogram, Qt.MouseButton.LeftButton, pos=middle)
    assert histogram.threshold == pytest.approx(15.5, abs=0.2)
    QTest.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=middle)


def test_a_drag_with_shift_selects_a_range_of_the_large_histogram(by_noise: Map):
    histogram, shift = by_noise.page.ui.threshold.histogram, Qt.KeyboardModifier.ShiftModifier
    first, last = (QPoint(round(histogram._place(value)), 30) for value in (13.5, 17.5))
    QTest.mousePress(histogram, Qt.MouseButton.LeftButton, shift, first)
    QTest.mouseMove(histogram, (first + last) / 2)
    QTest.mouseMove(histogram, last)
    QTest.mouseRelease(histogram, Qt.MouseButton.LeftButton, shift, last)
    assert by_noise.chosen() == [4, 5, 6, 7]  # 10 to 21 dB
    assert histogram.threshold is None
    QTest.mouseMove(histogram, first)
    assert by_noise.chosen() == [4, 5, 6, 7]


def test_keys_move_the_line_and_take_it_away(by_noise: Map):
    histogram = by_noise.page.ui.threshold.histogram
    histogram.setFocus()
    by_noise.press(Qt.Key.Key_Right)
    first = histogram.threshold
    by_noise.press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert first is not None
    assert histogram.threshold > first
    by_noise.press(Qt.Key.Key_End)
    assert histogram.threshold == 21.0
    by_noise.press(Qt.Key.Key_Delete)
    assert histogram.threshold is None
    assert by_noise.page.ui.scatter.highlighted is None


def test_the_cut_becomes_a_query_that_finds_the_same_clips(by_noise: Map):
    page = by_noise.page
    page.ui.threshold.histogram.setFocus()
    page.ui.threshold.histogram.set_threshold(12.5)
    cut = page.model.clips.columns.ids[page.ui.threshold.cut]
    text = page.ui.threshold.query
    by_noise.press(Qt.Key.Key_Return)
    audit = by_noise.window._pages["audit"]
    assert by_noise.window.page == "audit"
    assert audit.ui.query.edit.text() == text == "snr<12.5 -state:dropped"
    assert sorted(audit.model.ids.tolist()) == sorted(cut.tolist())


def test_both_sides_can_be_cut(by_noise: Map):
    panel = by_noise.page.ui.threshold
    panel.histogram.set_threshold(20.0)
    panel.side.setCurrentIndex(1)
    assert "20 and above: 2 of 12 clips" in panel.text.text()
    assert panel.query == "snr>=20 -state:dropped"


def test_the_cut_clips_are_chosen_and_the_line_goes(by_noise: Map):
    by_noise.page.ui.threshold.histogram.set_threshold(12.5)
    by_noise.page.ui.threshold.choose.click()
    assert by_noise.chosen() == [0, 1, 2]
    assert by_noise.page.ui.threshold.cut is None


def test_dropped_clips_cost_nothing(by_noise: Map):
    by_noise.session.apply(drop(by_noise.ids[:2]))
    by_noise.page.ui.threshold.histogram.set_threshold(12.5)
    assert cells(by_noise) == {"Greeting": "1 of 1", "No category": "0 of 9"}


def test_the_chosen_clips_stand_out_in_the_histogram(by_noise: Map):
    by_noise.page.model.selection.replace(by_noise.ids[:4])
    assert by_noise.page.ui.threshold.histogram._highlighted.sum() == 4


def test_two_numbers_span_a_map(voice_map: Map, qtbot):
    page = voice_map.page
    keys = [measure.key for measure in page.ui.bar.measures]
    page.ui.bar.up.setCurrentIndex(keys.index("snr"))
    page.ui.bar.right.setCurrentIndex(keys.index("duration"))
    page.ui.bar.places.setCurrentIndex(page.ui.bar.places.findData("scores"))
    qtbot.waitUntil(lambda: page.ui.scatter.axes is not None)
    heights = page.ui.scatter.points[[voice_map.row(n) for n in range(CLIPS)], 1]
    assert np.all(np.diff(heights) > 0)
    assert page.ui.scatter.axes.up.value(heights[4]) == pytest.approx(14.0)
    voice_map.drag(voice_map.around(8, 11))
    assert voice_map.chosen() == [8, 9, 10, 11]


def test_costs_are_those_of_counting_clip_by_clip(voice_map: Map):
    project, columns = voice_map.session.project, voice_map.page.model.clips.columns
    cut = np.arange(CLIPS) % 2 == 0
    clips = {clip.id: clip for clip in project.clips.find(parse(""))}
    emotions = project.settings.emotions
    for cost in costs(columns, emotions, cut):
        its = [clips[i] for i in columns.ids.tolist() if clips[i].emotion == cost.emotion]
        lost = [clips[i] for i in columns.ids[cut].tolist() if clips[i].emotion == cost.emotion]
        assert (cost.of, cost.clips) == (len(its), len(lost))
        assert cost.seconds == pytest.approx(sum(clip.seconds for clip in lost))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (-3, 7, [-2, 0, 2, 4, 6]), (5, 5, [])],
)
def test_scales_have_round_values(low, high, expected):
    assert round_values(low, high, 5) == pytest.approx(expected)


@pytest.mark.parametrize("threshold", [None, 15.0])
def test_the_histogram_is_whole_in_a_low_window(by_noise: Map, qtbot, threshold: float | None):
    histogram = by_noise.page.ui.threshold.histogram
    for width, height in ((1024, 700), (1366, 768)):
        by_noise.window.resize(width, height)
        histogram.set_threshold(threshold)
        qtbot.waitUntil(
            lambda: histogram.visibleRegion().boundingRect() == histogram.rect(), timeout=30_000
        )


def row_height(stack: HistogramStack) -> int:
    return stack.plots[0].height() + stack.layout().spacing()


def test_more_histograms_are_stacked_where_there_is_room(by_noise: Map, qtbot):
    page = by_noise.page
    stack = page.ui.histograms
    by_noise.window.resize(1366, 720)
    qtbot.waitUntil(stack.isHidden, timeout=30_000)
    by_noise.window.resize(1600, 1200)
    qtbot.waitUntil(stack.isVisible, timeout=30_000)

    def shown() -> list[str]:
        return [plot.measure.key for plot in stack.plots if plot.isVisible()]

    assert "duration" in shown()
    assert "snr" not in shown()  # it is the large one
    legend = page.ui.legend.parentWidget()
    qtbot.waitUntil(  # they take nothing from the legend
        lambda: legend.visibleRegion().boundingRect() == legend.rect(), timeout=30_000
    )
    needed = len(shown()) * row_height(stack) + stack.title.height()
    assert stack.height() < needed + row_height(stack)
    lengths = stack.plots[shown().index("duration")]
    assert lengths.bars.sum() == CLIPS
    page.model.selection.replace(by_noise.ids[:4])
    assert lengths.highlighted.sum() == 4
    page.model.selection.replace([])
    assert lengths.highlighted.sum() == CLIPS
    by_noise.session.apply(drop(by_noise.ids[:2]))
    qtbot.waitUntil(lambda: lengths.bars.sum() == CLIPS - 2, timeout=30_000)
    QTest.mouseClick(lengths, Qt.MouseButton.LeftButton)
    assert page.ui.threshold.measure.key == "duration"
    qtbot.waitUntil(lambda: "snr" in shown(), timeout=30_000)
    assert "duration" not in shown()


@pytest.mark.parametrize(("size", "rows"), [((1366, 768), 2), ((1024, 700), 2)])
@pytest.mark.usefixtures("dressed")
def test_in_a_low_window_a_button_shows_them_in_place_of_the_legend(
    by_noise: Map, qtbot, size: tuple[int, int], rows: int
):
    page, stack = by_noise.page, by_noise.page.ui.histograms
    legend, others = page.ui.legend, page.ui.scores_heading.others
    by_noise.window.resize(*size)
    qtbot.waitUntil(lambda: others.isVisible() and stack.isHidden(), timeout=30_000)
    settle(by_noise.window)
    assert legend.isVisible()
    top = page.ui.threshold.mapTo(page.ui.side, QPoint()).y()
    QTest.mouseClick(others, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stack.isVisible() and stack.height() > 0, timeout=30_000)
    assert not legend.isVisible()
    settle(by_noise.window)
    assert page.ui.threshold.mapTo(page.ui.side, QPoint()).y() == top  # nothing else moves
    shown = [plot for plot in stack.plots if plot.isVisible()]
    assert shown
    assert stack.room >= rows
    for plot in shown:
        assert plot.visibleRegion().boundingRect() == plot.rect()
    brush(shown[0], 0.0, 1.0)
    assert page.model.selection.ids.size == CLIPS
    QTest.mouseClick(others, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: legend.isVisible() and stack.isHidden(), timeout=30_000)


@pytest.mark.usefixtures("dressed")
def test_in_place_of_the_legend_they_follow_a_higher_window(by_noise: Map, qtbot):
    ui = by_noise.page.ui
    by_noise.window.resize(1366, 768)
    qtbot.waitUntil(ui.scores_heading.others.isVisible, timeout=30_000)
    ui.scores_heading.others.setChecked(True)
    qtbot.waitUntil(ui.histograms.isVisible, timeout=30_000)
    by_noise.window.resize(1600, 1200)
    qtbot.waitUntil(lambda: ui.legend.isVisible() and ui.histograms.isVisible(), timeout=30_000)
    assert not ui.scores_heading.others.isVisible()

    def top(of: QWidget) -> int:
        return of.mapTo(ui.side, QPoint()).y()

    qtbot.waitUntil(lambda: top(ui.threshold) < top(ui.histograms), timeout=30_000)


def test_without_another_score_the_place_of_the_legend_says_so(by_noise: Map):
    stack, columns = by_noise.page.ui.histograms, by_noise.page.model.clips.columns
    stack.is_in_place = True
    stack.show_values([], columns, None)
    assert not stack.nothing.isHidden()
    stack.is_in_place = False
    stack.show_values([], columns, None)
    assert stack.isHidden()


def test_counts_of_five_digits_are_readable_in_the_narrowest_panel(by_noise: Map, qtbot):
    ui = by_noise.page.ui
    by_noise.window.resize(1024, 700)
    ui.side.parentWidget().setSizes([2000, 0])
    ui.threshold.histogram.set_threshold(12.5)
    large = f"{98_765:,}"
    ui.legend.show_counts([98_765] * len(ui.legend.buttons))
    for _, count, length in ui.threshold._cells:
        count.setText(f"{large} of {large}")
        length.setText("27:26:05")
        count.show()
        length.show()
    labels = [*ui.legend._counts, *(cell for cells in ui.threshold._cells for cell in cells[1:])]
    qtbot.waitUntil(
        lambda: all(each.width() >= each.sizeHint().width() for each in labels), timeout=30_000
    )
    panel = ui.side.rect()
    for each in labels:
        right = each.mapTo(ui.side, each.rect().topRight())
        assert right.x() <= panel.right(), each.text()


def test_it_begins_with_a_score_that_clips_have(voice_map: Map, qtbot):
    panel = voice_map.page.ui.threshold
    qtbot.waitUntil(lambda: panel.histogram._bars.sum() == CLIPS, timeout=30_000)
    assert panel.measure.key == "duration"  # no similarity was computed


@pytest.fixture
def tall(by_noise: Map, qtbot) -> Map:
    """A window with room for the small histograms, one of them of signal to noise."""
    ui = by_noise.page.ui
    by_noise.window.resize(1600, 1200)
    qtbot.waitUntil(ui.histograms.isVisible, timeout=30_000)
    duration = next(plot for plot in ui.histograms.plots if plot.measure.key == "duration")
    ui.threshold.show_measure(duration.measure)
    qtbot.waitUntil(
        lambda: any(plot.isVisible() and plot.measure.key == "snr" for plot in ui.histograms.plots),
        timeout=30_000,
    )
    return by_noise


def small(of: Map, key: str):
    plots = of.page.ui.histograms.plots
    return next(plot for plot in plots if plot.isVisible() and plot.measure.key == key)


def brush(plot, start: float, stop: float) -> None:
    """Drag from one share of the width to another."""
    first, last = (QPoint(round(plot.width() * share), 40) for share in (start, stop))
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=first)
    QTest.mouseMove(plot, (first + last) / 2)
    QTest.mouseMove(plot, last)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=last)


def test_a_drag_in_a_small_histogram_selects_the_clips_of_its_range(tall: Map, qtbot):
    page, plot = tall.page, small(tall, "snr")
    brush(plot, 0.5, 1.0)
    inside = tall.ids[6:]  # 10 to 21 dB, and 15.5 is the middle
    assert page.model.selection.ids.tolist() == inside
    assert np.count_nonzero(page.ui.scatter.highlighted) == len(inside)
    assert plot.highlighted.sum() == len(inside)
    assert page.ui.threshold.histogram._highlighted.sum() == len(inside)
    assert page.ui.threshold.measure.key == "duration"  # a drag is no click
    assert "Selected: " in plot.accessibleDescription()
    page.ui.scatter.setFocus()
    tall.press(Qt.Key.Key_Return)  # a decision is about all of them
    assert {tall.state(tall.ids.index(clip)) for clip in inside} == {"kept"}
    tall.press(Qt.Key.Key_Escape)
    assert plot.brush is None
    assert not page.model.selection.ids.size


def test_ranges_of_two_small_histograms_intersect_and_another_selection_removes_them(
    tall: Map, qtbot
):
    page = tall.page
    noise = small(tall, "snr")
    brush(noise, 0.0, 0.45)
    first = set(page.model.selection.ids.tolist())
    others = [plot for plot in page.ui.histograms.plots if plot.isVisible() and plot is not noise]
    brush(others[0], 0.0, 1.0)
    assert set(page.model.selection.ids.tolist()) <= first
    page.model.selection.replace(tall.ids[:2])
    assert noise.brush is None
    assert others[0].brush is None
    assert page.model.selection.ids.tolist() == sorted(tall.ids[:2])


def test_keys_move_the_range_of_a_small_histogram(tall: Map):
    plot = small(tall, "snr")
    plot.setFocus()
    tall.press(Qt.Key.Key_Right)
    first = plot.brush
    tall.press(Qt.Key.Key_Right)
    assert plot.brush == (first[0] + 1, first[1] + 1)
    tall.press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert plot.brush == (first[0] + 1, first[1] + 2)
    for _ in range(100):
        tall.press(Qt.Key.Key_Right)
    assert plot.brush[1] == BINS
    assert tall.page.model.selection.ids.size
    tall.press(Qt.Key.Key_Delete)
    assert plot.brush is None
    assert not tall.page.model.selection.ids.size
    tall.press(Qt.Key.Key_Return)
    assert tall.page.ui.threshold.measure.key == "snr"


def test_filtered_clips_are_never_in_a_range(tall: Map, qtbot):
    tall.page.ui.scatter.setFocus()
    tall.press(Qt.Key.Key_Slash)
    QTest.keyClicks(tall.page.ui.bar.query.edit, "state:kept")
    qtbot.waitUntil(lambda: np.count_nonzero(tall.page.ui.scatter.shown) == 1)
    brush(small(tall, "snr"), 0.0, 1.0)
    assert tall.page.model.selection.ids.tolist() == [tall.ids[0]]
