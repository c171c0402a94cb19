"""Selecting clips on the map and deciding about them."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Slot

from curator.domain.errors import CuratorError
from curator.ui.clip_commands.decisions import ClipDecisions
from curator.ui.map import similar_clips
from curator.ui.map.layout import MapLayout
from curator.ui.map.map_clips import MapType
from curator.ui.map.model import MapModel
from curator.ui.map.pointing import Pointing
from curator.ui.map.scatter_view import SelectionChange
from curator.ui.session import Session
from curator.ui.wording import counted, shown_keys

MAX_LISTED = 4_000
"""Clips that a query can name one by one and still be readable."""


class MapCommands(QObject):
    """One method for each command about the selected clips, else the current one."""

    def __init__(
        self,
        session: Session,
        model: MapModel,
        ui: MapLayout,
        pointing: Pointing,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._model, self._ui, self._pointing = session, model, ui, pointing
        self.decisions = ClipDecisions(session, self)
        ui.category_keys.wanted.connect(
            lambda digit: self._attempt(lambda: self.set_category(digit))
        )
        model.clips.finished.connect(self._select_ranked)
        self._fill_menu()

    # Selecting

    def toggle_current(self) -> None:
        """Select the current clip, or deselect it."""
        if self._session.current is not None:
            ids = np.setxor1d(self._model.selection.ids, [self._session.current])
            self._model.selection.replace(ids)

    def select_visible(self) -> None:
        """Select all shown clips in view."""
        rows = np.flatnonzero(self._ui.scatter.in_view())
        self._pointing.select_rows(rows, SelectionChange.REPLACE)

    def select_all(self) -> None:
        """Select all shown clips."""
        rows = np.flatnonzero(self._ui.scatter.shown)
        self._pointing.select_rows(rows, SelectionChange.REPLACE)

    def clear(self) -> None:
        """Cancel a drag; without one clear the threshold; without that clear the selection."""
        if self._ui.scatter.cancel_drag():
            return
        if self._ui.threshold.cut is not None:
            self._ui.threshold.clear()
        elif self._model.selection.ids.size:
            self._model.selection.replace(())
        self._ui.scatter.setFocus()

    def select_similar(self) -> None:
        """Add the clips most similar to the selected ones."""
        task = similar_clips.most_similar(self._clips(), by_delivery=self._by_delivery())
        self._model.clips.run("similar", task)

    def select_outliers(self) -> None:
        """Select the clips farthest from the voice or from their category."""
        self._model.clips.run("outliers", similar_clips.outliers)

    def select_typical(self) -> None:
        """Select the most typical clips of the current clip's category."""
        columns, row = self._model.clips.columns, self._model.column_row(self._clips()[0])
        code = columns.column("emotion")[row]
        if code < 0:
            raise CuratorError(
                self.tr("This clip has no category."),
                self.tr("Go to a clip of a category first."),
            )
        members = columns.ids[columns.column("emotion") == code].tolist()
        task = similar_clips.typical_of(members, by_delivery=self._by_delivery())
        self._model.clips.run("typical", task)

    def show_in_audit(self) -> None:
        """List the selected clips in Audit; without a selection those that pass the filters."""
        if not self._model.selection.ids.size and (query := self._filters()):
            self._session.show_clips(query)
            return
        clips = self._clips()
        if len(clips) > MAX_LISTED:
            raise CuratorError(
                self.tr("Too many clips are selected to list them one by one."),
                self.tr("Select up to %1.").replace("%1", str(MAX_LISTED)),
            )
        self._session.show_clips("id:" + ",".join(map(str, clips)))

    # Deciding

    def keep(self) -> None:
        """Keep the clips."""
        self.decisions.keep(self._clips())

    def drop(self) -> None:
        """Drop the clips."""
        self.decisions.drop(self._clips())

    def undecide(self) -> None:
        """Reset the clips to undecided."""
        self.decisions.undecide(self._clips())

    def repeat_last(self) -> None:
        """Repeat the last decision for these clips."""
        self.decisions.repeat(self._clips())

    def set_category(self, digit: str) -> None:
        """Set the category of a digit; remove it from clips that all have it already."""
        emotions = self._session.project.settings.emotions.emotions
        emotion = next((each for each in emotions if each.digit == digit), None)
        if emotion is None:
            raise CuratorError(self.tr("No category has the key %1.").replace("%1", digit))
        clips, columns = self._clips(), self._model.clips.columns
        codes = columns.column("emotion")[columns.positions(clips)]
        has_it = bool((codes == columns.emotions.get(emotion.key, -2)).all())
        self.decisions.give_category(clips, None if has_it else emotion.key)

    def _clips(self) -> list[int]:
        """Selected clips that pass the filters, else the current clip.

        Raises CuratorError if there is none, or if all selected clips are filtered out.
        """
        if not self._model.clips.is_read:
            raise CuratorError(self.tr("The clips are still being read."))
        columns, selected = self._model.clips.columns, self._model.selection.ids
        existing = columns.ids[np.sort(columns.positions(selected))]
        clips: list[int] = self._model.shown_of(existing, self._ui.scatter.shown).tolist()
        if clips:
            return clips
        if existing.size:
            raise CuratorError(
                self.tr("The selected clips are hidden by the filter."),
                self.tr("Clear the filter, or select other clips."),
            )
        if self._model.column_row(self._session.current) is None:
            raise CuratorError(
                self.tr("No clip selected."), self.tr("Drag around clips, or click one.")
            )
        assert self._session.current is not None
        return [self._session.current]

    def _filters(self) -> str:
        """Filters of the page as one query; "" for none, or where no query says the same."""
        bar, wanted = self._ui.bar, self._ui.legend.wanted
        terms = [str(bar.query.query)]
        if self._ui.legend.is_filtering:
            entry = self._ui.scatter.colouring.entries[wanted[0]]
            if len(wanted) != 1 or not entry.term:
                return ""
            terms.append(entry.term)
        if any(terms) and bar.hide_dropped.isChecked():
            terms.append("-state:dropped")
        return " ".join(filter(None, terms))

    def _by_delivery(self) -> bool:
        return self._ui.bar.map_type is MapType.DELIVERY

    def _fill_menu(self) -> None:
        menu = self._ui.bar.select_menu
        for key, text, run in (
            ("choose_alike", self.tr("Select similar"), self.select_similar),
            ("choose_odd", self.tr("Select outliers"), self.select_outliers),
            ("choose_typical", self.tr("Select typical of this category"), self.select_typical),
            ("show_in_audit", self.tr("Show selection in Audit"), self.show_in_audit),
        ):
            keys = shown_keys(self._session.settings.keys[f"map.{key}"])
            entry = menu.addAction(f"{text}\t{keys}")
            entry.triggered.connect(lambda _checked=False, run=run: self._attempt(run))

    def _attempt(self, run: Callable[[], None]) -> None:
        """Run a command of a control; errors of keys are shown by the window."""
        try:
            run()
        except CuratorError as error:
            self._session.messages.fail(error)

    @Slot(str, object)
    def _select_ranked(self, task: str, result: object) -> None:
        if not isinstance(result, similar_clips.RankedClips) or not self._model.clips.is_read:
            return
        existing = result.clips[np.isin(result.clips, self._model.clips.columns.ids)]
        clips = self._model.shown_of(existing, self._ui.scatter.shown)
        count = counted(clips.size, self.tr("%n clip"), self.tr("%n clips"))
        if not clips.size:
            self._session.messages.inform(
                self.tr("No matching clips."),
                self.tr("Clips are comparable once they are analysed."),
            )
            return
        text = {
            "similar": self.tr("Added %1 similar to the selection."),
            "outliers": self.tr("Selected %1 unlike the voice or their category."),
            "typical": self.tr("Selected %1 typical of the category."),
        }[task]
        self._session.messages.inform(text.replace("%1", count))
        if task == "similar":
            self._model.selection.replace(np.union1d(self._clips(), clips))
        else:
            self._model.selection.replace(clips)
            self._pointing.go_to_clip(int(clips[0]))
