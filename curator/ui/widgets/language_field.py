"""Choice of a language by its name, searchable while typing."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from curator.domain.languages import languages

DETECTED = ""
"""Code of "detected from the recordings"."""


class LanguageField(QComboBox):
    """Editable list of languages: "Hungarian (magyar)". The first entry is "detected"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(12)
        # To measure every entry would load fonts of all scripts, which takes seconds.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(24)
        self.addItem(self.tr("Detect from the recordings"), DETECTED)
        for language in sorted(languages().values(), key=lambda each: each.english):
            own = language.own
            shown = language.english if own == language.english else f"{language.english} ({own})"
            self.addItem(shown, language.code)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)

    @property
    def code(self) -> str | None:
        """Code of the language, "" for detected, None for a text that names none."""
        typed = self.currentText().strip().casefold()
        if not typed:
            return DETECTED
        for index in range(self.count()):
            code = str(self.itemData(index))
            name = self.itemText(index).casefold()
            names = {name, name.partition(" (")[0], name.partition(" (")[2].rstrip(")"), code}
            if typed in names - {""}:
                return code
        return None

    def choose(self, code: str) -> None:
        """Choose a language by its code."""
        self.setCurrentIndex(max(0, self.findData(code)))
