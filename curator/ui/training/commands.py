"""Commands of the training page. The table of actions names these methods."""

import random
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox

from curator.domain.errors import CuratorError
from curator.ui.clip_commands.file_player import FilePlayer
from curator.ui.job_queue import Ending
from curator.ui.page import Page
from curator.ui.session import Session
from curator.ui.training import trainer_process
from curator.ui.training.documents import Documents
from curator.ui.training.evaluating import Evaluating
from curator.ui.training.layout import TrainingLayout
from curator.ui.training.listed_jobs import ListedTrainings
from curator.ui.training.listening_view import ListeningView
from curator.ui.training.plot_zoom import PAN
from curator.ui.training.ratings import import_ratings
from curator.ui.training.run_follower import RunFollower
from curator.ui.training.run_plot import best_step
from curator.ui.training.run_record import RunRecord
from curator.ui.training.speaking import Speaking, kept_steps
from curator.ui.training.training_end import training_end
from curator.ui.training.trainings import Trainings, newest_bundle
from curator.ui.wording import counted

LOOK = "training look"
"""Key of the checks in the errands queue."""


class TrainingCommands(QObject):
    """Controller of the training page: starts and ends trainings, plays, rates, reports."""

    def __init__(
        self,
        session: Session,
        ui: TrainingLayout,
        runs: RunFollower,
        player: FilePlayer,
        parent: Page,
    ) -> None:
        super().__init__(parent)
        self._session, self.ui, self.runs, self._player = session, ui, runs, player
        self._parent = parent
        self.trainings = Trainings(self)
        self.evaluating = Evaluating(session, ui.listening, self)
        self.listed = ListedTrainings(session, self.trainings, self.evaluating.job, self)
        self.speaking = Speaking(ui.speaking, session.messages.fail, self)
        self.documents = Documents(session, ui, runs, self)
        self.compare = self.documents.compare
        self.open_report = self.documents.open_report
        self.open_comparison = self.documents.open_comparison
        self.cancel_evaluation = self.evaluating.job.cancel
        ui.new.clicked.connect(self.new_training)
        ui.view.asked.connect(self._do)
        for view in (ui.listening, ui.comparison, ui.speaking):
            view.asked.connect(self._do)
        ui.start.plan_wanted.connect(lambda: self._attempt(self.check_and_plan))
        ui.start.begin_wanted.connect(lambda: self._attempt(self.begin))
        ui.start.left.connect(self.back)
        ui.start.setup_wanted.connect(lambda: session.action_asked.emit("window.show_setup"))
        self.trainings.ended.connect(self._training_ended)
        session.errands.produced.connect(self._take)
        session.errands.ended.connect(self._errand_ended)

    def new_training(self) -> None:
        """Show the form of a new run."""
        self._fill_in(None)

    def go_on_with_more(self) -> None:
        """Show the form of a new run that starts from the weights of the selected one."""
        self._fill_in(self._require().folder)

    def check_and_plan(self) -> None:
        """Run the trainer's checks and plan on the bundle of the form."""
        if self.ui.front.currentWidget() is not self.ui.start:
            self.new_training()
        if LOOK in self._session.errands.waiting:
            return
        bundle = self.ui.start.bundle_folder
        self.ui.start.say(self.tr("Checking the bundle…"))
        base, price = self.ui.start.base.text().strip(), self.ui.start.hourly_price
        task = trainer_process.look(bundle, base, price)
        self._session.errands.ask(LOOK, task)

    def begin(self) -> None:
        """Start the training of the form."""
        if self.ui.front.currentWidget() is not self.ui.start:
            self.new_training()
            return
        run, arguments = self.ui.start.run, self.ui.start.arguments()
        self.trainings.begin(arguments, run)
        self._session.messages.inform(
            self.tr("Training started. It continues when the window is closed.")
        )
        self.ui.start.say("")
        self.runs.started.add(run)
        self.runs.select(run)
        self.ui.view.forget()
        self.runs.update()
        self.back()
        self.show_record()

    def pause(self) -> None:
        """Save a checkpoint of the selected run and end its process."""
        self.trainings.pause(self._require().folder)
        self._session.messages.inform(self.tr("Pausing after the current step."))

    def resume(self) -> None:
        """Resume the selected run from its newest checkpoint."""
        run = self._require().folder
        if self.trainings.process_of(run) is not None:
            raise CuratorError(self.tr("This run is already training."))
        self.trainings.begin(["resume", str(run)], run)
        self._session.messages.inform(self.tr("Resumed from the newest checkpoint."))

    def stop(self) -> None:
        """Kill the process of the selected run, after confirmation."""
        run = self._require().folder
        self.trainings.require(run)
        question = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("Stop now"),
            self.tr("Progress since the last checkpoint is lost. Pause saves it first."),
            QMessageBox.StandardButton.Cancel,
            self._parent,
        )
        end = question.addButton(self.tr("Stop now"), QMessageBox.ButtonRole.DestructiveRole)
        question.setDefaultButton(QMessageBox.StandardButton.Cancel)
        end.clicked.connect(lambda: self._attempt(lambda: self.trainings.stop(run)))
        question.open()

    def next_loss(self) -> None:
        """Show the next curve."""
        self.ui.view.turn_loss()
        self.show_record()

    def next_axis(self) -> None:
        """Plot the curves over the next horizontal axis."""
        self.ui.view.turn_axis()

    def zoom_in(self) -> None:
        """Zoom in at the pointed step, or in the middle."""
        self.ui.view.curves.zoom_by(1)

    def zoom_out(self) -> None:
        """Zoom out."""
        self.ui.view.curves.zoom_by(-1)

    def zoom_to_fit(self) -> None:
        """Show the whole curve."""
        self.ui.view.curves.zoom_to_fit()

    def pan_left(self) -> None:
        """Show earlier steps."""
        self.ui.view.curves.pan(-PAN)

    def pan_right(self) -> None:
        """Show later steps."""
        self.ui.view.curves.pan(PAN)

    def zoom_in_vertically(self) -> None:
        """Zoom in vertically at the pointed evaluation, or in the middle."""
        self.ui.view.curves.zoom_values_by(1)

    def zoom_out_vertically(self) -> None:
        """Zoom out vertically."""
        self.ui.view.curves.zoom_values_by(-1)

    def reset_vertical_zoom(self) -> None:
        """Fit the vertical axis to the shown steps."""
        self.ui.view.curves.set_value_zoom(None)

    def pan_up(self) -> None:
        """Show higher values."""
        self.ui.view.curves.pan_values(PAN)

    def pan_down(self) -> None:
        """Show lower values."""
        self.ui.view.curves.pan_values(-PAN)

    def play(self) -> None:
        """Play the current sample of the selected run."""
        if self.ui.front.currentWidget() is self.ui.speaking:
            self.ui.speaking.play_current()
        elif self.ui.front.currentWidget() is self.ui.listening:
            self.ui.listening.hear(0)
        else:
            self.ui.view.play_current()

    def evaluate(self) -> None:
        """Speak and measure test sentences with all checkpoints; samples appear as they come."""
        run = self._require().folder
        if self.trainings.process_of(run) is not None:
            raise CuratorError(
                self.tr("This run is training."), self.tr("Evaluate it after it has ended.")
            )
        self.evaluating.start(run)
        self.listen()

    def speak(self) -> None:
        """Show the form to speak a text with checkpoints of the selected run."""
        record = self._require()
        if record.started is None:
            raise CuratorError(self.tr("This run has not trained yet."))
        steps = kept_steps(record.folder)
        categories = sorted(name for name in record.categories["mel_ce"] if name)
        self.speaking.show_run(record.folder, steps, best_step(record), categories)
        self.ui.front.setCurrentWidget(self.ui.speaking)
        self.ui.speaking.text.setFocus()

    def speak_text(self) -> None:
        """Speak the text of the form."""
        if self.ui.front.currentWidget() is not self.ui.speaking:
            self.speak()
            return
        self.speaking.speak()

    def close(self) -> None:
        """End the processes that belong to the window; trainings go on."""
        self.evaluating.job.close()
        self.speaking.close()

    def listen(self) -> None:
        """Show the samples of the selected run for listening and rating."""
        record = self._require()
        self.ui.listening.show_run(record.folder, best_step(record))
        self.evaluating.show(None)
        self.ui.front.setCurrentWidget(self.ui.listening)
        self.ui.listening.table.setFocus()

    def hear_first(self) -> None:
        """Play the synthesised sample, the first of a blind pair, or checkpoint A."""
        self._hear(0)

    def hear_second(self) -> None:
        """Play the reference, the second of a blind pair, or checkpoint B."""
        self._hear(1)

    def hear_third(self) -> None:
        """Play a real clip of the category."""
        self._require_listening().hear(2)

    def _hear(self, side: int) -> None:
        if self.ui.front.currentWidget() is self.ui.speaking:
            self.speaking.play(side)
        else:
            self._require_listening().hear(side)

    def give_digit(self, digit: str) -> None:
        """Rate the selected aspect, or choose of a blind pair."""
        self._require_listening().digit(digit)

    def toggle_blind(self) -> None:
        """Toggle between rating and the blind comparison of two checkpoints."""
        self._require_listening().toggle_blind(random.randrange(1 << 30))

    def take_ratings(self) -> None:
        """Ask for a ratings file exported by a listening page, and import it."""
        dialog = QFileDialog(self._parent, self.tr("Import ratings"))
        dialog.setNameFilter(self.tr("Ratings (*.json)"))
        dialog.fileSelected.connect(
            lambda chosen: self._attempt(lambda: self.take_ratings_from(Path(chosen)))
        )
        dialog.open()

    def take_ratings_from(self, path: Path) -> None:
        """Import a ratings file."""
        count = import_ratings(self._session, path)
        text = counted(
            count,
            self.tr("Imported ratings of %n sample."),
            self.tr("Imported ratings of %n samples."),
        )
        self._session.messages.inform(text)

    def back(self) -> None:
        """Return from the form or the listening view to the run."""
        self._player.stop()
        self.ui.front.setCurrentIndex(1 if self.runs.record is not None else 0)
        self.ui.focus_list()

    @Slot()
    def show_record(self) -> None:
        """Show what was read of the selected run."""
        record = self.runs.record
        if record is None:
            return
        if self.ui.front.currentIndex() == 0:
            self.ui.front.setCurrentIndex(1)
        here = self.trainings.process_of(record.folder) is not None
        self.listed.show_record(record)
        self.ui.view.show_record(record, here=here)

    def _do(self, what: str) -> None:
        self._attempt(getattr(self, what))

    def _attempt(self, act: Callable[[], object]) -> None:
        """Call a command for a button and show its error; for keys the window does."""
        try:
            act()
        except CuratorError as error:
            self._session.messages.fail(error)

    def _require(self) -> RunRecord:
        if self.runs.record is None:
            raise CuratorError(self.tr("No run selected."))
        return self.runs.record

    def _require_listening(self) -> ListeningView:
        if self.ui.front.currentWidget() is not self.ui.listening:
            self.listen()
        return self.ui.listening

    def _fill_in(self, parent: Path | None) -> None:
        bundle = newest_bundle(self._session.project.path.absolute().parent)
        self.ui.start.prepare(bundle, self.runs.folder, parent)
        self.ui.front.setCurrentWidget(self.ui.start)

    @Slot(object, str)
    def _training_ended(self, run: Path, log: str) -> None:
        self.runs.started.discard(run)
        self.runs.update()
        end = training_end(run, is_by_hand=self.trainings.is_stopped(run))
        if not end.is_error:
            self._session.messages.inform(end.sentence)
        else:  # where the run does not say why it ended, its log does
            text = end.sentence if end.is_told or not log else log.splitlines()[-1]
            self._session.messages.fail(text, log)

    @Slot(str, object)
    def _take(self, what: str, result: object) -> None:
        if what == LOOK and isinstance(result, trainer_process.BundleCheck):
            self.ui.start.show_check(result)

    @Slot(object)
    def _errand_ended(self, ending: Ending) -> None:
        if ending.what == LOOK and ending.outcome == "failed":
            self._session.messages.fail(f"{ending.sentence} {ending.hint}".strip(), ending.details)
            self.ui.start.say(ending.sentence)
