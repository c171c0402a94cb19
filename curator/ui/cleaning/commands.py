"""Commands of the cleaning dialog: load, try, compare, apply and restore."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from curator.domain.decision import Changes, Edit
from curator.domain.recipe import Recipe, none
from curator.jobs.cleaning import Outcome
from curator.jobs.context import JobContext
from curator.store.project import Project
from curator.ui.cleaning.layout import CleaningLayout
from curator.ui.cleaning.results import LIST, CleaningResults
from curator.ui.cleaning.scope import Scope, ScopeListing, read_recipes
from curator.ui.job_queue import Ending, Task
from curator.ui.session import Session
from curator.ui.wording import shown_keys

RECIPES, FILE, CLEAN, COMPARE, FOLLOW = (
    "clean_recipes",
    "clean_file",
    "clean",
    "clean_compare",
    "clean_follow",
)
"""Names of the dialog's background jobs."""


class CleaningCommands(QObject):
    """Trying and comparing change nothing; applying and restoring are one undo step each."""

    def __init__(
        self, session: Session, ui: CleaningLayout, results: CleaningResults, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._ui, self._results = session, ui, results
        ui.file.clicked.connect(self.pick_file)
        ui.try_recipe.clicked.connect(self.try_recipe)
        ui.stop.clicked.connect(session.jobs.cancel)
        ui.compare.clicked.connect(self.compare)
        ui.apply.clicked.connect(self.apply)
        ui.restore.clicked.connect(self.restore)
        for queue in (session.jobs, session.readings):
            queue.produced.connect(self._take)
            queue.ended.connect(self._end)
        session.readings.ask(RECIPES, read_recipes)

    def close(self) -> None:
        """Stop following the session."""
        for queue in (self._session.jobs, self._session.readings):
            queue.produced.disconnect(self._take)
            queue.ended.disconnect(self._end)

    # Commands

    @Slot()
    def pick_file(self) -> None:
        """Open a file dialog for a recipe."""
        dialog = QFileDialog(self._ui, self.tr("Load recipe"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Recipes") + " (*.toml)")
        dialog.fileSelected.connect(self.read_file)
        dialog.open()

    @Slot(str)
    def read_file(self, path: str) -> None:
        """Read a recipe from a file and select it."""

        def task(_work: JobContext) -> Recipe:
            from curator.stages.cleaning.recipes import read_recipe

            return read_recipe(path)

        self._session.readings.ask(FILE, task)

    @Slot()
    def try_recipe(self) -> None:
        """Clean the recordings of the scope and measure each clip."""
        scope, recipe = self._results.scope, self._results.recipe
        options = self._session.settings.options
        if recipe is None:
            return

        def task(work: JobContext) -> tuple[Scope, Outcome]:
            from curator.jobs.cleaning import clean

            return scope, clean(work, options, recipe, scope.ids(work.project))

        self._start(CLEAN, task, self.tr("Cleaning and measuring…"))

    @Slot()
    def compare(self) -> None:
        """Measure every recipe on sample clips of each recording."""
        options = self._session.settings.options

        def task(work: JobContext) -> object:
            from curator.jobs.cleaning import compare
            from curator.stages.cleaning.recipes import usable_recipes

            names = {each.id: each.name for each in work.project.recordings.all()}
            return names, compare(work, options, usable_recipes())

        self._ui.tabs.setCurrentWidget(self._ui.comparison_table)
        self._start(COMPARE, task, self.tr("Comparing recipes on sample clips…"))

    @Slot()
    def apply(self) -> None:
        """Set the recipe for the clips that the guard accepted."""
        from curator.jobs.cleaning import edits, label_of

        if self._results.outcome is None:
            return
        scope, outcome = self._results.outcome
        clips = list(outcome.verdicts)

        def make(project: Project) -> list[Edit]:
            return edits(project, outcome, whole=scope.is_whole)[1]

        self._decide(label_of(outcome), make, clips)

    @Slot()
    def restore(self) -> None:
        """Use the original audio of the clips of the scope."""
        from curator.jobs.cleaning import RESTORE_ORIGINAL, as_recorded

        scope, clips = self._results.scope, list[int]()

        def make(project: Project) -> list[Edit]:
            project.cleanings.add_recipe(none())
            cleaned = project.cleanings.of_clips()
            clips.extend(clip for clip in scope.ids(project) if clip in cleaned)
            return as_recorded(project, clips)[1]

        self._decide(RESTORE_ORIGINAL, make, clips)

    def _decide(self, label: str, make: Callable[[Project], list[Edit]], clips: list[int]) -> None:
        """Apply edits as one undo step, in the background if large, then measure the clips.

        make: creates the edits where they are written. clips: ids, may be filled by it.
        """

        def write(project: Project) -> Changes | None:
            edits = [edit for edit in make(project) if edit.after]
            return project.decisions.apply_all(edits[0].label, edits) if edits else None

        if self._session.act(write, self._session.project.clips.count()) is None:
            self._results.show_status(self.tr("Nothing to change."))
            return
        options = self._session.settings.options

        def task(work: JobContext) -> int:
            from curator.jobs.cleaning import follow

            return follow(work, options, clips)

        self._session.jobs.ask(FOLLOW, task)
        keys = shown_keys(self._session.settings.keys["window.undo"])
        self._results.show_status(f"{label}. " + self.tr("Undo: %1").replace("%1", keys))

    def _start(self, job: str, task: Task, text: str) -> None:
        if self._results.busy or self._session.read_only:
            return
        self._results.busy = job
        is_waiting = self._session.jobs.running
        self._results.show_status(self.tr("Waiting for earlier jobs…") if is_waiting else text)
        self._session.jobs.workers = self._session.settings.workers
        self._session.jobs.ask(job, task)
        self._results.update_enabled()

    # Results of jobs

    @Slot(str, object)
    def _take(self, job: str, result: object) -> None:
        if job == RECIPES and isinstance(result, list):
            for recipe in result:
                self._add_recipe(recipe)
        elif job == FILE and isinstance(result, Recipe):
            self._ui.recipe.setCurrentIndex(self._add_recipe(result))
        elif job == LIST and isinstance(result, ScopeListing):
            self._results.show_listing(result)
        elif job == CLEAN and isinstance(result, tuple):
            self._results.show_outcome(*result)
        elif job == COMPARE and isinstance(result, tuple):
            self._results.show_comparison(*result)

    def _add_recipe(self, recipe: Recipe) -> int:
        """Add a recipe unless one with the same steps is listed; return its index."""
        box = self._ui.recipe
        hashes = [box.itemData(index).hash for index in range(box.count())]
        if recipe.hash in hashes:
            return hashes.index(recipe.hash)
        box.addItem(recipe.name, recipe)
        return box.count() - 1

    @Slot(object)
    def _end(self, ending: Ending) -> None:
        if ending.what == self._results.busy:
            self._results.busy = ""
        if ending.what in (CLEAN, COMPARE, LIST, RECIPES, FILE):
            if ending.outcome == "failed":
                text = f"{ending.sentence} {ending.hint}".strip()
                self._results.show_status(text, is_error=True)
            elif ending.outcome == "cancelled":
                text = self.tr("Stopped. Cleaned audio is kept; Try continues from it.")
                self._results.show_status(text)
        self._results.update_enabled()
