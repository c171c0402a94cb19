"""Qt style sheet of the controls by theme role, on the 8-pixel grid."""

from collections.abc import Mapping
from string import Template

from curator.domain.resources import resources

_SHEET = Template(
    """
* { outline: none; }
QWidget { font-size: 10pt; }
QMainWindow, QDialog { background: $window; }
QToolTip { background: $raised; color: $text; border: 1px solid $hairline; padding: 4px; }

QPushButton, QToolButton {
    background: $surface; color: $text; border: 1px solid $edge; border-radius: 4px;
    padding: 5px 12px;
}
QPushButton:hover, QToolButton:hover { background: $raised; }
QPushButton:pressed, QToolButton:pressed { background: $chosen; }
QPushButton:disabled, QToolButton:disabled { color: $quiet; border-color: $hairline; }
QPushButton:focus, QToolButton:focus { border: 2px solid $accent; padding: 4px 11px; }
QPushButton[weight="first"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[weight="first"]:hover { border-color: $text; }
QPushButton[weight="first"]:focus { border: 2px solid $text; }
QPushButton[weight="first"]:disabled {
    background: $raised; color: $quiet; border-color: $hairline;
}
QPushButton[weight="link"] {
    background: transparent; color: $accent; border: 1px solid transparent; text-align: left;
}
QPushButton[weight="link"]:hover { text-decoration: underline; }
QPushButton[weight="link"]:focus { border: 2px solid $accent; padding: 4px 11px; }

QToolButton::menu-indicator { image: none; }
QFileDialog QToolButton { padding: 3px; }
QFileDialog QToolButton:focus { padding: 2px; }
QToolButton[role="bar"] {
    background: transparent; border: 1px solid transparent; padding: 5px 8px; color: $quiet;
}
QToolButton[role="bar"]:hover { color: $text; background: $raised; }
QToolButton[role="bar"]:focus { border: 2px solid $accent; padding: 4px 7px; }

QToolButton[role="page"] {
    background: transparent; border: none; border-bottom: 2px solid transparent;
    border-radius: 0; padding: 8px 12px 6px 12px; color: $quiet;
}
QToolButton[role="page"]:hover { color: $text; }
QToolButton[role="page"]:checked { color: $text; border-bottom: 2px solid $accent; }
QToolButton[role="page"]:focus { background: $chosen; color: $text; }

QToolButton[role="chip"] {
    background: $chosen; border: 1px solid transparent; border-radius: 9px; padding: 1px 8px;
}
QToolButton[role="chip"]:hover { border: 1px solid $accent; }
QToolButton[role="chip"]:focus { border: 2px solid $accent; padding: 0 7px; }
QToolButton[role="menu"] { padding: 5px 24px 5px 12px; }
QToolButton[role="menu"]:focus { padding: 4px 23px 4px 11px; }
QToolButton[role="menu"]::menu-indicator {
    image: url("$arrow"); width: 10px; height: 6px; subcontrol-position: right center; right: 8px;
}

QToolButton[role="fold"] {
    background: transparent; border: 1px solid transparent; padding: 2px 5px 2px 2px; color: $text;
}
QToolButton[role="fold"]:hover { background: $raised; }
QToolButton[role="fold"]:focus { border: 2px solid $accent; padding: 1px 4px 1px 1px; }

QToolButton[role="category"] {
    background: transparent; border: 1px solid transparent; padding: 3px 7px; text-align: left;
}
QToolButton[role="category"]:hover { background: $raised; }
QToolButton[role="category"]:checked {
    background: $chosen; border: 1px solid $accent; font-weight: 600;
}
QToolButton[role="category"]:focus { border: 2px solid $accent; padding: 2px 6px; }
QPushButton[weight="neighbour"] {
    background: transparent; color: $quiet; border: 1px solid transparent; text-align: left;
    padding: 2px 3px;
}
QPushButton[weight="neighbour"]:hover { color: $text; background: $raised; }
QPushButton[weight="neighbour"]:focus { color: $text; border: 2px solid $accent; padding: 1px 2px; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox {
    background: $surface; color: $text; border: 1px solid $edge; border-radius: 4px;
    padding: 4px 7px; selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus {
    border: 2px solid $accent; padding: 3px 6px;
}
QComboBox {
    background: $surface; color: $text; border: 1px solid $edge; border-radius: 4px;
    padding: 4px 7px;
}
QComboBox:disabled { color: $quiet; border-color: $hairline; }
QComboBox:hover:!on { border-color: $text; }
QComboBox:focus { border: 2px solid $accent; padding: 3px 6px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$arrow"); width: 10px; height: 6px; }
QComboBox QAbstractItemView {
    background: $surface; color: $text; border: 1px solid $edge;
    selection-background-color: $chosen; selection-color: $text;
}
QCheckBox::indicator {
    width: 12px; height: 12px; border: 1px solid $edge; border-radius: 2px; background: $surface;
}
QCheckBox::indicator:checked {
    border: 1px solid $accent; background: $accent; image: url("$check");
}
QCheckBox::indicator:checked:disabled { border: 1px solid $quiet; background: $quiet; }
QCheckBox, QRadioButton { spacing: 8px; padding: 3px; border: 2px solid transparent; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $accent; border-radius: 4px; }

QTableView, QListView, QTreeView {
    background: $surface; color: $text; border: 1px solid $hairline; gridline-color: $hairline;
    alternate-background-color: $surface;
    selection-background-color: $chosen; selection-color: $text;
}
QTableView:focus, QListView:focus, QTreeView:focus { border: 1px solid $accent; }
QTableView::item, QListView::item { padding: 2px 8px; border: none; }
QTreeView::item { padding: 3px 4px; }
QTableView::item:selected, QListView::item:selected { background: $chosen; color: $text; }
QTableView::item:focus, QListView::item:focus { border: 1px solid $accent; padding: 1px 7px; }
QHeaderView { background: $window; border: none; }
QHeaderView::section {
    background: $window; color: $quiet; border: none; border-bottom: 1px solid $hairline;
    padding: 4px 11px;
}
QHeaderView[room="little"]::section { padding: 4px 8px; }
QTableCornerButton::section { background: $window; border: none; }

QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {
    border: none; padding: 0 6px; background: transparent;
}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button { width: 0; border: none; }

QTabWidget::pane { border: none; border-top: 1px solid $hairline; }
QTabWidget::tab-bar { left: 0; }
QTabBar::tab {
    background: transparent; color: $quiet; border: none; border-bottom: 2px solid transparent;
    padding: 4px 12px;
}
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { background: $chosen; }

QProgressBar {
    background: $raised; border: none; border-radius: 3px; min-height: 6px; max-height: 6px;
}
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QLabel { color: $text; background: transparent; }
QLabel[role="title"] { font-size: 15pt; font-weight: 600; }
QLabel[role="heading"] { font-weight: 600; }
QLabel[role="quiet"] { color: $quiet; }
QLabel[role="kept"] { color: $kept; }
QLabel[role="dropped"] { color: $dropped; }
QLabel[role="warning"] { color: $warning; }
QLabel[role="error"] { color: $error; }
QFrame[role="hairline"] { background: $hairline; border: none; min-height: 1px; max-height: 1px; }
QFrame[role="bar"] { background: $window; border: none; }
QFrame[role="panel"] { background: $surface; border: 1px solid $hairline; border-radius: 4px; }
QFrame[role="drop"] { background: $chosen; border: 2px dashed $accent; border-radius: 8px; }

QMenuBar { background: $window; color: $text; }
QMenuBar::item { padding: 4px 8px; background: transparent; }
QMenuBar::item:selected { background: $chosen; }
QMenu { background: $surface; color: $text; border: 1px solid $edge; padding: 4px 0; }
QMenu::item { padding: 5px 24px 5px 16px; }
QMenu::item:selected { background: $chosen; color: $text; }
QMenu::item:disabled { color: $quiet; }
QMenu::separator { height: 1px; background: $hairline; margin: 4px 0; }

QSplitter::handle { background: $hairline; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSlider { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; background: $hairline; border-radius: 2px; }
QSlider::handle:horizontal {
    width: 12px; margin: -6px 0; background: $surface; border: 1px solid $edge; border-radius: 7px;
}
QSlider::handle:horizontal:focus { border: 2px solid $accent; background: $chosen; }
QScrollArea { background: transparent; border: 1px solid transparent; }
QScrollArea:focus { border: 1px solid $accent; }
QScrollArea[role="page"] { border: none; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle {
    background: $edge; border-radius: 4px; margin: 2px; min-height: 32px; min-width: 32px;
}
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
)


def style_sheet(roles: Mapping[str, str], *, dark: bool) -> str:
    """Return the style sheet with these colours; every role it names must be given."""
    look = resources() / "look"
    check = look / f"check-on-{'dark' if dark else 'light'}.svg"
    return _SHEET.substitute(roles, arrow=(look / "arrow.svg").as_posix(), check=check.as_posix())
