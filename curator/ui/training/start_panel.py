"""Form of a new training: checked fields, and the plan for this machine and rented ones."""

import math
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from curator.domain.errors import CuratorError, printable
from curator.ui.page import button, label
from curator.ui.rejection_texts import reason_title
from curator.ui.setup.missing_part import MissingPart
from curator.ui.theme import GRID
from curator.ui.training.plan_table import PlanTable
from curator.ui.training.trainer_process import WITHOUT_GPU, BundleCheck, presets
from curator.ui.widgets.combo_box import ComboBox
from curator.ui.wording import number

MIN_PRESET_LETTERS = 16
OUTPUT_HEIGHT = 10 * GRID
FORM_WIDTH = 110 * GRID


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
    setup_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = Path()
        self.parent_run: Path | None = None
        self.heading = label(role="title")
        self.bundle, self.base, self.name = QLineEdit(), QLineEdit(), QLineEdit()
        self.price, self.epochs, self.spoken = QLineEdit(), QLineEdit(), QLineEdit()
        self.preset = ComboBox()
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
        self.summary = label(self.tr("F5 checks the bundle and plans the training."), wrap=True)
        self.plans = PlanTable()
        self.output = QPlainTextEdit(readOnly=True)
        self.output.setAccessibleName(self.tr("Rejected clips"))
        self.output.setMaximumHeight(OUTPUT_HEIGHT)
        self.output.setTabChangesFocus(True)
        self.output.hide()
        self.plans.hide()
        self.errors: dict[QWidget, QLabel] = {}
        text = self.tr("Training needs packages that are not installed yet.")
        self.missing = MissingPart(("training", "chatterbox"), text, self.setup_wanted.emit)
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
        for at, (text, control) in enumerate(
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
            grid.addWidget(title, 2 * at, 0)
            grid.addWidget(control, 2 * at, 1)
            if isinstance(control, QLineEdit):
                self.errors[control] = label(role="error", wrap=True)
                self.errors[control].hide()
                grid.addWidget(self.errors[control], 2 * at + 1, 1)
                control.textChanged.connect(self._check_fields)
        for at, field in ((0, self.bundle), (1, self.base)):
            choose = button(self.tr("Choose…"))
            choose.clicked.connect(lambda _=False, which=field: self._choose(which))
            grid.addWidget(choose, 2 * at, 2)
        grid.setColumnStretch(1, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.plan)
        foot.addWidget(self.begin)
        inside, around = QWidget(), QHBoxLayout(self)
        inside.setMaximumWidth(FORM_WIDTH)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(inside, 100)
        around.addStretch(1)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.heading)
        column.addWidget(self.missing)
        column.addLayout(grid)
        column.addWidget(self.summary)
        column.addWidget(self.plans, 100)
        column.addWidget(self.output)
        column.addStretch(1)
        column.addLayout(foot)

    def prepare(self, bundle: Path | None, runs: Path, parent: Path | None) -> None:
        """Fill in the form. parent: run to continue from, None for a base model."""
        self.runs, self.parent_run = runs, parent
        self.missing.refresh()
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
        self.summary.setText(self._summary(check))
        self.plans.show_plans(check)
        self.plans.show()
        self.output.setPlainText(check.text)
        rejected = check.usable is not None and check.usable.usable < check.usable.clips
        self.output.setVisible(rejected)

    def _summary(self, check: BundleCheck) -> str:
        """Return usable clips, and what this machine can do."""
        parts = []
        if (usable := check.usable) is not None:
            text = self.tr("%1 of %2 clips are usable, %3 min.")
            text = text.replace("%1", number(usable.usable)).replace("%2", number(usable.clips))
            parts.append(text.replace("%3", f"{usable.seconds / 60:.1f}"))
            if usable.reasons:
                reasons = ", ".join(
                    f"{reason_title(key)} {number(count)}" for key, count in usable.reasons.items()
                )
                parts.append(self.tr("Rejected: %1.").replace("%1", reasons))
        if check.gpu_gb is None:
            text = self.tr("This machine has no GPU: only the preset %1 runs here.")
            parts.append(text.replace("%1", WITHOUT_GPU))
        elif not self.base.text().strip() and self.parent_run is None:
            text = self.tr("Without a base model only the preset %1 can run.")
            parts.append(text.replace("%1", WITHOUT_GPU))
        return " ".join(parts)

    def problems(self) -> dict[QLineEdit, str]:
        """Return the errors of the fields."""
        problems: dict[QLineEdit, str] = {}
        for field, check in (
            (self.bundle, lambda: self.bundle_folder),
            (self.base, self._base_folder),
            (self.epochs, self._epochs),
            (self.spoken, self._sentences),
            (self.price, self._price),
            (self.name, lambda: self.run),
        ):
            try:
                check()
            except CuratorError as error:
                problems[field] = error.sentence
        return problems

    @Slot()
    def _check_fields(self) -> None:
        """Show the errors under their fields; an empty bundle is not one before the start."""
        problems = self.problems()
        for field, error in self.errors.items():
            assert isinstance(field, QLineEdit)
            text = problems.get(field, "") if field.text().strip() else ""
            error.setText(text)
            error.setVisible(bool(text))

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

    def _base_folder(self) -> Path | None:
        """Folder of the base, None without one."""
        text = self.base.text().strip()
        if not text or self.parent_run is not None:
            return None
        folder = Path(text).expanduser().resolve()
        if not folder.is_dir():
            raise CuratorError(self.tr("There is no such folder."))
        return folder

    def _epochs(self) -> float | None:
        """Number of epochs, None for the preset's."""
        return self._positive(self.epochs, self.tr("Epochs must be a number above 0."))

    def _price(self) -> float | None:
        """Price of an hour, None without one."""
        return self._positive(self.price, self.tr("The price must be a number above 0."))

    def _positive(self, field: QLineEdit, error: str) -> float | None:
        text = field.text().strip().replace(",", ".")
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = 0.0
        if not 0 < value < math.inf:
            raise CuratorError(error)
        return value

    def _sentences(self) -> int | None:
        """Number of test sentences, None for the preset's."""
        text = self.spoken.text().strip()
        if text and not (text.isascii() and text.isdigit()):
            raise CuratorError(self.tr("Test sentences must be a whole number."))
        return int(text) if text else None

    @property
    def hourly_price(self) -> str:
        """Price for the plan, "" without one."""
        price = self._price()
        return "" if price is None else f"{price:g}"

    def arguments(self) -> list[str]:
        """Command-line arguments for `trainer`. Raises CuratorError for an invalid field."""
        words = ["train", str(self.bundle_folder), str(self.run)]
        if self.parent_run is not None:
            words += ["--from", str(self.parent_run)]
        else:
            words += ["--preset", str(self.preset.currentData())]
            if base := self._base_folder():
                words += ["--base", str(base)]
        if epochs := self._epochs():
            # A preset may set steps, which take precedence.
            words += ["--set", f"sched.epochs={epochs}", "--set", "sched.total_steps=0"]
        if (spoken := self._sentences()) is not None:
            words += ["--set", f"eval.speak_sentences={spoken}"]
        self._price()
        return words

    def _choose(self, control: QLineEdit) -> None:
        dialog = QFileDialog(self, self.tr("Choose a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(control.setText)
        dialog.open()

    @Slot(str)
    def say(self, text: str) -> None:
        """Show a sentence in place of the plan."""
        self.summary.setText(text)
        self.plans.setRowCount(0)
        self.plans.hide()
        self.output.hide()
