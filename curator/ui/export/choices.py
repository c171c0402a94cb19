"""Form of the export settings."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QFileDialog, QFrame, QGridLayout, QLineEdit

from curator.domain.resources import resources
from curator.domain.target import read_target
from curator.export.formats import formats
from curator.export.project import speaker_name
from curator.export.settings import ExportSettings
from curator.export.split import EVAL_SHARE
from curator.ui.export.output_folder import free_folder
from curator.ui.export.presets import ExportPreset, ExportPresets, last_folder
from curator.ui.page import button, label
from curator.ui.session import Session
from curator.ui.theme import GRID
from curator.ui.widgets.combo_box import ComboBox
from curator.ui.wording import translated

FIELD_WIDTH, FORM_WIDTH = 45 * GRID, 110 * GRID
"""Upper bounds of the widths, so that the form is read at a glance in a wide window."""

MAX_EVAL_PERCENT = 50.0
"""Upper bound of the evaluation share, percent of the clips."""


class Choices(QFrame):
    """Form with folder, model, speaker, evaluation share and format, and the export button."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._session = session
        self.out = QLineEdit()
        self.speaker = QLineEdit(speaker_name(session.project.path))
        self.eval_percent = QDoubleSpinBox(
            minimum=0.0, maximum=MAX_EVAL_PERCENT, value=100 * EVAL_SHARE, decimals=0, suffix=" %"
        )
        self.eval_percent.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.target = ComboBox()
        for path in sorted((resources() / "targets").glob("*.toml")):
            self.target.addItem(read_target(path.stem).name, path.stem)
        self.target.setCurrentIndex(self.target.findData(session.project.settings.target))
        self.form = ComboBox()
        for each in formats().values():
            self.form.addItem(translated("Formats", each.label), each.key)
        self.start = button(self.tr("Export"), "first")
        choose = button(self.tr("Choose…"))
        choose.clicked.connect(self._choose)
        grid = QGridLayout(self)
        grid.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        grid.setHorizontalSpacing(2 * GRID)
        for row, (text, control) in enumerate(
            (
                (self.tr("Output folder"), self.out),
                (self.tr("Target model"), self.target),
                (self.tr("Speaker name"), self.speaker),
                (self.tr("Evaluation share"), self.eval_percent),
                (self.tr("Format"), self.form),
            )
        ):
            title = label(text)
            title.setBuddy(control)
            control.setAccessibleName(text)
            grid.addWidget(title, row, 0)
            grid.addWidget(control, row, 1)
            if control is not self.out:
                control.setMaximumWidth(FIELD_WIDTH)
        self.eval_percent.setMaximumWidth(10 * GRID)
        grid.addWidget(choose, 0, 2)
        grid.addWidget(self.start, grid.rowCount() - 1, 2)
        grid.setColumnStretch(1, 1)
        self.setMaximumWidth(FORM_WIDTH)
        self.presets = ExportPresets()
        self.form.activated.connect(self.apply_preset)
        self.suggest()

    def suggest(self) -> None:
        """Fill in a new folder: the next after the last export in this format, or by the project.

        "show-v1" is followed by "show-v2"; see `free_folder`.
        """
        preset = self.presets.of(self.form_key)
        last = last_folder(preset, self._default_name) if preset else None
        project = self._session.project.path.absolute()
        self.out.setText(str(free_folder(last or project.parent / self._default_name)))

    def follow_export(self, written: Path) -> None:
        """Fill in the folder of the next export, unless the person entered another meanwhile."""
        if self.folder.absolute() == written.absolute():
            self.suggest()

    @Slot()
    def apply_preset(self) -> None:
        """Fill in the settings of the last export in this format."""
        preset = self.presets.of(self.form_key)
        if preset is None:
            return
        self.speaker.setText(preset.speaker)
        self.eval_percent.setValue(preset.eval_percent)
        self.suggest()
        place = self.target.findData(preset.target)
        if place >= 0:
            self.target.setCurrentIndex(place)

    def note_preset(self) -> None:
        """Remember the settings of the form for its format."""
        folder = self.folder.absolute()
        share, speaker = self.eval_percent.value(), self.speaker.text()
        preset = ExportPreset(self.target_key, speaker, share, str(folder.parent), folder.name)
        self.presets.note(self.form_key, preset)

    def remembered(self) -> Mapping[str, object]:
        """The chosen format, and the settings of the last export in each."""
        return {"format": self.form_key, "presets": self.presets.stored()}

    def recall(self, state: Mapping[str, object]) -> None:
        """Restore what `remembered` returned."""
        self.presets.recall(state.get("presets"))
        place = self.form.findData(state.get("format"))
        if place >= 0:
            self.form.setCurrentIndex(place)
        self.apply_preset()

    @property
    def form_key(self) -> str:
        """Key of the format."""
        return str(self.form.currentData())

    @property
    def _default_name(self) -> str:
        return f"{speaker_name(self._session.project.path)}-bundle"

    @property
    def folder(self) -> Path:
        """Output folder."""
        return Path(self.out.text()).expanduser()

    @property
    def target_key(self) -> str:
        """Key of the target model."""
        return str(self.target.currentData())

    @property
    def settings(self) -> ExportSettings:
        """Export settings of the form."""
        return ExportSettings(
            form=self.form_key,
            target=self.target_key,
            speaker=self.speaker.text().strip(),
            eval_share=self.eval_percent.value() / 100,
        )

    @Slot()
    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Parent of the output folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._inside)
        dialog.open()

    @Slot(str)
    def _inside(self, chosen: str) -> None:
        self.out.setText(str(free_folder(Path(chosen) / (self.folder.name or self._default_name))))
