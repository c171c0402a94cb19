"""How long the list of 100,000 clips takes to be filtered and sorted, until it is painted anew.

The peer is what Qt offers: a QSortFilterProxyModel on a Python model. Its sorting calls Python for
every comparison and takes most of a minute at 100,000 rows, so it is measured at a fifth of them
and five times that is counted, which is less than it would really take.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QApplication, QTableView

from curator.domain.clip import Clip
from curator.domain.clip_query import parse
from curator.ui.audit.clip_table import ClipTable
from curator.ui.audit.clip_table_model import ClipTableModel
from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.clip_data.review_order import AS_RECORDED, Order
from tests.benchmarks.large_project import CLIPS, a_large_project
from tests.benchmarks.rows import Row

SORTED_BY_PEER = 20_000
ROUNDS = 40
SIZE = (640, 900)
SOUGHT = "tonight"
FILTER_TIMES, FILTER_LIMIT_MS = 40.0, 30.0
SORT_TIMES, SORT_LIMIT_MS = 500.0, 40.0


def rows() -> Iterator[Row]:
    """S8 and S9."""
    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        project = a_large_project(Path(folder))
        clips = project.clips.find()
        model = ClipTableModel(project, ClipColumns(project))
        table = ClipTable(model)
        table.resize(*SIZE)
        table.show()
        application.processEvents()
        yield from _filtering(model, table, clips)
        yield from _sorting(model, table, clips)
        table.close()
        project.close()


class PeerModel(QAbstractTableModel):
    """A list as one writes it first: clips in memory, a column each for number, text and length."""

    def __init__(self, clips: Sequence[Clip]) -> None:
        super().__init__()
        self._clips = clips

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._clips)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else 3

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        clip = self._clips[index.row()]
        return (clip.id, clip.text, clip.seconds)[index.column()]


def _peer(clips: Sequence[Clip]) -> tuple[QSortFilterProxyModel, QTableView]:
    model = PeerModel(clips)
    proxy = QSortFilterProxyModel()
    proxy.setSourceModel(model)
    model.setParent(proxy)
    view = QTableView()
    view.setModel(proxy)
    view.resize(*SIZE)
    view.show()
    QApplication.processEvents()
    return proxy, view


def _ids(proxy: QSortFilterProxyModel) -> list[int]:
    return [proxy.index(row, 0).data() for row in range(proxy.rowCount())]


def _filtering(model: ClipTableModel, table: ClipTable, clips: Sequence[Clip]) -> Iterator[Row]:
    proxy, view = _peer(clips)
    proxy.setFilterKeyColumn(1)

    def filter_peer() -> None:
        proxy.setFilterFixedString(SOUGHT)
        view.viewport().repaint()

    peer = _cpu_ms(filter_peer)
    expected = _ids(proxy)
    queries = [parse(typed) for typed in (SOUGHT, "snr>20 -arviz", "", "duration<3 welcome")]
    first = sum(
        _cpu_ms(lambda query=query: _show(model, table, query, AS_RECORDED)) for query in queries
    )
    times = []
    for number in range(ROUNDS):
        query = queries[number % len(queries)]
        times.append(_cpu_ms(lambda query=query: _show(model, table, query, AS_RECORDED)))
    same = _cpu_ms(lambda: _show(model, table, queries[0], AS_RECORDED))
    equal = model.ids.tolist() == expected
    yield _row("S8", "filtered", peer, same, FILTER_TIMES, equal, f"{len(expected):,} clips")
    note = f"{len(queries)} queries by turns; reading what they ask for took {first:.0f} ms once"
    yield _limit("S8-p95", "filtered", times, FILTER_LIMIT_MS, equal, note)


def _sorting(model: ClipTableModel, table: ClipTable, clips: Sequence[Clip]) -> Iterator[Row]:
    some = clips[:SORTED_BY_PEER]
    proxy, view = _peer(some)

    def sort_peer() -> None:
        proxy.sort(2)
        view.viewport().repaint()

    peer = _cpu_ms(sort_peer) * (CLIPS / SORTED_BY_PEER)
    orders = [Order("duration"), Order("score:snr", descending=True), Order("text"), AS_RECORDED]
    for order in orders:  # the alphabet of all texts is made once
        _show(model, table, parse(""), order)
    times = []
    for number in range(ROUNDS):
        order = orders[number % len(orders)]
        times.append(_cpu_ms(lambda order=order: _show(model, table, parse(""), order)))
    _show(model, table, parse(""), AS_RECORDED)
    same = _cpu_ms(lambda: _show(model, table, parse(""), orders[0]))
    among = {clip.id for clip in some}
    shown = model.ids.tolist()
    equal = [clip for clip in shown if clip in among] == _ids(proxy)
    equal = equal and shown == [c.id for c in sorted(clips, key=lambda clip: clip.seconds)]
    note = f"peer: 5 x its {SORTED_BY_PEER:,} rows"
    yield _row("S9", "sorted by length", peer, same, SORT_TIMES, equal, note)
    yield _limit(
        "S9-p95", "sorted by length, a score, text, time", times, SORT_LIMIT_MS, equal, "by turns"
    )


def _show(model: ClipTableModel, table: ClipTable, query: object, order: Order) -> None:
    model.show(query, order)  # type: ignore[arg-type]
    table.viewport().repaint()


def _row(
    name: str, what: str, peer: float, ours: float, line: float, equal: bool, note: str
) -> Row:
    return Row(
        id=name,
        measure=f"list of {CLIPS:,} clips {what} and painted",
        peer_name="QSortFilterProxyModel on a Python model",
        peer=peer,
        ours=ours,
        unit="CPU ms",
        pass_line=line,
        equal=equal,
        note=f"the same clips in the same order; {note}",
    )


def _limit(
    name: str, what: str, times: Sequence[float], limit: float, equal: bool, note: str
) -> Row:
    ordered = sorted(times)
    return Row(
        id=name,
        measure=f"list of {CLIPS:,} clips {what} and painted: 95th percentile",
        peer_name="",
        peer=None,
        ours=ordered[int(0.95 * len(ordered))],
        unit="CPU ms",
        pass_line=limit,
        equal=equal,
        note=f"{len(times)} times, median {ordered[len(ordered) // 2]:.1f} ms; {note}",
        is_limit=True,
    )


def _cpu_ms(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return (time.process_time() - started) * 1000
