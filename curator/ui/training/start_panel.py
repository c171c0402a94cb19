"""What a training begins with: bundle, base, preset, name, and what the trainer says to it."""

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

SHOWN_LETTERS = 16


def free_name(folder: Path, stem: str) -> str:
    """A name that is not taken yet: "run-1", "run-2"..."""
    number = 1
    while (folder / f"{stem}-{number}").exists():
        number += 1
    return f"{stem}-{number}"


class StartPanel(QWidget):
    """A form. What it wants done it says by signals."""

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
        self.preset.setMinimumContentsLength(SHOWN_LETTERS)
        self.choose(WITHOUT_GPU)
        self.base.setPlaceholderText(self.tr("none: a small random network, to try the way"))
        self.epochs.setPlaceholderText(self.tr("as the preset says"))
        self.price.setPlaceholderText(self.tr("of an hour, for the plan"))
        self.spoken.setPlaceholderText(
            self.tr("none: it is heard only afterwards; 7 give a curve and cost time")
        )
        self.said = QPlainTextEdit(readOnly=True)
        self.said.setAccessibleName(self.tr("What the trainer says to it"))
        self.said.setPlaceholderText(
            self.tr("Check and plan asks which clips can be used, and what it takes: F5.")
        )
        self.said.setTabChangesFocus(True)
        self.plan = button(self.tr("Check and plan"))
        self.begin = button(self.tr("Begin"), "first")
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
                (self.tr("Sentences on the way"), self.spoken),
                (self.tr("Price"), self.price),
                (self.tr("Name of the run"), self.name),
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
        column.addWidget(self.said, 1)
        column.addLayout(foot)

    def prepare(self, bundle: Path | None, runs: Path, parent: Path | None) -> None:
        """A form for a new run; parent: the run whose best it begins with."""
        self.runs, self.parent_run = runs, parent
        self.heading.setText(self.tr("Begin a training"))
        if parent is not None:
            text = self.tr("Go on from %1 with this bundle")
            self.heading.setText(text.replace("%1", printable(parent.name)))
        if bundle is not None and not self.bundle.text():
            self.bundle.setText(str(bundle))
        self.base.setEnabled(parent is None)
        self.preset.setEnabled(parent is None)
        self.name.setText(free_name(runs, "run"))
        self.bundle.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose(self, preset: str) -> None:
        """Put a preset in."""
        self.preset.setCurrentIndex(max(0, self.preset.findData(preset)))

    def show_check(self, check: BundleCheck) -> None:
        """What was found out; the preset follows the memory of the GPU."""
        self.choose(check.preset)
        self.said.setPlainText(check.text)

    @property
    def bundle_folder(self) -> Path:
        """The bundle, which must be there."""
        text = self.bundle.text().strip()
        folder = Path(text).expanduser()
        if not text or not (folder / "manifest.jsonl").is_file():
            raise CuratorError(
                self.tr("This folder is no bundle."),
                self.tr("Export one first; Ctrl+5 goes there."),
            )
        return folder.resolve()

    @property
    def run(self) -> Path:
        """The new run's folder, which must not be there."""
        name = self.name.text().strip()
        if not name or Path(name).name != name:
            raise CuratorError(self.tr("A run needs a name that can be a folder's."))
        folder = self.runs / name
        if folder.exists():
            raise CuratorError(self.tr("There is a run of this name already."))
        return folder

    def arguments(self) -> list[str]:
        """What `trainer` is to be asked."""
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
                raise CuratorError(self.tr("Epochs are a number above 0."))
            # A preset may count steps instead, which would go before.
            words += ["--set", f"sched.epochs={float(epochs.replace(',', '.'))}"]
            words += ["--set", "sched.total_steps=0"]
        if spoken := self.spoken.text().strip():
            if not (spoken.isascii() and spoken.isdigit()):
                raise CuratorError(self.tr("Sentences on the way are a whole number."))
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
        """A sentence in place of what the trainer said."""
        self.said.setPlainText(text)
