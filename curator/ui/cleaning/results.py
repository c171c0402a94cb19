"""Controller of the cleaning results: tables, status line and enabled buttons."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Slot

from curator.domain.cleaning import CleaningComparison
from curator.domain.recipe import Recipe
from curator.jobs.cleaning import Outcome
from curator.ui.cleaning.layout import CleaningLayout
from curator.ui.cleaning.result_texts import clip_rows, comparison_rows, summary
from curator.ui.cleaning.scope import Scope, ScopeListing, list_clips
from curator.ui.job_progress import LONG_S, doing
from curator.ui.page import restyle
from curator.ui.session import Session

LIST = "clean_listing"
"""Name of the background read of the clips."""


class CleaningResults(QObject):
    """Shows the clips of the scope with the selected recipe, and the outcome of jobs.

    listing: clips of the table, None until they are read. outcome: of the last trial, None once
    scope or recipe differ. busy: name of the dialog's running job, "" for none.
    """

    def __init__(self, session: Session, ui: CleaningLayout, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._ui = session, ui
        self.listing: ScopeListing | None = None
        self.outcome: tuple[Scope, Outcome] | None = None
        self.busy = ""
        self._step = ("", 0, 0.0)  # name, items, seconds of sound
        ui.scope.currentIndexChanged.connect(self.refresh)
        ui.recipe.currentIndexChanged.connect(self.refresh)
        ui.clip_table.selectionModel().currentRowChanged.connect(self._show_current)
        session.jobs.started.connect(self._start_step)
        session.jobs.progressed.connect(self._show_progress)
        session.changed.connect(self.refresh)
        self.update_enabled()

    def close(self) -> None:
        """Stop following the session."""
        self._session.jobs.started.disconnect(self._start_step)
        self._session.jobs.progressed.disconnect(self._show_progress)
        self._session.changed.disconnect(self.refresh)

    @property
    def scope(self) -> Scope:
        """Selected clips."""
        scope: Scope = self._ui.scope.currentData()
        return scope

    @property
    def recipe(self) -> Recipe | None:
        """Selected recipe; None until the recipes are read."""
        recipe: Recipe | None = self._ui.recipe.currentData()
        return recipe

    @property
    def clip(self) -> int | None:
        """Clip of the current row."""
        row = self._ui.clip_table.currentIndex().row()
        clips = self.listing.clips if self.listing else ()
        return clips[row] if 0 <= row < len(clips) else None

    @Slot()
    def refresh(self) -> None:
        """Read the clips of the scope again."""
        scope, recipe = self.scope, self.recipe
        if recipe is None:
            return
        self._ui.use.setText(recipe.use)
        outcome = self.outcome
        if outcome and (outcome[0] != scope or outcome[1].recipe.hash != recipe.hash):
            self.outcome = None
        self.update_enabled()
        self._session.readings.ask(LIST, lambda work: list_clips(work.project, scope, recipe))

    def show_listing(self, listing: ScopeListing) -> None:
        """Show the clips, unless scope or recipe have changed since the request."""
        recipe = self.recipe
        if recipe is None or (listing.scope, listing.recipe) != (self.scope, recipe.hash):
            return
        before = self.clip
        self.listing = listing
        verdicts = self.outcome[1].verdicts if self.outcome else listing.verdicts
        self._ui.clips.show_rows(clip_rows(listing, verdicts))
        if listing.clips:
            current = before if before in listing.clips else self._session.current
            row = listing.clips.index(current) if current in listing.clips else 0
            self._ui.clip_table.selectRow(row)
        else:
            self._ui.player.show_clip(None, None)
        self.update_enabled()

    def show_outcome(self, scope: Scope, outcome: Outcome) -> None:
        """Show the outcome of a trial."""
        self.outcome = scope, outcome
        self.show_status(summary(outcome))
        self.refresh()

    def show_comparison(
        self, names: Mapping[int, str], comparisons: Mapping[int, Sequence[CleaningComparison]]
    ) -> None:
        """Show the comparison of recipes. names: of the recordings, by id."""
        rows = comparison_rows(names, comparisons)
        self._ui.comparison.show_rows(rows)
        self.show_status(self.tr("Comparison done.") if rows else self.tr("No clips yet."))
        if rows:
            self._ui.comparison_table.selectRow(0)

    def show_status(self, text: str, *, is_error: bool = False) -> None:
        """Set the status line."""
        self._ui.status.setText(text)
        self._ui.status.setProperty("role", "error" if is_error else "")
        restyle(self._ui.status)

    def update_enabled(self) -> None:
        """Enable the commands that are possible."""
        ui, listing = self._ui, self.listing
        is_free = not self._session.read_only and not self.busy
        can_try = is_free and self.recipe is not None and bool(listing and listing.clips)
        ui.stop.setVisible(bool(self.busy))
        ui.try_recipe.setEnabled(can_try)
        ui.compare.setEnabled(can_try)
        ui.apply.setEnabled(is_free and bool(self.outcome and self.outcome[1].accepted))
        ui.restore.setEnabled(is_free and bool(listing and listing.recipes))

    @Slot()
    def _show_current(self) -> None:
        self._ui.player.show_clip(self.clip, self.recipe)

    @Slot(str, int, float)
    def _start_step(self, step: str, items: int, seconds: float) -> None:
        self._step = (step, items, seconds)

    @Slot(int, float)
    def _show_progress(self, items: int, seconds: float) -> None:
        """Show the progress of the dialog's job; in minutes for long recordings."""
        step, count, total_s = self._step
        if not self.busy:
            return
        if step == "clean" and total_s > LONG_S * count:
            text, done, total = self.tr("%1: %2 of %3 min"), int(seconds / 60), round(total_s / 60)
        else:
            text, done, total = self.tr("%1: %2 of %3"), items, count
        text = text.replace("%1", doing(step), 1).replace("%2", str(done), 1)
        self.show_status(text.replace("%3", str(total), 1))
