"""The dialog of cleaning: try a recipe, hear what it did, and decide; or compare all recipes."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QTableView, QTabWidget, QWidget

from curator.domain.cleaning import Comparison, Verdict
from curator.domain.decision import Edit
from curator.domain.recipe import Recipe
from curator.jobs.cleaning import Outcome
from curator.jobs.work import Work
from curator.ui.cleaning.layout import lay_out
from curator.ui.cleaning.listening import CleaningListening
from curator.ui.cleaning.results import clip_rows, comparison_rows, summary
from curator.ui.cleaning.scope import Listing, Scope, list_clips
from curator.ui.history.simple_table import TextTable, dressed
from curator.ui.job_queue import Ending, Task
from curator.ui.page import restyle
from curator.ui.session import Session
from curator.ui.sound.player import Player

RECIPES, LIST, CLEAN, COMPARE, FOLLOW = (
    "clean_recipes",
    "clean_listing",
    "clean",
    "clean_compare",
    "clean_follow",
)
"""What its parts are called among the work."""


class CleaningDialog(QDialog):
    """Trying measures and decides nothing; applying, and taking back, is one act each."""

    def __init__(
        self,
        session: Session,
        scopes: Sequence[tuple[str, Scope]],
        parent: QWidget | None = None,
        player: Player | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Cleaning"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session = session
        self._listing: Listing | None = None
        self._outcome: tuple[Scope, Outcome] | None = None
        self._busy = ""
        titles = (self.tr("Clip"), self.tr("Recording"), self.tr("What it did"))
        self.clips = TextTable((*titles, self.tr("Guard"), self.tr("Now")), (0,))
        self.list = dressed(QTableView(), self.clips, self.tr("Clips"), wide=3)
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
        self.compared = dressed(QTableView(), self.comparison, self.tr("Recipes by recording"))
        self.tabs = QTabWidget()
        self.listening = CleaningListening(session, player)
        self.parts = lay_out(self, scopes)
        self._connect()
        self._allow()
        session.readings.ask(RECIPES, _usable_recipes)

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

    def _connect(self) -> None:
        parts, session = self.parts, self._session
        parts.scope.currentIndexChanged.connect(self._look)
        parts.recipe.currentIndexChanged.connect(self._look)
        parts.try_it.clicked.connect(self.try_it)
        parts.compare.clicked.connect(self.compare)
        parts.apply.clicked.connect(self.apply)
        parts.take_back.clicked.connect(self.take_back)
        parts.close.clicked.connect(self.close)
        self.list.selectionModel().currentRowChanged.connect(self._hear)
        for queue in (session.jobs, session.readings):
            queue.produced.connect(self._take)
            queue.ended.connect(self._ended)
        session.changed.connect(self._look)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Fall silent, and listen to nobody any more."""
        self._stop()
        super().closeEvent(event)

    def reject(self) -> None:
        """Escape closes it."""
        self._stop()
        super().reject()

    def _stop(self) -> None:
        if self.listening.closed:
            return
        self.listening.close_listening()
        for queue in (self._session.jobs, self._session.readings):
            queue.produced.disconnect(self._take)
            queue.ended.disconnect(self._ended)
        self._session.changed.disconnect(self._look)

    # What a person wants

    @Slot()
    def try_it(self) -> None:
        """Clean the recordings of these clips, and judge each clip; nothing is decided."""
        scope, recipe, options = self.scope, self.recipe, self._session.settings.options
        if recipe is None:
            return

        def task(work: Work) -> tuple[Scope, Outcome]:
            from curator.jobs.cleaning import clean

            return scope, clean(work, options, recipe, scope.ids(work.project))

        self._ask(CLEAN, task, self.tr("Cleaning and judging…"))

    @Slot()
    def compare(self) -> None:
        """Try every recipe on some clips of each recording; nothing is decided."""
        options = self._session.settings.options

        def task(work: Work) -> object:
            from curator.jobs.cleaning import compare
            from curator.stages.clean_recipes import usable_recipes

            names = {each.id: each.name for each in work.project.recordings.all()}
            return names, compare(work, options, usable_recipes())

        self.tabs.setCurrentIndex(1)
        self._ask(COMPARE, task, self.tr("Trying every recipe on some clips of each recording…"))

    @Slot()
    def apply(self) -> None:
        """Give the recipe to the clips that the guard accepted, as one act."""
        from curator.jobs.cleaning import edits

        if self._outcome is None:
            return
        scope, outcome = self._outcome
        label, acts = edits(self._session.project, outcome, whole=scope.is_whole)
        self._decide(label, acts, list(outcome.verdicts))

    @Slot()
    def take_back(self) -> None:
        """Make these clips be as they were recorded, as one act."""
        from curator.jobs.cleaning import as_recorded
        from curator.stages.clean_recipes import read_recipe

        project = self._session.project
        chosen = project.cleanings.of_clips()
        clips = [clip for clip in self.scope.ids(project) if clip in chosen]
        if clips and self._session.attempt(
            lambda: project.cleanings.add_recipe(read_recipe("none"))
        ):
            self._decide(*as_recorded(project, clips), clips)

    def _decide(self, label: str, acts: Sequence[Edit], clips: list[int]) -> None:
        wanted = [act for act in acts if act.after]
        changes = self._session.apply_all(label, wanted) if wanted else None
        if changes is None:
            self._say(self.tr("Nothing to change."))
            return
        options = self._session.settings.options

        def task(work: Work) -> int:
            from curator.jobs.cleaning import follow

            return follow(work, options, clips)

        self._session.jobs.ask(FOLLOW, task)
        self._say(f"{label}. " + self.tr("Undo takes it back."))

    def _ask(self, what: str, task: Task, words: str) -> None:
        if self._busy or self._session.read_only:
            return
        self._busy = what
        waits = self._session.jobs.running
        self._say(self.tr("It waits for the work before it…") if waits else words)
        self._session.jobs.workers = self._session.settings.workers
        self._session.jobs.ask(what, task)
        self._allow()

    # What is shown

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

    def _show_listing(self, listing: Listing) -> None:
        recipe = self.recipe
        if recipe is None or (listing.scope, listing.recipe) != (self.scope, recipe.hash):
            return  # something else is wanted by now
        before = self.clip
        self._listing = listing
        tried: Mapping[int, Verdict] = listing.verdicts
        if self._outcome is not None:
            tried = self._outcome[1].verdicts
        self.clips.show_rows(clip_rows(listing, tried))
        if listing.clips:
            chosen = before if before in listing.clips else self._session.current
            self.list.selectRow(listing.clips.index(chosen) if chosen in listing.clips else 0)
        else:
            self.listening.show_clip(None, None)
        self._allow()

    @Slot()
    def _hear(self) -> None:
        self.listening.show_clip(self.clip, self.recipe)

    @Slot(str, object)
    def _take(self, what: str, found: object) -> None:
        if what == RECIPES and isinstance(found, list):
            for recipe in found:
                self.parts.recipe.addItem(recipe.name, recipe)
        elif what == LIST and isinstance(found, Listing):
            self._show_listing(found)
        elif what == CLEAN and isinstance(found, tuple):
            self._outcome = found
            self._say(summary(found[1]))
            self._look()
        elif what == COMPARE and isinstance(found, tuple):
            self._show_comparison(*found)

    def _show_comparison(
        self, names: Mapping[int, str], found: Mapping[int, Sequence[Comparison]]
    ) -> None:
        rows = comparison_rows(names, found)
        self.comparison.show_rows(rows)
        self._say(self.tr("There are no clips yet.") if not rows else self.tr("Compared."))
        if rows:
            self.compared.selectRow(0)

    @Slot(object)
    def _ended(self, ending: Ending) -> None:
        if ending.what == self._busy:
            self._busy = ""
        if ending.what in (CLEAN, COMPARE, LIST, RECIPES) and ending.outcome != "finished":
            self._say(f"{ending.sentence} {ending.hint}".strip() or self.tr("Stopped."), bad=True)
        self._allow()

    def _say(self, words: str, *, bad: bool = False) -> None:
        self.parts.said.setText(words)
        self.parts.said.setProperty("role", "error" if bad else "")
        restyle(self.parts.said)

    def _allow(self) -> None:
        may = not self._session.read_only and not self._busy
        known = self.recipe is not None
        some = self._listing is not None and bool(self._listing.clips)
        self.parts.try_it.setEnabled(may and known and some)
        self.parts.compare.setEnabled(may and known and some)
        accepted = self._outcome is not None and bool(self._outcome[1].accepted)
        self.parts.apply.setEnabled(may and accepted)
        cleaned = self._listing is not None and bool(self._listing.now)
        self.parts.take_back.setEnabled(may and cleaned)


def _usable_recipes(_work: Work) -> list[Recipe]:
    from curator.stages.clean_recipes import usable_recipes

    return usable_recipes()
