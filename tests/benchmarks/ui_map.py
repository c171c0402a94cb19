"""How quickly the map of 100,000 clips answers the pointer, is coloured, moved and drawn around.

The peer for what is drawn is matplotlib, whose scatter and its `contains` are what people put into
a window; for the lasso it is the loop over QPolygonF that Qt offers.
"""

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPolygonF
from PySide6.QtWidgets import QApplication

from curator.domain.fact import ClipFact, MapPoint, Score
from curator.jobs.job import Options
from curator.jobs.step_table import lay_out_producer
from curator.stages.clip_map.place_new import place_on_map
from curator.store.project import Project
from curator.ui.audit.page import AuditPage
from curator.ui.main_window import MainWindow
from curator.ui.map.colouring import OKABE_ITO, Colouring, LegendEntry
from curator.ui.map.marks import SHAPES, as_pixel
from curator.ui.map.page import MapPage
from curator.ui.map.scatter_view import REACH, ScatterView
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings
from curator.ui.theme import wear
from tests.benchmarks.rows import Row
from tests.helpers.factories import SCORE, a_cut, a_recording, an_empty_project
from tests.helpers.stalls import watched
from tests.helpers.waiting import rest, until

CLIPS = 100_000
VOICES = 20
RECORDINGS = 20
SIZE = (1200, 900)
CORNERS = 200
POINTED, MOVED = 2_000, 40
LABELLED, DECIDED = 5_000, 40_000
OLD, NEW = 40_000, 1_000
HOVER_TIMES, HOVER_LIMIT_MS = 100.0, 1.0
COLOUR_TIMES = 30.0
MOVE_TIMES, MOVE_LIMIT_MS = 3.0, 33.0
LASSO_TIMES = 40.0
LABEL_LIMIT_MS = 300.0
PAUSE_LIMIT_MS = 100.0
PLACE_LIMIT_S = 1.0

Points = NDArray[np.float64]


def rows() -> Iterator[Row]:
    """S10 to S13, and what happens on the page of a project with as many clips."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    wear(application, "light")
    points, voice = _crowd(CLIPS)
    view = ScatterView()
    view.resize(*SIZE)
    view.show_points(points, keep_view=False)
    view.show_colours(_coloured(voice))
    view.show()
    application.processEvents()
    peer = _Peer(points, voice)
    yield from _hovering(view, peer, points)
    yield _colouring(view, peer, voice)
    yield from _moving(view, peer)
    yield _lasso(view, points)
    view.close()
    yield _placing()
    with tempfile.TemporaryDirectory() as folder:
        yield from _page(_project(Path(folder), points), points)


def _crowd(clips: int) -> tuple[Points, NDArray[np.int64]]:
    """As many clips of twenty voices as a map would show them, and whose each is."""
    chance = np.random.default_rng(0)
    centres = chance.normal(0.0, 6.0, (VOICES, 2))
    voice = chance.integers(0, VOICES, clips)
    return centres[voice] + chance.normal(0.0, 0.8, (clips, 2)), voice


def _coloured(voice: NDArray[np.int64], turn: int = 0) -> Colouring:
    kinds = tuple(
        LegendEntry(str(n), OKABE_ITO[n % len(OKABE_ITO)], SHAPES[n % len(SHAPES)])
        for n in range(VOICES)
    )
    return Colouring(kinds, ((voice + turn) % VOICES).astype(np.uint8))


class _Peer:
    """matplotlib's scatter, drawn by Agg at the same size."""

    def __init__(self, points: Points, voice: NDArray[np.int64]) -> None:
        import matplotlib as mpl

        mpl.use("agg")
        from matplotlib import pyplot
        from matplotlib.colors import to_rgba_array

        self._palette = to_rgba_array([OKABE_ITO[n % len(OKABE_ITO)] for n in range(VOICES)])
        self.figure = pyplot.figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100)
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.marks: Any = self.axes.scatter(
            points[:, 0], points[:, 1], s=14, c=self._palette[voice], linewidths=0
        )
        self.figure.canvas.draw()

    def contains(self, at: QPointF, view: ScatterView) -> list[int]:
        """The points below a pixel, as its hovering finds them."""
        from matplotlib.backend_bases import MouseEvent

        place = self.axes.transData.transform(view.view.on_map(at.x(), at.y()))
        event = MouseEvent("motion_notify_event", self.figure.canvas, *place)
        return [int(i) for i in self.marks.contains(event)[1]["ind"]]

    def recolour(self, voice: NDArray[np.int64]) -> None:
        """Other colours, painted."""
        self.marks.set_facecolors(self._palette[voice])
        self.figure.canvas.draw()

    def move(self, by: float) -> None:
        """The map dragged a little, painted."""
        left, right = self.axes.get_xlim()
        self.axes.set_xlim(left + by, right + by)
        self.figure.canvas.draw()


def _hovering(view: ScatterView, peer: _Peer, points: Points) -> Iterator[Row]:
    chance = np.random.default_rng(1)
    places = [QPointF(*chance.uniform((0, 0), SIZE)) for _ in range(POINTED)]
    peer_ms = _cpu_ms(lambda: [peer.contains(at, view) for at in places[:20]]) / 20
    times, found = [], []
    for at in places:
        started = time.thread_time()
        found.append(view.point_at(at))
        times.append((time.thread_time() - started) * 1000)
    ours = _cpu_ms(lambda: [view.point_at(at) for at in places]) / POINTED
    equal = all(
        row == _nearest(view, points, at) for at, row in zip(places[:300], found[:300], strict=True)
    )
    note = "pyqtgraph's pointsAt took 22.6 ms where it was installed; "
    hits = sum(row is not None for row in found)
    note += f"the nearest of all at 300 of {POINTED:,} places, {hits} of them at a clip"
    yield _row("S10", "hover", "matplotlib contains", peer_ms, ours, HOVER_TIMES, equal, note)
    late = sorted(times)[int(0.99 * len(times))]
    note = f"{POINTED:,} places, median {sorted(times)[len(times) // 2]:.3f} ms"
    yield _limit("S10-p99", "hover: 99th percentile", late, "CPU ms", HOVER_LIMIT_MS, equal, note)


def _nearest(view: ScatterView, points: Points, at: QPointF) -> int | None:
    x, y = view.view.on_map(at.x(), at.y())
    far = np.hypot(points[:, 0] - x, points[:, 1] - y)
    best = int(far.argmin())
    return best if far[best] * view.view.scale <= REACH else None


def _colouring(view: ScatterView, peer: _Peer, voice: NDArray[np.int64]) -> Row:
    peer_ms = _cpu_ms(lambda: peer.recolour(np.roll(voice, 1)))
    turns = [_coloured(voice, turn) for turn in range(1, 6)]

    def recolour(colouring: Colouring) -> None:
        view.show_colours(colouring)
        view.repaint()

    ours = sorted(_cpu_ms(lambda c=c: recolour(c)) for c in turns)[len(turns) // 2]  # type: ignore[misc]
    image, places = view.picture(), view.view.on_screen(view.points).T
    alone = _alone(view)
    wrong = [
        row
        for row in alone
        if image.pixel(*map(int, places[row]))
        != as_pixel(turns[-1].entries[turns[-1].codes[row]].colour)
    ]
    equal = len(alone) >= 30 and not wrong
    note = f"{len(alone)} marks that nothing covers have their new colour"
    return _row(
        "S11", "recoloured and painted", "matplotlib set_facecolors", peer_ms, ours, COLOUR_TIMES,
        equal, note,
    )  # fmt: skip


def _alone(view: ScatterView) -> list[int]:
    """Points in view that no other is near."""
    found = []
    for row, (x, y) in enumerate(view.points):
        reach = 7.0 / view.view.scale
        if view.grid.in_box((x - reach, y - reach), (x + reach, y + reach)).size == 1:
            found.append(row)
        if len(found) >= 60:
            break
    return found


def _moving(view: ScatterView, peer: _Peer) -> Iterator[Row]:
    peer_ms = _cpu_ms(lambda: [peer.move(0.1) for _ in range(3)]) / 3
    times = []
    before = view.view.on_screen(view.points[:1])[:, 0]
    for turn in range(MOVED):
        step = 5 if turn < MOVED // 2 else -5

        def move(step: int = step) -> None:
            view.look(view.view.moved(step, step))
            view.repaint()

        times.append(_cpu_ms(move))
    ordered = sorted(times)
    after = view.view.on_screen(view.points[:1])[:, 0]
    equal = bool(np.allclose(before, after))
    ours = ordered[len(ordered) // 2]
    note = "there and back, and every clip is where it was"
    yield _row(
        "S12", "moved and painted", "matplotlib set_xlim", peer_ms, ours, MOVE_TIMES, equal, note
    )
    late = ordered[int(0.95 * len(ordered))]
    note = f"{MOVED} frames, median {ours:.1f} ms"
    yield _limit(
        "S12-p95", "moved and painted: 95th percentile", late, "CPU ms", MOVE_LIMIT_MS, equal, note
    )


def _lasso(view: ScatterView, points: Points) -> Row:
    chance = np.random.default_rng(2)
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    reach = 8.0 + chance.uniform(-1.0, 1.0, CORNERS)
    corners = np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, None]
    line = QPolygonF([QPointF(x, y) for x, y in corners])
    rule = Qt.FillRule.OddEvenFill
    expected: list[int] = []

    def loop() -> None:
        expected.extend(
            i for i, (x, y) in enumerate(points) if line.containsPoint(QPointF(x, y), rule)
        )

    peer_ms = _cpu_ms(loop)
    ours = sorted(_cpu_ms(lambda: view.grid.in_polygon(corners)) for _ in range(5))[2]
    equal = view.grid.in_polygon(corners).tolist() == expected
    note = f"the same {len(expected):,} clips"
    return _row(
        "S13", f"lasso of {CORNERS} corners", "QPolygonF.containsPoint in a loop", peer_ms, ours,
        LASSO_TIMES, equal, note,
    )  # fmt: skip


def _placing() -> Row:
    """New clips among their voices on an old map."""
    points, voice = _crowd(OLD + NEW)
    chance = np.random.default_rng(3)
    voices = np.maximum(chance.standard_normal((VOICES, 256)), 0.0)
    vectors = np.maximum(voices[voice] + 0.3 * chance.standard_normal((OLD + NEW, 256)), 0.0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    known = {i: MapPoint(*points[i].tolist(), int(voice[i])) for i in range(OLD)}
    ids, rows_ = list(range(OLD + NEW)), vectors.astype(np.float32)
    found: dict[int, MapPoint] = {}
    took = _cpu_ms(lambda: found.update(place_on_map(ids, rows_, known))) / 1000
    right = float(np.mean([found[i].cluster == voice[i] for i in range(OLD, OLD + NEW)]))
    note = f"{right:.1%} among their own voice"
    return _limit(
        "S20-new", f"{NEW:,} new clips placed on a map of {OLD:,}", took, "CPU s", PLACE_LIMIT_S,
        right >= 0.99, note,
    )  # fmt: skip


def _project(folder: Path, points: Points) -> Path:
    chance = random.Random(1)
    project = an_empty_project(folder)
    each = CLIPS // RECORDINGS
    for number in range(RECORDINGS):
        recording = a_recording(project, f"/speech/{number}.wav", seconds=each * 5.0)
        spans = [(i * 5.0, i * 5.0 + chance.uniform(1, 5)) for i in range(each)]
        project.clips.replace_cut(a_cut(recording, spans))
    facts, made_by = [], lay_out_producer(Options())
    for (clip, _, span), (x, y) in zip(project.clips.spans(), points.tolist(), strict=True):
        facts.append(ClipFact(clip, span, made_by, MapPoint(x, y, int(x > 0))))
        facts.append(ClipFact(clip, span, SCORE, Score("snr", chance.uniform(0, 40))))
    project.facts.add(facts)
    path = project.path
    project.close()
    return path


def _page(path: Path, points: Points) -> Iterator[Row]:
    window = MainWindow(WindowSettings(), Messages())
    window.resize(1280, 800)
    window.show()
    assert window.open_path(path)
    audit = window._pages["audit"]
    assert isinstance(audit, AuditPage)
    until(lambda: audit.view.columns.whole, "all clips are listed")
    rest(500)
    with watched() as watch:
        rest(50)
        window.show_page("map")
        page = window._pages["map"]
        assert isinstance(page, MapPage)
        until(lambda: page.model.clips.is_read, "the map is there")
        rest(300)
        page.ui.bar.colours.setCurrentIndex(page.ui.bar.colours.findData("measure:snr"))
        until(lambda: page.model.clips.has("score:snr"), "coloured by the score")
        rest(500)
    shown = int(np.isfinite(page.ui.scatter.points[:, 0]).sum())
    note = f"{shown:,} clips on the map; opened, then coloured by a score"
    yield _limit(
        "map-open", f"longest pause of the window as the map of {CLIPS:,} clips opens",
        watch.longest * 1000, "CPU ms", PAUSE_LIMIT_MS, shown == CLIPS, note,
    )  # fmt: skip
    yield _labelling(window, page)
    yield _deciding(window, page)
    window.close()


def _labelling(window: MainWindow, page: MapPage) -> Row:
    """From the end of the lasso and a category's key until all is stored and painted."""
    assert window.session is not None
    session = window.session
    middle = np.argsort(np.linalg.norm(page.ui.scatter.points - page.ui.scatter.points[0], axis=1))
    rows_ = np.sort(middle[:LABELLED])
    project: Project = session.project
    before = project.decisions.undo_label()

    def label() -> None:
        page.ui.scatter.enclosed.emit(rows_, "replace")
        page.commands.set_category("2")
        until(lambda: not session.writes.busy, "it is written")
        page.ui.scatter.repaint()

    took = _cpu_ms(label)
    of = project.clips.rows("place", page.model.clips.columns.ids[rows_].tolist())
    given = sum(row[5] == "question" for row in of)
    session.undo()
    until(lambda: not session.writes.busy, "it is written")
    of = project.clips.rows("place", page.model.clips.columns.ids[rows_].tolist())
    undone = not any(row[5] for row in of) and project.decisions.undo_label() == before
    return _limit(
        "map-label", f"lasso of {LABELLED:,} clips and a category's key until painted", took,
        "CPU ms", LABEL_LIMIT_MS, given == LABELLED and undone,
        f"{given:,} clips have it, one undo takes it from all",
    )  # fmt: skip


def _deciding(window: MainWindow, page: MapPage) -> Row:
    """A category for very many clips and back, while the window goes on."""
    assert window.session is not None
    session, columns = window.session, page.model.clips.columns
    page.model.selection.replace(columns.ids[:DECIDED])
    before = session.project.decisions.state_hash()

    def given() -> int:
        return int(np.count_nonzero(columns.column("emotion") == columns.emotions["question"]))

    rest(500)
    with watched() as watch:
        rest(50)
        page.commands.set_category("2")
        until(lambda: given() == DECIDED, "all have it")
        rest(500)
        session.undo()
        until(lambda: not given(), "none has it")
        rest(500)
    undone = session.project.decisions.state_hash() == before
    return _limit(
        "map-large", f"longest pause of the window while {DECIDED:,} clips are decided about",
        watch.longest * 1000, "CPU ms", PAUSE_LIMIT_MS, undone,
        "given a category and undone; a thread writes, and reads what the list and the map show",
    )  # fmt: skip


def _row(
    name: str, what: str, peer_name: str, peer: float, ours: float, line: float, equal: bool,
    note: str,
) -> Row:  # fmt: skip
    measure = f"map of {CLIPS:,} clips: {what}"
    return Row(name, measure, peer_name, peer, ours, "CPU ms", line, equal, note)


def _limit(
    name: str, what: str, ours: float, unit: str, limit: float, equal: bool, note: str
) -> Row:
    return Row(name, what, "", None, ours, unit, limit, equal, note, is_limit=True)


def _cpu_ms(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return (time.process_time() - started) * 1000
