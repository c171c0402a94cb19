"""Dialog for a new project."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from curator.domain.emotion import EmotionSet, category_sets, read_category_set
from curator.domain.errors import CuratorError
from curator.domain.resources import resources
from curator.domain.target import read_target
from curator.store.project import Project
from curator.ui.page import button, label
from curator.ui.theme import GRID

SUFFIX = ".curator"


def default_folder() -> Path:
    """Return the user's documents folder."""
    kind = QStandardPaths.StandardLocation.DocumentsLocation
    return Path(QStandardPaths.writableLocation(kind) or Path.home())


class NewProject(QDialog):
    """Asks for name, folder, language, categories and target model, and creates the project."""

    made = Signal(object)  # path of the new project

    def __init__(self, parent: QWidget | None = None, folder: Path | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("New project"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.name = QLineEdit(placeholderText=self.tr("quiz-show"))
        self.folder = QLineEdit(str(folder or default_folder()))
        self.language = QLineEdit(maxLength=2, placeholderText=self.tr("detected"))
        self.categories = QComboBox()
        for key, path in category_sets(resources() / "categories").items():
            self.categories.addItem(EmotionSet.from_toml(path.read_text("utf-8")).name, key)
        self.categories.setCurrentIndex(max(0, self.categories.findData("quiz_show")))
        self.target = QComboBox()
        for path in sorted((resources() / "targets").glob("*.toml")):
            self.target.addItem(read_target(path.stem).name, path.stem)
        self.target.setCurrentIndex(max(0, self.target.findData("xtts_v2")))
        self.error = label(role="error", wrap=True)
        self.make = button(self.tr("Create project"), "first")
        self.make.setDefault(True)
        self._lay_out()
        self.make.clicked.connect(self._make)
        self.name.textChanged.connect(self._validate)
        self._validate()

    def _lay_out(self) -> None:
        choose = button(self.tr("Choose…"))
        choose.clicked.connect(self._choose_folder)
        where = QHBoxLayout()
        where.setSpacing(GRID)
        where.addWidget(self.folder, 1)
        where.addWidget(choose)
        form = QFormLayout()
        form.setVerticalSpacing(GRID)
        form.setHorizontalSpacing(2 * GRID)
        for text, control in (
            (self.tr("Name"), self.name),
            (self.tr("Language (two letters)"), self.language),
            (self.tr("Categories"), self.categories),
            (self.tr("Target model"), self.target),
        ):
            control.setAccessibleName(text)
            form.addRow(text, control)
        self.folder.setAccessibleName(self.tr("Folder"))
        form.insertRow(1, self.tr("Folder"), where)
        cancel = button(self.tr("Cancel"))
        cancel.clicked.connect(self.close)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(cancel)
        line.addWidget(self.make)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(form)
        column.addWidget(self.error)
        column.addLayout(line)
        self.resize(64 * GRID, 0)

    @Slot()
    def _validate(self) -> None:
        self.make.setEnabled(bool(self.name.text().strip()))

    @Slot()
    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder of the project"), self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()

    @Slot()
    def _make(self) -> None:
        name = self.name.text().strip().removesuffix(SUFFIX)
        path = Path(self.folder.text()).expanduser() / f"{name}{SUFFIX}"
        try:
            Project.create(
                path,
                language=self.language.text().strip().lower(),
                target=self.target.currentData(),
                categories=read_category_set(
                    resources() / "categories", self.categories.currentData()
                ),
            ).close()
        except CuratorError as error:
            self.error.setText(str(error))
            return
        self.close()
        self.made.emit(path)
