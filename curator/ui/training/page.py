"""Page 6: begin a training, follow it, hear it, and compare what came out."""

import random
from pathlib import Path

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFileDialog,
    QMessageBox,
)

from curator.domain.errors import CuratorError, printable
from curator.ui.job_queue import Ending
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.training import trainer_process
from curator.ui.training.listening_view import ListeningView
from curator.ui.training.ratings import take_in
from curator.ui.training.run_record import FILE, RunRecord
from curator.ui.training.run_view import best_step
from curator.ui.training.view import TrainingView
from curator.ui.wording import counted

LOOK, REPORT, COMPARE = "training look", "training report", "training compare"
"""What the questions to the trainer are called among the errands."""


class TrainingPage(TrainingView):
    """Everything to be done with runs. The table of actions names these methods."""

    def __init__(self, session: Session, player: Player | None = None) -> None:
        super().__init__(session, player)
        self._follow_wishes()

    def _follow_wishes(self) -> None:
        self.new.clicked.connect(self.new_training)
        self.choose_folder_button.clicked.connect(self.choose_folder)
        self.view.asked.connect(self._do)
        self.listening.asked.connect(self._do)
        self.start.plan_wanted.connect(lambda: self._attempt(self.check_and_plan))
        self.start.begin_wanted.connect(lambda: self._attempt(self.begin))
        self.start.left.connect(self.back)
        self.trainings.ended.connect(self._training_ended)
        self.session.errands.produced.connect(self._take)
        self.session.errands.ended.connect(self._errand_ended)

    # What a person wants

    def choose_folder(self) -> None:
        """Look for runs somewhere else."""
        dialog = QFileDialog(self, self.tr("A folder that holds runs"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda chosen: self.show_folder(Path(chosen)))
        dialog.open()

    def show_folder(self, folder: Path) -> None:
        """List the runs of this folder."""
        self.folder = folder.absolute()
        self.record = None
        self._show_folder()
        if self.runs.rows:
            self.list.selectRow(0)

    def new_training(self) -> None:
        """Fill in what a training begins with."""
        self._fill_in(None)

    def go_on_with_more(self) -> None:
        """Begin a new run with what the chosen one has learnt, on another bundle."""
        self._fill_in(self._require().folder)

    def check_and_plan(self) -> None:
        """Ask the trainer what it thinks of the bundle."""
        if self.front.currentWidget() is not self.start:
            self.new_training()
        if LOOK in self.session.errands.waiting:
            return
        bundle = self.start.bundle_folder
        self.start.say(self.tr("Asking the trainer…"))
        base, price = self.start.base.text().strip(), self.start.price.text().strip()
        task = trainer_process.look(bundle, base, price)
        self.session.errands.ask(LOOK, task)

    def begin(self) -> None:
        """Begin the training that is filled in."""
        if self.front.currentWidget() is not self.start:
            self.new_training()
            return
        run, words = self.start.run, self.start.arguments()
        self.trainings.begin(words, run)
        self.session.messages.inform(
            self.tr("The training begins; it goes on when the window is closed.")
        )
        self.start.say("")
        self.record = RunRecord(run)
        self.view.forget()
        self.back()
        self._show_record()

    def pause(self) -> None:
        """Have the chosen run save and end."""
        self.trainings.pause(self._require().folder)
        self.session.messages.inform(self.tr("It saves and ends after the step it is at."))

    def resume(self) -> None:
        """Go on with the chosen run."""
        run = self._require().folder
        if self.trainings.process_of(run) is not None:
            raise CuratorError(self.tr("This run is being trained already."))
        self.trainings.begin(["resume", str(run)], run)
        self.session.messages.inform(self.tr("It goes on from its newest checkpoint."))

    def stop(self) -> None:
        """End the chosen run at once, after asking."""
        run = self._require().folder
        self.trainings.require(run)
        question = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("End at once"),
            self.tr("What it learnt since its last checkpoint is lost. Pause saves it first."),
            QMessageBox.StandardButton.Cancel,
            self,
        )
        end = question.addButton(self.tr("End at once"), QMessageBox.ButtonRole.DestructiveRole)
        question.setDefaultButton(QMessageBox.StandardButton.Cancel)
        end.clicked.connect(lambda: self._attempt(lambda: self.trainings.stop(run)))
        question.open()

    def next_loss(self) -> None:
        """Show the next of the losses."""
        self.view.turn_loss()
        self._show_record()

    def play(self) -> None:
        """Hear what the chosen run spoke."""
        if self.front.currentWidget() is self.listening:
            self.listening.hear(0)
        else:
            self.view.play_current()

    def open_report(self) -> None:
        """Have the report of the chosen run written, and open it."""
        self.session.errands.ask(REPORT, trainer_process.report(self._require().folder))

    def compare(self) -> None:
        """Compare the chosen runs with the first of them, and open the page."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedRows())
        if len(rows) < 2:
            raise CuratorError(
                self.tr("One run cannot be compared."),
                self.tr(
                    "Choose several with Ctrl or Shift; the lowest one is what counts as before."
                ),
            )
        folders = [self.runs.rows[row].folder for row in reversed(rows)]
        out = self.folder / "comparison.html"
        self.session.errands.ask(COMPARE, trainer_process.compare(folders, out))

    def listen(self) -> None:
        """Hear and rate what the chosen run has spoken."""
        record = self._require()
        self.listening.show_run(record.folder, best_step(record))
        self.front.setCurrentWidget(self.listening)
        self.listening.table.setFocus()

    def hear_first(self) -> None:
        """What was synthesised, or the first of a pair."""
        self._require_listening().hear(0)

    def hear_second(self) -> None:
        """What it was to sound like, or the second of a pair."""
        self._require_listening().hear(1)

    def hear_third(self) -> None:
        """A real clip of the category."""
        self._require_listening().hear(2)

    def give_digit(self, digit: str) -> None:
        """Rate, or judge a pair."""
        self._require_listening().digit(digit)

    def toggle_blind(self) -> None:
        """Compare two checkpoints without knowing which is which, or go back to rating."""
        self._require_listening().toggle_blind(random.randrange(1 << 30))

    def take_ratings(self) -> None:
        """Take in a file of ratings that a listening page gave away."""
        dialog = QFileDialog(self, self.tr("A file of ratings"))
        dialog.setNameFilter(self.tr("Ratings (*.json)"))
        dialog.fileSelected.connect(
            lambda chosen: self._attempt(lambda: self.take_ratings_from(Path(chosen)))
        )
        dialog.open()

    def take_ratings_from(self, path: Path) -> None:
        """The same from this file."""
        many = take_in(self.session, path)
        text = counted(many, self.tr("%n sample was rated."), self.tr("%n samples were rated."))
        self.session.messages.inform(text)

    def back(self) -> None:
        """From the form or the listening back to the run."""
        self.hearer.stop()
        self.front.setCurrentIndex(1 if self.record is not None else 0)
        (self.list if self.runs.rows else self.new).setFocus()

    # How it is done

    def _do(self, what: str) -> None:
        self._attempt(getattr(self, what))

    def _attempt(self, act: object) -> None:
        """Do what a control asks for; keys have their errors shown by the window."""
        assert callable(act)
        try:
            act()
        except CuratorError as error:
            self.session.messages.fail(error)

    def _require(self) -> RunRecord:
        if self.record is None:
            raise CuratorError(self.tr("No run is chosen."))
        return self.record

    def _require_listening(self) -> ListeningView:
        if self.front.currentWidget() is not self.listening:
            self.listen()
        return self.listening

    def _fill_in(self, parent: Path | None) -> None:
        self.start.prepare(self._newest_bundle(), self.folder, parent)
        self.front.setCurrentWidget(self.start)

    def _newest_bundle(self) -> Path | None:
        """The bundle beside the project that was written last."""
        found = [
            path.parent
            for path in self.session.project.path.absolute().parent.glob("*/bundle.json")
        ]
        return max(found, key=lambda folder: folder.stat().st_mtime, default=None)

    @Slot(object, str)
    def _training_ended(self, run: Path, words: str) -> None:
        self.look_again()
        record = RunRecord(run)
        while record.read():
            pass
        if not (run / FILE).is_file() or not record.ended:
            text = self.tr("The training %1 ended without a word.").replace(
                "%1", printable(run.name)
            )
            self.session.messages.fail(words.splitlines()[-1] if words else text, words)

    @Slot(str, object)
    def _take(self, what: str, found: object) -> None:
        if what == LOOK and isinstance(found, trainer_process.BundleCheck):
            self.start.show_check(found)
        elif what in (REPORT, COMPARE) and isinstance(found, Path):
            text = self.tr("Written: %1").replace("%1", printable(str(found)))
            self.session.messages.inform(text)
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(found)))

    @Slot(object)
    def _errand_ended(self, ending: Ending) -> None:
        if ending.what in (LOOK, REPORT, COMPARE) and ending.outcome == "failed":
            self.session.messages.fail(f"{ending.sentence} {ending.hint}".strip(), ending.details)
            if ending.what == LOOK:
                self.start.say(ending.sentence)
