"""What the dialog of cleaning shows: the clips, how they stand with a recipe, what is best."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QTableView, QTabWidget, QWidget

from curator.domain.cleaning import CleaningComparison, CleaningVerdict
from curator.domain.recipe import Recipe
from curator.jobs.cleaning import Outcome
from curator.ui.cleaning.layout import lay_out
from curator.ui.cleaning.listening import CleaningListening
from curator.ui.cleaning.results import clip_rows, comparison_rows
from curator.ui.cleaning.scope import Scope, ScopeListing, list_clips
from curator.ui.history.simple_table import TextTable, table_view
from curator.ui.job_progress import LONG_S, doing
from curator.ui.page import restyle
from curator.ui.session import Session
from curator.ui.sound.player import Player

LIST = "clean_listing"
"""What listing is called among the work."""


class CleaningView(QDialog):
    """Its tables, and what they say; what may be done."""

    def __init__(
        self,
        session: Session,
        scopes: Sequence[tuple[str, Scope]],
        parent: QWidget | None = None,
        player: Player | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Cleaning"))
        self._session = session
        self._listing: ScopeListing | None = None
        self._outcome: tuple[Scope, Outcome] | None = None
        self._busy = ""
        self._step = ("", 0, 0.0)
        titles = (self.tr("Clip"), self.tr("Recording"), self.tr("What it did"))
        self.clips = TextTable((*titles, self.tr("Guard"), self.tr("Now")), (0,))
        self.list = table_view(QTableView(), self.clips, self.tr("Clips"), wide=3)
        self.comparison = TextTable(
            (
                self.tr("Recording"),
                self.tr("Recipe"),
                self.tr("Clips"),
                self.tr("Refused"),
                self.tr("Quality"),
                self.tr("Voice"),
                self.tr("Best"),
            ),
            (2, 3),
        )
        self.compared = table_view(QTableView(), self.comparison, self.tr("Recipes by recording"))
        self.tabs = QTabWidget()
        self.listening = CleaningListening(session, player)
        self.tabs.addTab(self.list, self.tr("Clips"))
        self.tabs.addTab(self.compared, self.tr("Recipes by recording"))
        self.parts = lay_out(self, self.tabs, self.listening, scopes)

    @property
    def scope(self) -> Scope:
        """The clips that are chosen to be cleaned."""
        scope: Scope = self.parts.scope.currentData()
        return scope

    @property
    def recipe(self) -> Recipe | None:
        """The recipe that is chosen; None until they are known."""
        recipe: Recipe | None = self.parts.recipe.currentData()
        return recipe

    @property
    def clip(self) -> int | None:
        """The clip of the current row."""
        row = self.list.currentIndex().row()
        listing = self._listing
        return listing.clips[row] if listing and 0 <= row < len(listing.clips) else None

    @Slot()
    def _look(self) -> None:
        """Find out anew how the clips stand with the recipe."""
        scope, recipe = self.scope, self.recipe
        if recipe is None:
            return
        self.parts.use.setText(recipe.use)
        outcome = self._outcome
        if outcome and (outcome[0] != scope or outcome[1].recipe.hash != recipe.hash):
            self._outcome = None
        self._allow()
        self._session.readings.ask(LIST, lambda work: list_clips(work.project, scope, recipe))

    def _show_listing(self, listing: ScopeListing) -> None:
        recipe = self.recipe
        if recipe is None or (listing.scope, listing.recipe) != (self.scope, recipe.hash):
            return  # something else is wanted by now
        before = self.clip
        self._listing = listing
        tried: Mapping[int, CleaningVerdict] = listing.verdicts
        if self._outcome is not None:
            tried = self._outcome[1].verdicts
        self.clips.show_rows(clip_rows(listing, tried))
        if listing.clips:
            chosen = before if before in listing.clips else self._session.current
            self.list.selectRow(listing.clips.index(chosen) if chosen in listing.clips else 0)
        else:
            self.listening.show_clip(None, None)
        self._allow()

    def _show_comparison(
        self, names: Mapping[int, str], found: Mapping[int, Sequence[CleaningComparison]]
    ) -> None:
        rows = comparison_rows(names, found)
        self.comparison.show_rows(rows)
        self._say(self.tr("There are no clips yet.") if not rows else self.tr("Compared."))
        if rows:
            self.compared.selectRow(0)

    @Slot(str, int, float)
    def _started(self, step: str, items: int, seconds: float) -> None:
        self._step = (step, items, seconds)

    @Slot(int, float)
    def _moved(self, items: int, seconds: float) -> None:
        """Say how far the work of this dialog is; of long recordings by their minutes."""
        step, count, of_s = self._step
        if not self._busy:
            return
        if step == "clean" and of_s > LONG_S * count:
            words, done, of = self.tr("%1: %2 of %3 min"), int(seconds / 60), round(of_s / 60)
        else:
            words, done, of = self.tr("%1: %2 of %3"), items, count
        words = words.replace("%1", doing(step), 1).replace("%2", str(done), 1)
        self._say(words.replace("%3", str(of), 1))

    def _say(self, words: str, *, bad: bool = False) -> None:
        self.parts.said.setText(words)
        self.parts.said.setProperty("role", "error" if bad else "")
        restyle(self.parts.said)

    def _allow(self) -> None:
        may = not self._session.read_only and not self._busy
        known = self.recipe is not None
        some = self._listing is not None and bool(self._listing.clips)
        self.parts.stop.setVisible(bool(self._busy))
        self.parts.try_it.setEnabled(may and known and some)
        self.parts.compare.setEnabled(may and known and some)
        accepted = self._outcome is not None and bool(self._outcome[1].accepted)
        self.parts.apply.setEnabled(may and accepted)
        cleaned = self._listing is not None and bool(self._listing.now)
        self.parts.take_back.setEnabled(may and cleaned)
