"""Form of a new training, with the output of the trainer's checks."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from curator.domain.errors import CuratorError, printable
from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.training.trainer_process import WITHOUT_GPU, BundleCheck, presets

MIN_PRESET_LETTERS = 16


def free_name(folder: Path, stem: str) -> str:
    """Return an unused name: "run-1", "run-2"..."""
    number = 1
    while (folder / f"{stem}-{number}").exists():
        number += 1
    return f"{stem}-{number}"


class StartPanel(QWidget):
    """Form of a new training; its signals ask for the commands."""

    plan_wanted = Signal()
    begin_wanted = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.runs = Path()
        self.parent_run: Path | None = None
        self.heading = label(role="title")
        self.bundle, self.base, self.name = QLineEdit(), QLineEdit(), QLineEdit()
        self.price, self.epochs, self.spoken = QLineEdit(), QLineEdit(), QLineEdit()
        self.preset = QComboBox()
        for key, purpose in presets().items():
            self.preset.addItem(f"{key}: {purpose}", key)
        # Long texts must not widen the page: what does not fit is read when the list is open.
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.preset.setSizeAdjustPolicy(policy)
        self.preset.setMinimumContentsLength(MIN_PRESET_LETTERS)
        self.choose(WITHOUT_GPU)
        self.base.setPlaceholderText(self.tr("none: small random network, for testing"))
        self.epochs.setPlaceholderText(self.tr("preset default"))
        self.price.setPlaceholderText(self.tr("optional, for the cost estimate"))
        self.spoken.setPlaceholderText(self.tr("none; 7 give a curve but take time"))
        self.output = QPlainTextEdit(readOnly=True)
        self.output.setAccessibleName(self.tr("Trainer output"))
        self.output.setPlaceholderText(self.tr("F5 checks the bundle and estimates the training."))
        self.output.setTabChangesFocus(True)
        self.plan = button(self.tr("Check and plan"))
        self.begin = button(self.tr("Start training"), "first")
        self.back = button(self.tr("Back"))
        self._lay_out()
        self.plan.clicked.connect(self.plan_wanted)
        self.begin.clicked.connect(self.begin_wanted)
        self.back.clicked.connect(self.left)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        for row, (text, control) in enumerate(
            (
                (self.tr("Bundle"), self.bundle),
                (self.tr("Base model"), self.base),
                (self.tr("Preset"), self.preset),
                (self.tr("Epochs"), self.epochs),
                (self.tr("Test sentences during training"), self.spoken),
                (self.tr("GPU price per hour"), self.price),
                (self.tr("Run name"), self.name),
            )
        ):
            title = label(text)
            title.setBuddy(control)
            control.setAccessibleName(text)
            grid.addWidget(title, row, 0)
            grid.addWidget(control, row, 1)
        for row, control in ((0, self.bundle), (1, self.base)):
            choose = button(self.tr("Choose…"))
            choose.clicked.connect(lambda _=False, at=control: self._choose(at))
            grid.addWidget(choose, row, 2)
        grid.setColumnStretch(1, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.plan)
        foot.addWidget(self.begin)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.heading)
        column.addLayout(grid)
        column.addWidget(self.output, 1)
        column.addLayout(foot)

    def prepare(self, bundle: Path | None, runs: Path, parent: Path | None) -> None:
        """Fill in the form. parent: run to continue from, None for a base model."""
        self.runs, self.parent_run = runs, parent
        self.heading.setText(self.tr("New training"))
        if parent is not None:
            text = self.tr("Continue from %1 with this bundle")
            self.heading.setText(text.replace("%1", printable(parent.name)))
        if bundle is not None and not self.bundle.text():
            self.bundle.setText(str(bundle))
        self.base.setEnabled(parent is None)
        self.preset.setEnabled(parent is None)
        self.name.setText(free_name(runs, "run"))
        self.bundle.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose(self, preset: str) -> None:
        """Select a preset."""
        self.preset.setCurrentIndex(max(0, self.preset.findData(preset)))

    def show_check(self, check: BundleCheck) -> None:
        """Show the result of the checks and select the suggested preset."""
        self.choose(check.preset)
        self.output.setPlainText(check.text)

    @property
    def bundle_folder(self) -> Path:
        """Folder of the bundle. Raises CuratorError if it is not a bundle."""
        text = self.bundle.text().strip()
        folder = Path(text).expanduser()
        if not text or not (folder / "manifest.jsonl").is_file():
            raise CuratorError(
                self.tr("This folder is not a bundle."),
                self.tr("Export one on the Export page (Ctrl+5)."),
            )
        return folder.resolve()

    @property
    def run(self) -> Path:
        """Folder of the new run. Raises CuratorError if the name is invalid or taken."""
        name = self.name.text().strip()
        if not name or Path(name).name != name:
            raise CuratorError(self.tr("Enter a run name that is a valid folder name."))
        folder = self.runs / name
        if folder.exists():
            raise CuratorError(self.tr("A run with this name already exists."))
        return folder

    def arguments(self) -> list[str]:
        """Command-line arguments for `trainer`."""
        words = ["train", str(self.bundle_folder), str(self.run)]
        if self.parent_run is not None:
            words += ["--from", str(self.parent_run)]
        else:
            words += ["--preset", str(self.preset.currentData())]
            if base := self.base.text().strip():
                words += ["--base", str(Path(base).expanduser().resolve())]
        if epochs := self.epochs.text().strip():
            try:
                above = float(epochs.replace(",", ".")) > 0
            except ValueError:
                above = False
            if not above:
                raise CuratorError(self.tr("Epochs must be a number above 0."))
            # A preset may set steps, which take precedence.
            words += ["--set", f"sched.epochs={float(epochs.replace(',', '.'))}"]
            words += ["--set", "sched.total_steps=0"]
        if spoken := self.spoken.text().strip():
            if not (spoken.isascii() and spoken.isdigit()):
                raise CuratorError(self.tr("Test sentences must be a whole number."))
            words += ["--set", f"eval.speak_sentences={int(spoken)}"]
        return words

    def _choose(self, control: QLineEdit) -> None:
        dialog = QFileDialog(self, self.tr("Choose a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(control.setText)
        dialog.open()

    @Slot(str)
    def say(self, text: str) -> None:
        """Show a sentence in place of the trainer's output."""
        self.output.setPlainText(text)
