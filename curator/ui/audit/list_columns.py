"""Columns of the clip list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QGuiApplication

from curator.domain.decision import State
from curator.domain.emotion import Emotion
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.theme import roles_of
from curator.ui.widgets.badges import badge, category_badge
from curator.ui.wording import counted, translated

_Role = Qt.ItemDataRole
NUMBERS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class RowValues:
    """Values of one row. emotion: category or None. errors, warnings: number of findings."""

    id: int
    text: str
    seconds: float
    state: State
    emotion: Emotion | None
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column. sorts_by: column of ClipColumns. shows: Qt role -> value of a row."""

    key: str
    title: str
    tip: str
    sorts_by: str
    shows: Mapping[int, Callable[[RowValues], object]]


def _state_text(row: RowValues) -> str:
    return translated(
        "ClipTable",
        {
            State.KEPT: QT_TRANSLATE_NOOP("ClipTable", "kept"),
            State.DROPPED: QT_TRANSLATE_NOOP("ClipTable", "dropped"),
            State.UNDECIDED: QT_TRANSLATE_NOOP("ClipTable", "undecided"),
        }[row.state],
    )


def _findings_text(row: RowValues) -> str:
    def tr(text: str) -> str:
        return QCoreApplication.translate("ClipTable", text)

    counts = []
    if row.errors:
        counts.append(counted(row.errors, tr("%n error"), tr("%n errors")))
    if row.warnings:
        counts.append(counted(row.warnings, tr("%n warning"), tr("%n warnings")))
    return ", ".join(counts) or tr("no findings")


def _text_colour(row: RowValues) -> object:
    if row.state is not State.DROPPED:
        return None
    return QColor(roles_of(QGuiApplication.palette()).quiet)


COLUMNS: Sequence[ListColumn] = (
    ListColumn(
        "state",
        "",
        QT_TRANSLATE_NOOP("ClipTable", "Decision"),
        "state",
        {
            _Role.DecorationRole: lambda row: (
                None if row.state is State.UNDECIDED else badge(str(row.state))
            ),
            _Role.AccessibleTextRole: _state_text,
            _Role.ToolTipRole: _state_text,
        },
    ),
    ListColumn(
        "id",
        QT_TRANSLATE_NOOP("ClipTable", "#"),
        QT_TRANSLATE_NOOP("ClipTable", "Clip number"),
        "recorded",
        {
            _Role.DisplayRole: lambda row: str(row.id),
            _Role.TextAlignmentRole: lambda row: NUMBERS,
            _Role.ForegroundRole: lambda row: QColor(roles_of(QGuiApplication.palette()).quiet),
        },
    ),
    ListColumn(
        "text",
        QT_TRANSLATE_NOOP("ClipTable", "Text"),
        QT_TRANSLATE_NOOP("ClipTable", "Transcript"),
        "text",
        {
            _Role.DisplayRole: lambda row: row.text,
            _Role.ToolTipRole: lambda row: row.text,
            _Role.ForegroundRole: _text_colour,
        },
    ),
    ListColumn(
        "seconds",
        QT_TRANSLATE_NOOP("ClipTable", "s"),
        QT_TRANSLATE_NOOP("ClipTable", "Duration in seconds"),
        "duration",
        {
            _Role.DisplayRole: lambda row: f"{row.seconds:.1f}",
            _Role.TextAlignmentRole: lambda row: NUMBERS,
        },
    ),
    ListColumn(
        "emotion",
        "",
        QT_TRANSLATE_NOOP("ClipTable", "Category"),
        "emotion",
        {
            _Role.DecorationRole: lambda row: (
                category_badge(row.emotion.name[:1].upper(), row.emotion.colour)
                if row.emotion
                else None
            ),
            _Role.ToolTipRole: lambda row: row.emotion.name if row.emotion else None,
            _Role.AccessibleTextRole: lambda row: row.emotion.name if row.emotion else None,
        },
    ),
    ListColumn(
        "findings",
        "",
        QT_TRANSLATE_NOOP("ClipTable", "Findings"),
        "findings",
        {
            _Role.DecorationRole: lambda row: (
                badge("error" if row.errors else "warning") if row.errors or row.warnings else None
            ),
            _Role.ToolTipRole: _findings_text,
            _Role.AccessibleTextRole: _findings_text,
        },
    ),
)
