"""Columns of the clip list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QGuiApplication

from curator.domain.decision import State
from curator.domain.emotion import Emotion
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.plain_text import tool_tip
from curator.ui.theme import roles_of
from curator.ui.widgets.badges import badge, category_badge
from curator.ui.widgets.timeline import clock
from curator.ui.wording import counted, translated

_Role = Qt.ItemDataRole
NUMBERS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class RowValues:
    """Values of one row.

    emotion: category or None. errors, warnings: number of findings. begin: seconds into the
    recording. numbers: values of the columns that are facts, by column key. expected: text of a
    clip without one, from the transcript of its recording.
    """

    id: int
    text: str
    seconds: float
    state: State
    emotion: Emotion | None
    errors: int
    warnings: int
    recording: str = ""
    begin: float = 0.0
    is_edited: bool = False
    numbers: Mapping[str, float] = field(default_factory=dict)
    expected: str = ""


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column.

    sorts_by: column of ClipColumns. shows: Qt role -> value of a row. widest: text that sets its
    width, "" for an icon. icon: badge instead of a title. is_optional: hidden unless chosen.
    """

    key: str
    title: str
    tip: str
    sorts_by: str
    shows: Mapping[int, Callable[[RowValues], object]]
    widest: str = ""
    icon: str = ""
    is_optional: bool = False


def _number_column(
    key: str, title: str, tip: str, sorts_by: str, shown: Callable[[RowValues], str], widest: str
) -> ListColumn:
    shows: Mapping[int, Callable[[RowValues], object]] = {
        _Role.DisplayRole: shown,
        _Role.TextAlignmentRole: lambda row: NUMBERS,
    }
    return ListColumn(key, title, tip, sorts_by, shows, widest, is_optional=True)


def _fact(key: str, digits: int) -> Callable[[RowValues], str]:
    return lambda row: f"{row.numbers[key]:.{digits}f}" if key in row.numbers else ""


def _pace(row: RowValues) -> str:
    return f"{len(row.text) / row.seconds:.1f}" if row.text and row.seconds else ""


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
    if row.state is not State.DROPPED and not row.expected:
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
        icon="kept",
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
        "99999",
    ),
    ListColumn(
        "text",
        QT_TRANSLATE_NOOP("ClipTable", "Text"),
        QT_TRANSLATE_NOOP("ClipTable", "Transcript"),
        "text",
        {
            _Role.DisplayRole: lambda row: row.text or row.expected,
            _Role.ToolTipRole: lambda row: tool_tip(row.text or row.expected),
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
        "99.9",
    ),
    ListColumn(
        "emotion",
        "",
        QT_TRANSLATE_NOOP("ClipTable", "Category"),
        "emotion",
        {
            _Role.DecorationRole: lambda row: (
                category_badge(row.emotion.sign, row.emotion.colour) if row.emotion else None
            ),
            _Role.ToolTipRole: lambda row: tool_tip(row.emotion.name) if row.emotion else None,
            _Role.AccessibleTextRole: lambda row: row.emotion.name if row.emotion else None,
        },
        icon="category",
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
            _Role.ToolTipRole: lambda row: tool_tip(_findings_text(row) or ""),
            _Role.AccessibleTextRole: _findings_text,
        },
        icon="warning",
    ),
    _number_column(
        "snr",
        QT_TRANSLATE_NOOP("ClipTable", "SNR"),
        QT_TRANSLATE_NOOP("ClipTable", "Signal-to-noise ratio in dB"),
        "score:snr",
        _fact("snr", 0),
        "-99",
    ),
    _number_column(
        "similarity",
        QT_TRANSLATE_NOOP("ClipTable", "Sim."),
        QT_TRANSLATE_NOOP("ClipTable", "Similarity to the reference voice, 0 to 1"),
        "score:speaker_similarity",
        _fact("similarity", 2),
        "0.99",
    ),
    _number_column(
        "pace",
        QT_TRANSLATE_NOOP("ClipTable", "Pace"),
        QT_TRANSLATE_NOOP("ClipTable", "Characters per second"),
        "pace",
        _pace,
        "99.9",
    ),
    _number_column(
        "confidence",
        QT_TRANSLATE_NOOP("ClipTable", "Conf."),
        QT_TRANSLATE_NOOP("ClipTable", "Mean word probability of the transcript, 0 to 1"),
        "confidence",
        _fact("confidence", 2),
        "0.99",
    ),
    _number_column(
        "begin",
        QT_TRANSLATE_NOOP("ClipTable", "Start"),
        QT_TRANSLATE_NOOP("ClipTable", "Start in the recording"),
        "begin",
        lambda row: clock(row.begin, 0.1),
        "9:59:59.9",
    ),
    ListColumn(
        "recording",
        QT_TRANSLATE_NOOP("ClipTable", "Recording"),
        QT_TRANSLATE_NOOP("ClipTable", "Recording"),
        "recording",
        {
            _Role.DisplayRole: lambda row: row.recording,
            _Role.ToolTipRole: lambda row: tool_tip(row.recording),
        },
        "evening show.wav",
        is_optional=True,
    ),
    ListColumn(
        "edited",
        QT_TRANSLATE_NOOP("ClipTable", "Edited"),
        QT_TRANSLATE_NOOP("ClipTable", "Text typed by a person"),
        "corrected",
        {
            _Role.DisplayRole: lambda row: (
                translated("ClipTable", QT_TRANSLATE_NOOP("ClipTable", "yes"))
                if row.is_edited
                else ""
            ),
        },
        "yes",
        is_optional=True,
    ),
)

FACTS: Mapping[str, str] = {"snr": "snr", "similarity": "speaker_similarity"}
"""Keys of the scores that columns show."""
