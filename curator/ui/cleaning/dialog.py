"""The dialog of cleaning: try a recipe, hear what it did, and decide; or compare all recipes."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QWidget

from curator.domain.decision import Changes, Edit
from curator.domain.recipe import Recipe, none
from curator.jobs.cleaning import Outcome
from curator.jobs.context import Work
from curator.store.project import Project
from curator.ui.actions import placed
from curator.ui.cleaning.results import summary
from curator.ui.cleaning.scope import Scope, ScopeListing, recipes_of
from curator.ui.cleaning.view import LIST, CleaningView
from curator.ui.job_queue import Ending, Task
from curator.ui.session import Session
from curator.ui.sound.player import Player

RECIPES, FILE, CLEAN, COMPARE, FOLLOW = (
    "clean_recipes",
    "clean_file",
    "clean",
    "clean_compare",
    "clean_follow",
)
"""What its parts are called among the work."""


class CleaningDialog(CleaningView):
    """Trying measures and decides nothing; applying, and taking back, is one act each."""

    def __init__(
        self,
        session: Session,
        scopes: Sequence[tuple[str, Scope]],
        parent: QWidget | None = None,
        player: Player | None = None,
    ) -> None:
        super().__init__(session, scopes, parent, player)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._connect()
        self._allow()
        session.readings.ask(RECIPES, recipes_of)

    def _connect(self) -> None:
        parts, session = self.parts, self._session
        # The window's own keys do not reach it while this dialog is in front.
        for action, run in (("window.undo", session.undo), ("window.redo", session.redo)):
            for key in session.settings.keys[action]:
                shortcut = QShortcut(QKeySequence(placed(key)[1]), self)
                shortcut.activated.connect(run)
        parts.scope.currentIndexChanged.connect(self._look)
        parts.recipe.currentIndexChanged.connect(self._look)
        parts.file.clicked.connect(self.ask_for_file)
        parts.try_it.clicked.connect(self.try_it)
        parts.stop.clicked.connect(session.jobs.cancel)
        parts.compare.clicked.connect(self.compare)
        parts.apply.clicked.connect(self.apply)
        parts.take_back.clicked.connect(self.take_back)
        parts.close.clicked.connect(self.close)
        self.list.selectionModel().currentRowChanged.connect(self._hear)
        for queue in (session.jobs, session.readings):
            queue.produced.connect(self._take)
            queue.ended.connect(self._ended)
        session.jobs.started.connect(self._started)
        session.jobs.progressed.connect(self._moved)
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
        self._session.jobs.started.disconnect(self._started)
        self._session.jobs.progressed.disconnect(self._moved)
        self._session.changed.disconnect(self._look)

    # What a person wants

    @Slot()
    def ask_for_file(self) -> None:
        """Ask for a person's own recipe."""
        dialog = QFileDialog(self, self.tr("A recipe"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Recipes") + " (*.toml)")
        dialog.fileSelected.connect(self.read_file)
        dialog.open()

    @Slot(str)
    def read_file(self, path: str) -> None:
        """Offer the recipe of a file, and choose it."""

        def task(_work: Work) -> Recipe:
            from curator.stages.cleaning.recipes import read_recipe

            return read_recipe(path)

        self._session.readings.ask(FILE, task)

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
            from curator.stages.cleaning.recipes import usable_recipes

            names = {each.id: each.name for each in work.project.recordings.all()}
            return names, compare(work, options, usable_recipes())

        self.tabs.setCurrentIndex(1)
        self._ask(COMPARE, task, self.tr("Trying every recipe on some clips of each recording…"))

    @Slot()
    def apply(self) -> None:
        """Give the recipe to the clips that the guard accepted, as one act."""
        from curator.jobs.cleaning import edits, label_of

        if self._outcome is None:
            return
        scope, outcome = self._outcome
        clips = list(outcome.verdicts)

        def acts(project: Project) -> list[Edit]:
            return edits(project, outcome, whole=scope.is_whole)[1]

        self._decide(label_of(outcome), acts, lambda: clips, len(clips))

    @Slot()
    def take_back(self) -> None:
        """Make these clips be as they were recorded, as one act."""
        from curator.jobs.cleaning import AS_RECORDED, as_recorded

        scope, cleaned = self.scope, list[int]()

        def acts(project: Project) -> list[Edit]:
            project.cleanings.add_recipe(none())
            chosen = project.cleanings.of_clips()
            cleaned.extend(clip for clip in scope.ids(project) if clip in chosen)
            return as_recorded(project, cleaned)[1]

        self._decide(
            AS_RECORDED, acts, lambda: cleaned, self._listing.count if self._listing else 0
        )

    def _decide(
        self,
        label: str,
        acts: Callable[[Project], list[Edit]],
        clips: Callable[[], list[int]],
        size: int,
    ) -> None:
        """One act. It is worked out where it is written: beside the window when it is large."""

        def write(project: Project) -> Changes | None:
            wanted = [act for act in acts(project) if act.after]
            return project.decisions.apply_all(wanted[0].label, wanted) if wanted else None

        largest = max(size, self._session.project.clips.count())
        if self._session.act(write, largest) is None:
            self._say(self.tr("Nothing to change."))
            return
        options = self._session.settings.options

        def task(work: Work) -> int:
            from curator.jobs.cleaning import follow

            return follow(work, options, clips())

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

    # What was found out

    @Slot()
    def _hear(self) -> None:
        self.listening.show_clip(self.clip, self.recipe)

    @Slot(str, object)
    def _take(self, what: str, found: object) -> None:
        if what == RECIPES and isinstance(found, list):
            for recipe in found:
                self._offer(recipe)
        elif what == FILE and isinstance(found, Recipe):
            self.parts.recipe.setCurrentIndex(self._offer(found))
        elif what == LIST and isinstance(found, ScopeListing):
            self._show_listing(found)
        elif what == CLEAN and isinstance(found, tuple):
            self._outcome = found
            self._say(summary(found[1]))
            self._look()
        elif what == COMPARE and isinstance(found, tuple):
            self._show_comparison(*found)

    def _offer(self, recipe: Recipe) -> int:
        """Its place in the list; one that does the same is not offered twice."""
        offered = self.parts.recipe
        known = [offered.itemData(place).hash for place in range(offered.count())]
        if recipe.hash in known:
            return known.index(recipe.hash)
        offered.addItem(recipe.name, recipe)
        return offered.count() - 1

    @Slot(object)
    def _ended(self, ending: Ending) -> None:
        if ending.what == self._busy:
            self._busy = ""
        if ending.what in (CLEAN, COMPARE, LIST, RECIPES, FILE):
            if ending.outcome == "failed":
                self._say(f"{ending.sentence} {ending.hint}".strip(), bad=True)
            elif ending.outcome == "cancelled":
                self._say(self.tr("Stopped. What was cleaned is kept; trying again goes on."))
        self._allow()
