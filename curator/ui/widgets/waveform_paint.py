"""Painting of the waveform view. Positions are samples of the recording, sizes pixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from curator.audio.peaks import Peaks
from curator.domain.fact import Word
from curator.domain.span import Span
from curator.ui.sound.playable import PlayableClip
from curator.ui.theme import Roles, roles
from curator.ui.widgets.timeline import Timeline
from curator.ui.widgets.wave_image import colours, columns, painted

UNCERTAIN_BELOW = 0.5
"""Words with a lower probability are underlined."""

GAP = 4
"""Spacing of related elements in pixels: half a grid unit."""

HANDLE = 8.0
"""Size of the flags of the edges in pixels."""

WORD_LINES = (2, 3)
"""Lines for words, fewest and most; words close together alternate between them."""

LEVELS_DB = (0, -3, -6, -12, -18, -24, -30, -36, -42, -48)
"""Levels that the scale may mark, in dBFS."""

TICK = 6
"""Length of a tick of the level scale, in pixels."""

MAX_SHIFT = 10
"""Maximum shift of a word to the right in pixels; otherwise only its tick is drawn."""


@dataclass(slots=True)
class Scene:
    """State to paint.

    scale: gain, so that quiet recordings are visible. level_zoom: vertical zoom in it, 1 for none.
    dragged: dragged edge and its sample.
    playhead, cursor: None if hidden. word_lines: lines that the visible words need.
    """

    timeline: Timeline
    peaks: Peaks | None = None
    sound: PlayableClip | None = None
    scale: float = 1.0
    level_zoom: float = 1.0
    clip: Span | None = None
    words: tuple[Word, ...] = ()
    neighbours: tuple[Span, ...] = ()
    selection: Span | None = None
    playhead: int | None = None
    cursor: int | None = None
    dragged: tuple[str, int] | None = None
    word_lines: int = WORD_LINES[0]

    @property
    def clip_in_drag(self) -> Span | None:
        """Span of the clip with the dragged edge."""
        if self.clip is None or self.dragged is None:
            return self.clip
        which, at = self.dragged
        return Span(at, self.clip.stop) if which == "start" else Span(self.clip.start, at)

    def word_at(self, sample: int | None) -> int | None:
        """Index of the word at a sample, None without one."""
        if sample is None:
            return None
        hits = (i for i, word in enumerate(self.words) if word.start <= sample < word.stop)
        return next(hits, None)


def line_height(widget: QWidget) -> int:
    """Height of a line of text with spacing."""
    return widget.fontMetrics().height() + GAP


def wave_box(scene: Scene, widget: QWidget) -> QRect:
    """Rectangle of the waveform, between ruler and words."""
    line = line_height(widget)
    below = scene.word_lines * line + 2 * GAP
    return QRect(0, line, widget.width(), max(8, widget.height() - line - below))


def word_boxes(scene: Scene, widget: QWidget) -> Iterator[tuple[int, QRect]]:
    """Indices and rectangles of the visible words: at their start, in the first free line."""
    line = line_height(widget)
    top = widget.height() - scene.word_lines * line - GAP
    for index, place, left, width in _places(scene, widget, scene.word_lines):
        if place is not None and left + width > 0:
            yield index, QRect(left, top + place * line, width, line)


def lines_needed(scene: Scene, widget: QWidget) -> int:
    """Lines in which all visible words have room, at most three."""
    for lines in range(*WORD_LINES):
        if all(place is not None for _, place, _, _ in _places(scene, widget, lines)):
            return lines
    return WORD_LINES[1]


def _places(
    scene: Scene, widget: QWidget, lines: int
) -> Iterator[tuple[int, int | None, int, int]]:
    """Index, line, left edge and width of the words; the line is None without room."""
    metrics, timeline = widget.fontMetrics(), scene.timeline
    ends = [-MAX_SHIFT] * lines
    for index, word in enumerate(scene.words):
        left = round(timeline.x(word.start))
        if left > timeline.pixels:
            return
        width = metrics.horizontalAdvance(word.text.strip()) + 2 * GAP
        place = next((n for n, end in enumerate(ends) if end <= left), ends.index(min(ends)))
        begins = max(left, ends[place])
        if begins > left + MAX_SHIFT:
            yield index, None, left, width
            continue
        ends[place] = begins + width
        yield index, place, begins, width


def level_marks(scale: float, height: int, spacing: int) -> list[tuple[float, int]]:
    """Marks of the level scale with room for their labels, loudest first.

    scale: gain of the drawing. height: of the waveform, in pixels. spacing: least distance of two
    labels. Returns pixels above the middle, and dBFS.
    """
    half, marks = height / 2, list[tuple[float, int]]()
    for decibels in LEVELS_DB:
        above = half * scale * 10 ** (decibels / 20)
        fits_top, is_clear = above + spacing / 2 <= half, above >= spacing
        if fits_top and is_clear and (not marks or marks[-1][0] - above >= spacing):
            marks.append((above, decibels))
    return marks


def paint_below(painter: QPainter, scene: Scene, widget: QWidget) -> None:
    """Paint the static layer, which changes with the view, the clip or the words."""
    look = roles(widget)
    painter.fillRect(widget.rect(), QColor(look.surface))
    _paint_ruler(painter, scene, widget, look)
    _paint_wave(painter, scene, widget, look)
    for neighbour in scene.neighbours:
        painter.setPen(QPen(QColor(look.hairline), 1, Qt.PenStyle.DashLine))
        for at in (neighbour.start, neighbour.stop):
            _line(painter, scene.timeline.x(at), wave_box(scene, widget))
    _paint_level_scale(painter, scene, widget, look)
    _paint_level_zoom(painter, scene, widget, look)
    _paint_words(painter, scene, widget, look)
    _paint_overview(painter, scene, widget, look)


def paint_above(painter: QPainter, scene: Scene, widget: QWidget) -> None:
    """Paint selection, edges, cursor, playhead, playing word and focus frame."""
    look, box = roles(widget), wave_box(scene, widget)
    if scene.selection is not None and scene.selection.samples:
        wash = QColor(look.accent)
        wash.setAlphaF(0.22)
        painter.fillRect(_across(scene, scene.selection, box), wash)
    _paint_playing_word(painter, scene, widget, look)
    if scene.clip_in_drag is not None:
        _paint_edges(painter, scene, scene.clip_in_drag, box, look)
    if scene.cursor is not None:
        painter.setPen(QPen(QColor(look.text), 1, Qt.PenStyle.DotLine))
        _line(painter, scene.timeline.x(scene.cursor), box)
    if scene.playhead is not None:
        painter.setPen(QPen(QColor(look.playhead), 2))
        _line(painter, scene.timeline.x(scene.playhead), box)
    if widget.hasFocus():
        painter.setPen(QPen(QColor(look.accent), 2))
        painter.drawRect(widget.rect().adjusted(1, 1, -1, -1))


def _paint_wave(painter: QPainter, scene: Scene, widget: QWidget, look: Roles) -> None:
    ratio, box = widget.devicePixelRatioF(), wave_box(scene, widget)
    sharp = scene.timeline.resized(ceil(widget.width() * ratio))
    pairs = columns(sharp, scene.peaks, scene.sound)
    ink = colours(sharp, scene.clip_in_drag, QColor(look.wave), QColor(look.wave_quiet))
    paper = (QColor(look.surface), QColor(look.hairline))
    image = painted(pairs, ceil(box.height() * ratio), scene.scale, ink, paper)
    painter.drawImage(QRectF(box), image)


def _paint_level_scale(painter: QPainter, scene: Scene, widget: QWidget, look: Roles) -> None:
    """Draw ticks at the left edge, with their levels in the upper half, the first with its unit."""
    if scene.peaks is None and scene.sound is None:
        return
    box, metrics = wave_box(scene, widget), widget.fontMetrics()
    middle, paper = box.top() + box.height() / 2, QColor(look.surface)
    paper.setAlphaF(0.8)
    marks = level_marks(scene.scale, box.height(), metrics.height() * 3 // 2)
    for place, (above, decibels) in enumerate(marks):
        painter.setPen(QColor(look.edge))
        for y in (middle - above, middle + above):
            painter.drawLine(QLineF(0, y, TICK, y))
        unit = "%1" if place else QCoreApplication.translate("Waveform", "%1 dB")
        text = unit.replace("%1", str(decibels))
        width = metrics.horizontalAdvance(text)
        room = QRectF(TICK + 2, middle - above - metrics.height() / 2, width, metrics.height())
        painter.fillRect(room, paper)
        painter.setPen(QColor(look.quiet))
        painter.drawText(room, int(_WRITTEN), text)


def _paint_level_zoom(painter: QPainter, scene: Scene, widget: QWidget, look: Roles) -> None:
    """Name the vertical magnification in the upper right corner where there is one."""
    if scene.level_zoom <= 1.0:
        return
    box, metrics, paper = wave_box(scene, widget), widget.fontMetrics(), QColor(look.surface)
    text = QCoreApplication.translate("Waveform", "height ×%1")
    text = text.replace("%1", f"{scene.level_zoom:.3g}")
    width = metrics.horizontalAdvance(text) + 2 * GAP
    room = QRectF(box.width() - width - GAP, box.top() + GAP, width, metrics.height())
    paper.setAlphaF(0.8)
    painter.fillRect(room, paper)
    painter.setPen(QColor(look.text))
    painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), text)


def _paint_ruler(painter: QPainter, scene: Scene, widget: QWidget, look: Roles) -> None:
    line = line_height(widget)
    for x, time in scene.timeline.ticks():
        painter.setPen(QColor(look.hairline))
        painter.drawLine(QLineF(x, 0, x, line))
        painter.setPen(QColor(look.quiet))
        painter.drawText(QPointF(x + GAP, line - GAP - 2), time)


def _paint_words(painter: QPainter, scene: Scene, widget: QWidget, look: Roles) -> None:
    top = widget.height() - scene.word_lines * line_height(widget) - GAP
    painter.setPen(QColor(look.edge))
    for word in scene.words:
        x = scene.timeline.x(word.start)
        painter.drawLine(QLineF(x, top - GAP, x, top))
    for index, box in word_boxes(scene, widget):
        word, room = scene.words[index], box.adjusted(2, 0, 0, 0)
        painter.setPen(QColor(look.text))
        painter.drawText(room, _WRITTEN, word.text.strip())
        if word.probability < UNCERTAIN_BELOW:
            painter.setPen(QPen(QColor(look.doubt), 2, Qt.PenStyle.DotLine))
            painter.drawLine(box.left() + 2, box.bottom() - 1, box.right() - GAP, box.bottom() - 1)


def _paint_playing_word(painter: QPainter, scene: Scene, widget: QWidget, look: Roles) -> None:
    playing = scene.word_at(scene.playhead)
    if playing is None:
        return
    for index, box in word_boxes(scene, widget):
        if index == playing:
            painter.fillRect(box.adjusted(0, 0, -2, 0), QColor(look.chosen))
            underlined = QFont(widget.font())
            underlined.setUnderline(True)
            painter.setFont(underlined)
            painter.setPen(QColor(look.text))
            painter.drawText(box.adjusted(2, 0, 0, 0), _WRITTEN, scene.words[index].text.strip())
            painter.setFont(widget.font())


_WRITTEN = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


def _paint_edges(painter: QPainter, scene: Scene, clip: Span, box: QRect, look: Roles) -> None:
    """Draw the two edges with flags that point into the clip."""
    colour = QColor(look.accent)
    for at, inwards in ((clip.start, 1.0), (clip.stop, -1.0)):
        x = scene.timeline.x(at)
        if not -HANDLE <= x <= scene.timeline.pixels + HANDLE:
            continue
        painter.setPen(QPen(colour, 2))
        _line(painter, x, box)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for y, down in ((float(box.top()), 1.0), (float(box.bottom() + 1), -1.0)):
            painter.drawPolygon(
                QPolygonF(
                    [QPointF(x, y), QPointF(x + inwards * HANDLE, y), QPointF(x, y + down * HANDLE)]
                )
            )
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_overview(painter: QPainter, scene: Scene, widget: QWidget, look: Roles) -> None:
    """Draw the visible part of the recording as a thin bar at the bottom."""
    timeline, bottom = scene.timeline, widget.height() - 2
    seen = timeline.span
    left = seen.start / max(1, timeline.samples) * timeline.pixels
    width = max(GAP, seen.samples / max(1, timeline.samples) * timeline.pixels)
    painter.fillRect(QRectF(0, bottom, timeline.pixels, 2), QColor(look.hairline))
    painter.fillRect(QRectF(left, bottom, width, 2), QColor(look.edge))


def _across(scene: Scene, span: Span, box: QRect) -> QRectF:
    left, right = scene.timeline.x(span.start), scene.timeline.x(span.stop)
    return QRectF(left, box.top(), right - left, box.height())


def _line(painter: QPainter, x: float, box: QRect) -> None:
    painter.drawLine(QLineF(x, box.top(), x, box.bottom() + 1))
