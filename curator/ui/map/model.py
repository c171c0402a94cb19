"""What the map page shows: the clips, which of them each point is, and which are selected."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from curator.ui.map.map_clips import MapClips
from curator.ui.session import Session

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]


class PointIds:
    """Clip id of each drawn point.

    They change only when points are drawn, whereas the columns follow the project at once. Rows of
    points must therefore never be taken from the columns.
    """

    def __init__(self) -> None:
        self.replace(np.zeros(0, np.int64))

    def replace(self, ids: Ids) -> None:
        """Take over the clips of newly drawn points, shape (points,)."""
        self.ids = ids
        self._sorter = np.argsort(ids)
        self._sorted = ids[self._sorter]

    def row_of(self, clip: int | None) -> int | None:
        """Row of a clip's point; None for a clip without one."""
        if clip is None:
            return None
        place = int(np.searchsorted(self._sorted, clip))
        known = place < self._sorted.size and self._sorted[place] == clip
        return int(self._sorter[place]) if known else None


class Selection(QObject):
    """Selected clips, by id: clips that come or go do not change the others."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ids: Ids = np.zeros(0, np.int64)

    def replace(self, clips: Iterable[int] | Ids) -> None:
        """Select these clips instead, each once."""
        ids = clips if isinstance(clips, np.ndarray) else np.array(list(clips), np.int64)
        self.ids = np.unique(ids)
        self.changed.emit()

    def add(self, clips: Iterable[int] | Ids) -> None:
        """Select these clips, too."""
        self.replace(np.union1d(self.ids, np.array(list(clips), np.int64)))


class MapModel(QObject):
    """Data of the page, shared by its controllers."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clips = MapClips(session, self)
        self.points = PointIds()
        self.selection = Selection(self)

    @property
    def in_step(self) -> bool:
        """Whether row n of the points is row n of the columns."""
        return self.clips.is_read and self.points.ids is self.clips.columns.ids

    def column_row(self, clip: int | None) -> int | None:
        """Row of a clip in the columns; None while they are read, and for a clip that is gone."""
        if clip is None or not self.clips.is_read:
            return None
        rows = self.clips.columns.positions([clip])
        return int(rows[0]) if rows.size else None

    def clip_at(self, row: int) -> int | None:
        """Clip of a point; None for one that has gone since the points were drawn."""
        clip = int(self.points.ids[row])
        return clip if self.column_row(clip) is not None else None

    def shown_of(self, clips: Ids, shown: Mask) -> Ids:
        """Those of some clips that pass the filters. shown: by row of the points."""
        ids = self.points.ids
        return clips[np.isin(clips, ids[shown])] if ids.size == shown.size else clips

    def selected_mask(self) -> Mask | None:
        """Selected clips by row of the columns; None without a selection."""
        if not self.selection.ids.size:
            return None
        mask = np.zeros(len(self.clips.columns), np.bool_)
        mask[self.clips.columns.positions(self.selection.ids)] = True
        return mask
