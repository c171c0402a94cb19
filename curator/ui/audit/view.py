"""The audit page as it looks, and how it follows what happens to the project."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from curator.domain.clip import Clip
from curator.domain.clip_query import Query
from curator.domain.decision import Changes, Field
from curator.ui.audit import clip_counts
from curator.ui.audit.clip_columns import ClipColumns
from curator.ui.audit.clip_editor import ClipEditor
from curator.ui.audit.clip_table import ClipTable
from curator.ui.audit.clip_table_model import ClipTableModel
from curator.ui.audit.emotion_bar import EmotionBar
from curator.ui.audit.findings_panel import FindingsPanel
from curator.ui.audit.judging import Judging
from curator.ui.audit.listening import Listening
from curator.ui.audit.query_bar import QueryBar
from curator.ui.audit.review_order import Order
from curator.ui.page import Page, button, hairline, label
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.theme import GRID

LIST_WIDTH, EDITOR_WIDTH, SIDE_WIDTH = 50 * GRID, 78 * GRID, 30 * GRID
READY_AHEAD, READY_BEHIND = 5, 3
"""Clips of the list that are made ready to be heard."""


class AuditView(Page):
    """The list, the clip, what is wrong with it and its category, beside one another."""

    def __init__(self, session: Session, player: Player | None = None) -> None:
        super().__init__(session)
        project = session.project
        self.columns = ClipColumns(project)
        self.model = ClipTableModel(project, self.columns, self)
        self.table = ClipTable(self.model)
        self.query = QueryBar(project)
        self.editor = ClipEditor(project)
        self.findings = FindingsPanel(lambda action: session.settings.keys.get(action, ()))
        self.emotions = EmotionBar(project.settings.emotions)
        self.judging = Judging(session, self)
        self.listening = Listening(session, player, self)
        self.clip: Clip | None = None
        self._deciding = False
        self._lay_out()
        self._connect()
        self._begin()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.query)
        column.addWidget(hairline())
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._parts.setChildrenCollapsible(False)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        for part in (self.table, self.editor, self._side()):
            self._parts.addWidget(part)
        self._parts.setSizes([LIST_WIDTH, EDITOR_WIDTH, SIDE_WIDTH])
        for place, stretch in enumerate((3, 5, 1)):
            self._parts.setStretchFactor(place, stretch)
        self.table.setMinimumWidth(24 * GRID)
        self.editor.setMinimumWidth(32 * GRID)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._parts)
        self._stack.addWidget(self._nothing())
        column.addWidget(self._stack, 1)
        self.setFocusProxy(self.table)

    def _side(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(label(self.tr("Findings"), "heading"))
        column.addWidget(self.findings)
        column.addSpacing(GRID)
        column.addWidget(hairline())
        column.addWidget(label(self.tr("Category"), "heading"))
        column.addWidget(self.emotions)
        column.addStretch(1)
        side = QScrollArea()
        side.setWidgetResizable(True)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        side.setWidget(inside)
        side.setMinimumWidth(22 * GRID)
        return side

    def _nothing(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        line = QHBoxLayout()
        self._nothing_said = label(role="title")
        self._nothing_button = button("", "first")
        line.addStretch(1)
        inside = QVBoxLayout()
        inside.setSpacing(2 * GRID)
        inside.addWidget(self._nothing_said, 0, Qt.AlignmentFlag.AlignHCenter)
        inside.addWidget(self._nothing_button, 0, Qt.AlignmentFlag.AlignHCenter)
        line.addLayout(inside)
        line.addStretch(1)
        column.addStretch(1)
        column.addLayout(line)
        column.addStretch(2)
        self._nothing_button.clicked.connect(self._leave_nothing)
        return page

    def _connect(self) -> None:
        session = self.session
        session.changed.connect(self._follow_decision)
        session.facts_changed.connect(self._follow_facts)
        session.chosen.connect(self._follow_choice)
        session.query_asked.connect(self.query.set_query)
        self.table.clip_chosen.connect(self._choose)
        self.table.sort_asked.connect(lambda key, down: self.query.set_order(Order(key, down)))
        self.query.wanted.connect(self._show_list)
        self.query.left.connect(self.table.setFocus)
        self.table.may_run_on = self._may_run_on
        self.listening.moved.connect(self.editor.waveform.set_playhead)
        self.listening.sounding.connect(self.editor.set_sound)
        self.listening.styled.connect(self._say_style)
        self.listening.refused.connect(self.session.messages.warn)
        self.editor.word_clicked.connect(self.listening.play_from)
        self.editor.clip_asked.connect(self.session.choose)

    def _begin(self) -> None:
        self.query.edit.setText(self.session.query)
        self.query.ask()
        self._say_style()
        if self.session.current is not None:
            self._follow_choice(self.session.current)
        elif self.model.ids.size:
            self.table.go_to_row(0)

    # What the person looks at

    @Slot(object, object)
    def _show_list(self, query: Query, order: Order) -> None:
        self.session.query = self.query.edit.text()
        self.model.show(query, order)
        self.table.show_sorting(order.column, order.descending)
        self._say_counts()

    @Slot(int)
    def _choose(self, clip: int) -> None:
        """The list has another current clip."""
        moved = self.clip is not None
        self._show_clip(clip, play=moved and self.session.settings.is_on("autoplay"))
        self.session.choose(clip)

    @Slot(int)
    def _follow_choice(self, clip: int) -> None:
        """Another page, or a link, wants a clip to be looked at."""
        if self.clip is not None and self.clip.id == clip:
            return
        if not self.table.go_to(clip):
            self.query.set_query("")
            self.table.go_to(clip)

    def _show_clip(self, number: int, *, play: bool) -> None:
        self.editor.text.give_up_focus()
        self.clip = self.session.project.clips.get(number)
        self._draw_clip()
        row = self.table.currentIndex().row()
        ids = self.model.ids
        ahead = ids[row + 1 : row + 1 + READY_AHEAD].tolist()
        behind = ids[max(0, row - READY_BEHIND) : max(0, row)][::-1].tolist()
        self.listening.go_to(self.clip, ahead + behind, play=play)

    def _draw_clip(self) -> None:
        clip = self.clip
        before = after = None
        if clip is not None:
            before, after = clip_counts.beside(self.columns, clip.id)
        around = [number for number in (before, after) if number is not None]
        spans = [span for _, _, span in self.session.project.clips.spans(around)]
        self.editor.show_clip(clip, spans, editable=not self.session.read_only)
        texts: dict[int, str] = dict(self.session.project.clips.rows("shown", around))
        self.editor.show_neighbours(
            None if before is None else (before, texts.get(before, "")),
            None if after is None else (after, texts.get(after, "")),
        )
        self.findings.show_clip(clip)
        self.emotions.show_emotion(clip.emotion if clip else None)

    def _may_run_on(self) -> bool:
        """Whether a held key may leave the clip: it was heard, or the person skips knowingly."""
        heard = self.clip is None or self.clip.id in self.listening.heard
        return heard or self.session.settings.is_on("skip_unheard")

    # What happens to the project

    @Slot(object)
    def _follow_decision(self, changes: Changes) -> None:
        mine, self._deciding = self._deciding, False
        if changes.field is Field.VOICE:
            return
        self.model.follow(changes.clips, changes)
        self.judging.note(changes)
        self._say_counts()
        there = [clip for clip in changes.clips if self.columns.positions([clip]).size]
        if changes.field is Field.PRESENCE:
            shown = [clip for clip in self.model.ids.tolist() if clip in there]
            if shown:
                self.clip = None
                self.table.go_to(shown[0])
                self._show_clip(shown[0], play=False)
                self.session.choose(shown[0])
        elif there and not mine and self.clip and self.clip.id not in there:
            self._follow_choice(there[0])  # what was undone is shown
        else:
            self._refresh(there)

    @Slot(object)
    def _follow_facts(self, clips: frozenset[int] | None) -> None:
        had_none = not self.model.ids.size
        self.model.follow(clips)
        if clips is None:
            self.editor.forget_recordings()
        self._say_counts()
        if had_none and self.model.ids.size:
            self.table.go_to_row(0)
        self._refresh(None if clips is None else list(clips))

    def _refresh(self, clips: list[int] | None) -> None:
        """Show the current clip as it is now, if it is among these; None: any."""
        if self.clip is None or (clips is not None and self.clip.id not in clips):
            return
        if not self.columns.positions([self.clip.id]).size:
            self.clip = None
            row = min(max(0, self.table.currentIndex().row()), self.model.ids.size - 1)
            if row >= 0:
                self._choose(int(self.model.ids[row]))
            return
        before, self.clip = self.clip, self.session.project.clips.get(self.clip.id)
        self._draw_clip()
        if before.span != self.clip.span:
            self.listening.go_to(self.clip, (), play=False)

    # What the page says

    def _say_counts(self) -> None:
        ids = self.model.ids
        self.query.show_result(
            int(ids.size), len(self.columns), clip_counts.total_seconds(self.columns, ids)
        )
        self.emotions.show_counts(clip_counts.kept_by_emotion(self.columns))
        if self.model.order.special == "random":
            self.query.show_sample(*clip_counts.judged_from_top(self.columns, ids))
        else:
            self.query.hide_sample()
        self._stack.setCurrentIndex(0 if ids.size else 1)
        if not len(self.columns):
            self._nothing_said.setText(self.tr("There are no clips yet."))
            self._nothing_button.setText(self.tr("Add recordings"))
        elif not ids.size:
            self._nothing_said.setText(self.tr("No clip is what you are looking for."))
            self._nothing_button.setText(self.tr("Show all clips"))

    @Slot()
    def _leave_nothing(self) -> None:
        if len(self.columns):
            self.query.set_query("")
            self.table.setFocus()
        else:
            self.session.page_asked.emit("intake")

    @Slot()
    def _say_style(self) -> None:
        said = [self.tr("speed %1").replace("%1", f"{self.listening.speed:g}")]
        if self.listening.loop:
            said.append(self.tr("in a loop"))
        if self.listening.matched:
            said.append(self.tr("equally loud, for the ear only"))
        self.editor.show_style(", ".join(said))
