"""Dialog for a new project."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from curator.domain.emotion import EmotionSet, category_sets, read_category_set
from curator.domain.errors import CuratorError
from curator.domain.languages import GROWN, languages
from curator.domain.resources import resources
from curator.domain.target import Target, read_target
from curator.store.project import Project
from curator.ui.page import button, label
from curator.ui.theme import GRID
from curator.ui.widgets.combo_box import ComboBox
from curator.ui.widgets.language_field import LanguageField

SUFFIX = ".curator"

FORBIDDEN = '<>:"/\\|?*'
"""Characters that file names cannot have on some system."""

WIDTH = 72 * GRID


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
        self.name = QLineEdit(placeholderText=self.tr("e.g. quiz-show"))
        self.folder = QLineEdit(str(folder or default_folder()))
        self.language = LanguageField()
        self.categories = ComboBox()
        self._sets: dict[str, EmotionSet] = {}
        for key, path in category_sets(resources() / "categories").items():
            self._sets[key] = EmotionSet.from_toml(path.read_text("utf-8"))
            self.categories.addItem(self._sets[key].name, key)
        self.categories.setCurrentIndex(max(0, self.categories.findData("quiz_show")))
        self.target = ComboBox()
        self._targets: dict[str, Target] = {}
        for path in sorted((resources() / "targets").glob("*.toml")):
            self._targets[path.stem] = read_target(path.stem)
            self.target.addItem(self._targets[path.stem].name, path.stem)
        self.target.setCurrentIndex(max(0, self.target.findData("xtts_v2")))
        self.about_path = label(role="quiet", wrap=True)
        self.about_language = label(role="quiet", wrap=True)
        self.about_categories = label(role="quiet", wrap=True)
        self.about_target = label(role="quiet", wrap=True)
        self.error = label(role="error", wrap=True)
        self.make = button(self.tr("Create project"), "first")
        self.make.setDefault(True)
        self._lay_out()
        self._connect()
        self._validate()
        self._explain()
        self.name.setFocus()

    def _lay_out(self) -> None:
        choose = button(self.tr("Choose…"))
        choose.clicked.connect(self._choose_folder)
        where = QHBoxLayout()
        where.setSpacing(GRID)
        where.addWidget(self.folder, 1)
        where.addWidget(choose)
        form = QGridLayout()
        form.setVerticalSpacing(GRID // 2)
        form.setHorizontalSpacing(2 * GRID)
        form.setColumnStretch(1, 1)
        for text, control, field, about in (
            (self.tr("Name"), self.name, self.name, None),
            (self.tr("Folder"), self.folder, where, self.about_path),
            (self.tr("Language"), self.language, self.language, self.about_language),
            (self.tr("Categories"), self.categories, self.categories, self.about_categories),
            (self.tr("Target model"), self.target, self.target, self.about_target),
        ):
            row = form.rowCount()
            control.setAccessibleName(text)
            title = label(text)
            title.setBuddy(control)
            form.addWidget(title, row, 0)
            if isinstance(field, QWidget):
                form.addWidget(field, row, 1)
            else:
                form.addLayout(field, row, 1)
            if about is None:
                form.setRowMinimumHeight(row + 1, GRID // 2)
            else:
                about.setContentsMargins(0, 0, 0, GRID)
                form.addWidget(about, row + 1, 1)
        cancel = button(self.tr("Cancel"))
        cancel.clicked.connect(self.close)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(cancel)
        line.addWidget(self.make)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addLayout(form)
        column.addWidget(self.error)
        column.addLayout(line)
        self.resize(min(WIDTH, self.screen().availableSize().width() - 4 * GRID), 0)

    def _fit(self) -> None:
        """Grow to the height that the wrapped texts need."""
        layout = self.layout()
        needed = layout.heightForWidth(self.width()) if layout else 0
        self.resize(self.width(), max(self.height(), needed))

    def _connect(self) -> None:
        self.make.clicked.connect(self._make)
        for line in (self.name, self.folder):
            line.textChanged.connect(self._validate)
        self.language.currentTextChanged.connect(self._validate)
        self.language.currentTextChanged.connect(self._explain)
        self.categories.currentIndexChanged.connect(self._explain)
        self.target.currentIndexChanged.connect(self._explain)

    @property
    def path(self) -> Path:
        """Folder of the project to make."""
        name = self.name.text().strip().removesuffix(SUFFIX)
        return Path(self.folder.text().strip()).expanduser() / f"{name}{SUFFIX}"

    @Slot()
    def _validate(self) -> None:
        """Say what is wrong before anything is made."""
        name, folder = self.name.text().strip().removesuffix(SUFFIX), self.folder.text().strip()
        fault = self._fault(name, folder)
        self.error.setText(fault)
        self.error.setVisible(bool(fault))
        ready = bool(name) and bool(folder) and not fault
        self.make.setEnabled(ready)
        made = self.tr("Makes %1. Recordings stay where they are.")
        self.about_path.setText(made.replace("%1", str(self.path)) if ready else "")
        self._fit()

    def _fault(self, name: str, folder: str) -> str:
        bad = next((letter for letter in name if letter in FORBIDDEN or ord(letter) < 32), "")
        if bad:
            text = self.tr("A name cannot contain %1.")
            return text.replace("%1", bad if bad.isprintable() else f"U+{ord(bad):04X}")
        if name.startswith(".") or name.endswith((".", " ")):
            return self.tr("A name cannot begin or end with a dot.")
        where = Path(folder).expanduser() if folder else None
        if where is not None and where.exists() and not where.is_dir():
            return self.tr("%1 is a file, not a folder.").replace("%1", str(where))
        if where is not None and not where.is_absolute():
            return self.tr("Enter the whole path of the folder.")
        if name and where is not None and self.path.exists():
            return self.tr("%1 already exists. Choose another name.").replace("%1", self.path.name)
        if self.language.code is None:
            text = self.tr("%1 is no listed language. Choose one from the list.")
            return text.replace("%1", f"“{self.language.currentText().strip()}”")
        return ""

    @Slot()
    def _explain(self) -> None:
        """Explain what the chosen language, categories and target mean."""
        names = [each.name for each in self._sets[self.categories.currentData()].emotions]
        self.about_categories.setText(
            self.tr("%1. You can change them later.").replace("%1", ", ".join(names))
        )
        target = self._targets[self.target.currentData()]
        text = self.tr("Clips of %1 to %2 s. Licence: %3")
        text = text.replace("%1", f"{target.min_s:g}").replace("%2", f"{target.max_s:.1f}")
        self.about_target.setText(text.replace("%3", target.licence) + ".")
        self.about_language.setText(self._about_language(target))
        self._fit()

    def _about_language(self, target: Target) -> str:
        code = self.language.code
        if not code:
            return self.tr("Type to search. Detected for each recording unless you choose one.")
        name, treatment = languages()[code].english, target.treatments.get(code)
        if treatment is None:
            text = self.tr("%2 cannot learn %1; choose another target model.")
        elif treatment == GROWN:
            text = self.tr("%1 is not spoken by %2 as released: training adds it, with more data.")
        else:
            text = self.tr("%1 is spoken by %2 as released.")
        return text.replace("%1", name).replace("%2", target.name)

    @Slot()
    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder of the project"), self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()

    @Slot()
    def _make(self) -> None:
        try:
            Project.create(
                self.path,
                language=self.language.code or "",
                target=self.target.currentData(),
                categories=read_category_set(
                    resources() / "categories", self.categories.currentData()
                ),
            ).close()
        except CuratorError as error:
            self.error.setText(str(error))
            self.error.show()
            return
        path = self.path
        self.close()
        self.made.emit(path)
