"""Keeps the widgets of the audit page in step with the current clip and the project."""

import numpy as np
from PySide6.QtCore import QObject, Slot

from curator.domain.clip import Clip
from curator.domain.clip_query import Query
from curator.domain.decision import NOT_OF_CLIPS, Changes, Field
from curator.ui.audit.clip_table_model import ClipTableModel
from curator.ui.audit.current_clip import AuditWidgets, CurrentClip
from curator.ui.clip_commands.playback import ClipPlayback
from curator.ui.clip_data import clip_counts
from curator.ui.clip_data.clip_columns import ClipColumns
from curator.ui.clip_data.column_feed import ColumnFeed, Members
from curator.ui.clip_data.review_order import Order
from curator.ui.session import Session


class AuditView(QObject):
    """Shows the clip list, and keeps it and the current clip in step with the project."""

    def __init__(
        self,
        session: Session,
        model: ClipTableModel,
        ui: AuditWidgets,
        playback: ClipPlayback,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.session, self.model = session, model
        self._ui = ui
        self.current = CurrentClip(session, model, ui, playback, self)
        self.feed = ColumnFeed.of(session)
        self._pending: tuple[Query, Order] | None = None
        self._stale = False  # whether decisions are missing in the columns
        self._before_query: int | None = None  # current clip, until the person goes to another
        self._is_listing = False
        self._connect()
        ui.query.edit.setText(session.query)
        ui.query.ask()
        if session.current is not None:
            self._follow_selection(session.current)
        elif self.model.ids.size:
            ui.table.go_to_row(0)

    def _connect(self) -> None:
        session, ui = self.session, self._ui
        self.feed.decided.connect(self._follow_decision)
        self.feed.analysed.connect(self._follow_facts)
        self.feed.refreshed.connect(self._follow_columns)
        self.feed.failed.connect(session.messages.fail)
        session.chosen.connect(self._follow_selection)
        session.query_asked.connect(ui.query.set_query)
        ui.table.clip_chosen.connect(self._choose)
        ui.table.sort_asked.connect(lambda key, down: ui.query.set_order(Order(key, down)))
        ui.table.selection_changed.connect(
            lambda: ui.query.show_selected(ui.table.count_selected())
        )
        ui.query.wanted.connect(self._show_list)
        ui.query.left.connect(ui.table.setFocus)
        ui.empty_button.clicked.connect(self._leave_empty_list)

    @property
    def clip(self) -> Clip | None:
        """Current clip, None without clips."""
        return self.current.clip

    @property
    def columns(self) -> ClipColumns:
        """Columns of all clips."""
        return self.feed.columns

    @property
    def current_row(self) -> int:
        """Row of the current clip, -1 without one."""
        return self._ui.table.currentIndex().row()

    def selected_clips(self) -> list[int]:
        """Ids of the selected clips if the current one is among them, else of the current one."""
        clips = self._ui.table.selected_clips()
        if self.clip is not None and (len(clips) < 2 or self.clip.id not in clips):
            return [self.clip.id]
        return clips

    def go_to_row(self, row: int) -> bool:
        """Make the clip of a row the current one; returns False if the row does not exist."""
        if not 0 <= row < self.model.ids.size:
            return False
        self._ui.table.go_to_row(row)
        return True

    def focus_list(self) -> None:
        """Move the focus to the list."""
        self._ui.table.setFocus()

    def type_query(self) -> None:
        """Move the focus to the filter."""
        self._ui.query.type_query()

    # List and current clip

    @Slot()
    def load(self) -> None:
        """Start to decode clips and to read the columns; called once the page is painted."""
        self.current.loads = True
        self._ui.editor.start_checks()
        self.current.preload()
        self.feed.start_reading()

    @Slot(object, object)
    def _show_list(self, query: Query, order: Order) -> None:
        self.session.query = self._ui.query.edit.text()
        self._ui.table.show_sorting(order.column, order.descending)
        if not self.feed.ready(query, order):
            self._pending = query, order  # the list stays as it is until the columns are read
            self._ui.query.show_loading()
            return
        self._pending = None
        before, had_terms = self.clip, bool(self.model.query.terms)
        if query.terms and not had_terms and before is not None:
            self._before_query = before.id
        current = self.session.current
        self._is_listing = True
        self.model.show(query, order)
        if before is None and current is not None:
            self._ui.table.go_to(current)  # the list chose its first clip
        if not query.terms and self._before_query is not None:
            self._ui.table.go_to(self._before_query)
            self._before_query = None
        self._is_listing = False
        self._show_counts()

    @Slot(object, object)
    def _follow_columns(self, came: frozenset[int], went: frozenset[int]) -> None:
        """Show the clips after the columns were read in the background."""
        was_empty = not self.model.ids.size
        self.model.follow(None, None, (came, went))
        pending, self._pending = self._pending, None
        if pending is not None and pending != (self.model.query, self.model.order):
            self._show_list(*pending)
        else:
            self._show_counts()
        current = self.session.current
        if current is not None and (self.clip is None or self.clip.id != current):
            self._follow_selection(current)
        elif was_empty and self.model.ids.size:
            self._ui.table.go_to_row(0)
        stale, self._stale = self._stale, False
        if went or not came or stale:
            self._refresh(None)

    @Slot(int)
    def _choose(self, clip: int) -> None:
        """Show the clip that became current in the list; play it if autoplay is on."""
        if not self._is_listing:
            self._before_query = None
        visible = self._ui.stack.isVisible()  # a hidden page does not play, nor does a filter
        autoplay = visible and not self._is_listing and self.session.settings.is_on("autoplay")
        self.current.show(clip, play=self.clip is not None and autoplay)
        self.session.choose(clip)

    @Slot(int)
    def _follow_selection(self, clip: int) -> None:
        """Show a clip that another page or a link made current."""
        if self.clip is not None and self.clip.id == clip:
            return
        if not self._ui.table.go_to(clip):
            self._ui.query.set_query("")
            self._ui.table.go_to(clip)

    # Changes of the project

    @Slot(object, object)
    def _follow_decision(self, changes: Changes, members: Members | None) -> None:
        if Field.CATEGORIES in changes.fields:
            self._show_categories()
        if changes.fields <= NOT_OF_CLIPS:
            return
        if members is None:  # many clips: their columns are read in the background
            self._stale = True
            if Field.PRESENCE not in changes.fields:
                self._refresh(None)
            return
        self.model.follow(changes.clips, changes, members)
        self._show_counts()
        present = self.columns.ids[self.columns.positions(changes.clips)].tolist()
        if Field.PRESENCE in changes.fields:
            listed = self.model.ids[np.isin(self.model.ids, present)].tolist()
            if listed:
                self.current.clip = None
                self._ui.table.go_to(listed[0])
                self.current.show(listed[0], play=False)
                self.session.choose(listed[0])
            else:
                self._refresh(None)
        elif present and self.session.stepping and self.clip and self.clip.id not in present:
            self._follow_selection(present[0])
        else:
            self._refresh(present)

    def _show_categories(self) -> None:
        categories = self.session.project.settings.emotions
        self._ui.categories.show_categories(categories)
        self.current.show_category()
        self.model.show_categories(categories)
        for key in categories.keys:
            self.columns.emotions.setdefault(key, len(self.columns.emotions))
        self._show_counts()

    @Slot(object, object)
    def _follow_facts(self, clips: frozenset[int] | None, members: Members | None) -> None:
        if clips is None:
            self._ui.editor.forget_recordings()
        if members is None:
            return
        was_empty = not self.model.ids.size
        self.model.follow(clips, None, members)
        self._show_counts()
        if was_empty and self.model.ids.size:
            self._ui.table.go_to_row(0)
        self._refresh(None if clips is None else list(clips))

    def _refresh(self, clips: list[int] | None) -> None:
        """Read the current clip again if it is among these; None: always."""
        if self.clip is None or (clips is not None and self.clip.id not in clips):
            return
        if not self.columns.positions([self.clip.id]).size:
            self.current.clip = None
            row = min(max(0, self.current_row), self.model.ids.size - 1)
            if row >= 0:
                self._choose(int(self.model.ids[row]))
            return
        self.current.update()

    # Status texts

    def _show_counts(self) -> None:
        ids, columns, ui = self.model.ids, self.columns, self._ui
        if not columns.whole:
            ui.query.show_loading()
            return
        seconds = clip_counts.total_seconds(columns, ids)
        ui.query.show_result(int(ids.size), len(columns), seconds)
        ui.categories.show_counts(clip_counts.kept_by_category(columns))
        if self.model.order.special == "random":
            ui.query.show_sample(*clip_counts.decided_from_top(columns, ids))
        else:
            ui.query.hide_sample()
        ui.stack.setCurrentIndex(0 if ids.size else 1)
        if not len(columns):
            ui.empty_message.setText(self.tr("No clips yet."))
            ui.empty_button.setText(self.tr("Add recordings"))
        elif not ids.size:
            ui.empty_message.setText(self.tr("No matching clips."))
            ui.empty_button.setText(self.tr("Show all clips"))

    @Slot()
    def _leave_empty_list(self) -> None:
        if len(self.columns):
            self._ui.query.set_query("")
            self._ui.table.setFocus()
        else:
            self.session.page_asked.emit("intake")
