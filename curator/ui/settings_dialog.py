"""Settings dialog, built from the table of settings, with a search field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import button, label
from curator.ui.settings import WindowSettings
from curator.ui.settings_table import SETTINGS, WindowSetting
from curator.ui.theme import GRID
from curator.ui.widgets.combo_box import ComboBox
from curator.ui.wording import translated

WIDTH = 68 * GRID


@dataclass(frozen=True, slots=True)
class SettingRow:
    """Widgets of a setting. text: everything that the search looks into."""

    widgets: tuple[QWidget, ...]
    text: str


class SettingsDialog(QDialog):
    """Form of all settings, filtered by a search field; changes take effect immediately."""

    models_wanted = Signal()

    def __init__(self, settings: WindowSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        self.controls: dict[str, QWidget] = {}
        self._rows: list[SettingRow] = []
        self.search = QLineEdit(placeholderText=self.tr("Search settings"))
        self.search.setAccessibleName(self.tr("Search settings"))
        self.search.setClearButtonEnabled(True)
        self.none = label(role="quiet", wrap=True)
        self.none.setContentsMargins(GRID, 0, 0, 0)
        self.none.hide()
        form = QGridLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        for setting in SETTINGS:
            if setting.text:
                self._add(form, setting)
        close, models = button(self.tr("Close")), button(self.tr("Models…"))
        close.clicked.connect(self.close)
        models.clicked.connect(self.models_wanted)
        last = QHBoxLayout()
        last.addWidget(models)
        last.addStretch(1)
        last.addWidget(close)
        inside = QWidget()
        inside.setLayout(form)
        form.setColumnStretch(1, 1)
        form.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._area = _Scrolled()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, 2 * GRID)
        column.addWidget(self.search)
        column.addWidget(self.none)
        column.addWidget(self._area, 1)
        column.addLayout(last)
        room = self.screen().availableSize().height() - 8 * GRID
        wanted = form.heightForWidth(WIDTH - 4 * GRID) + 15 * GRID
        self.resize(WIDTH, min(wanted, room))
        self.search.textChanged.connect(self._filter)
        self.search.setFocus()

    @Slot(str)
    def _filter(self, typed: str) -> None:
        """Show the settings with every typed word in their name, explanation or choices."""
        words, any_shown = typed.casefold().split(), False
        for row in self._rows:
            is_match = all(word in row.text for word in words)
            any_shown |= is_match
            for widget in row.widgets:
                widget.setVisible(is_match)
        self.none.setVisible(not any_shown)
        self.none.setText(self.tr("No setting matches “%1”.").replace("%1", typed.strip()))
        self._area.fit()

    def _add(self, form: QGridLayout, setting: WindowSetting) -> None:
        text, tip = (translated("Settings", text) for text in (setting.text, setting.tip))
        if setting.listed is not None:
            tip = tip.replace("%1", ", ".join(setting.listed()))
        control = _control(setting, self._settings)
        control.setAccessibleName(text)
        control.setAccessibleDescription(tip)
        self.controls[setting.key] = control
        widgets: list[QWidget] = [control, label(tip, "quiet", wrap=True)]
        row = form.rowCount()
        if isinstance(control, QCheckBox):
            control.setText(text)
        else:
            named = label(text)
            named.setBuddy(control)
            form.addWidget(named, row, 0)
            widgets.append(named)
        form.addWidget(control, row, 1)
        form.addWidget(widgets[1], row + 1, 1)
        choices = [translated("Settings", text) for _, text in setting.choices]
        self._rows.append(SettingRow(tuple(widgets), " ".join([text, tip, *choices]).casefold()))


class _Scrolled(QScrollArea):
    """Scroll area with content as high as its wrapped texts need."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Give the content the height that it needs at this width."""
        if (inside := self.widget()) is not None:
            width = self.viewport().width()
            inside.setFixedSize(width, inside.heightForWidth(width))


def _control(setting: WindowSetting, settings: WindowSettings) -> QWidget:
    key, value = setting.key, settings.get(setting.key)
    choose: Callable[[str | bool | int], None] = lambda chosen: settings.set(key, chosen)  # noqa: E731
    if setting.choices:
        box = ComboBox()
        for chosen, text in setting.choices:
            box.addItem(translated("Settings", text), chosen)
        box.setCurrentIndex([chosen for chosen, _ in setting.choices].index(str(value)))
        box.currentIndexChanged.connect(lambda index: choose(setting.choices[index][0]))
        return box
    if setting.devices is not None:
        return _device_box(setting.devices(), str(value), choose)
    if isinstance(value, bool):
        check = QCheckBox()
        check.setChecked(value)
        check.toggled.connect(choose)
        return check
    if isinstance(value, int):
        spin = QSpinBox(minimum=int(setting.low), maximum=int(setting.high))
        spin.setValue(value)
        spin.setMaximumWidth(10 * GRID)
        spin.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        spin.valueChanged.connect(choose)
        return spin
    line = QLineEdit(str(value))
    line.editingFinished.connect(lambda: choose(line.text().strip() or str(setting.default)))
    return line


def _device_box(
    names: Sequence[str], chosen: str, choose: Callable[[str | bool | int], None]
) -> QComboBox:
    """Choice of a device; a chosen one that is not connected stays listed."""
    box = ComboBox()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.addItem(translated("Settings", QT_TRANSLATE_NOOP("Settings", "System default")), "")
    for name in dict.fromkeys([*names, *([chosen] if chosen else [])]):
        text = name
        if name not in names:
            lost = translated("Settings", QT_TRANSLATE_NOOP("Settings", "%1 (not connected)"))
            text = lost.replace("%1", name)
        box.addItem(text, name)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.currentIndexChanged.connect(lambda index: choose(box.itemData(index)))
    return box
