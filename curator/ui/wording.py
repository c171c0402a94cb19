"""Translation and locale-aware formatting of numbers, durations and keys."""

from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtGui import QKeySequence

from curator.ui.actions import Keys, placed

MINUTE = 60
HOUR = 3600


def translated(context: str, text: str) -> str:
    """Translate a text marked by QT_TRANSLATE_NOOP."""
    return QCoreApplication.translate(context, text)


def number(value: int) -> str:
    """Format a count with group separators: "12,345"."""
    locale = QLocale()
    grouped = locale.numberOptions() & ~QLocale.NumberOption.OmitGroupSeparator
    locale.setNumberOptions(grouped)
    return locale.toString(value)


def counted(count: int, one: str, many: str) -> str:
    """Format a count with a noun: "1 clip", "12,345 clips"; %n stands for the number."""
    return (one if count == 1 else many).replace("%n", number(count))


def clock(seconds: float) -> str:
    """Format seconds as "0:07" or "1:02:05"."""
    whole = round(seconds)
    hours, rest = divmod(whole, HOUR)
    minutes, left = divmod(rest, MINUTE)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def about(seconds: float) -> str:
    """Format an estimated duration, rounded to minutes: "1 min", "2 h 10 min"."""
    minutes = max(1, round(seconds / MINUTE))
    hours, left = divmod(minutes, MINUTE)
    if hours and left:
        text = QCoreApplication.translate("Wording", "%1 h %2 min")
        return text.replace("%1", str(hours)).replace("%2", str(left))
    text = QCoreApplication.translate("Wording", "%1 h" if hours else "%1 min")
    return text.replace("%1", str(hours or left))


def data_size(size: int) -> str:
    """Format bytes: "222 MB", "8.0 GB"."""
    digits = 1 if size >= 1_000_000_000 else 0
    return QLocale().formattedDataSize(size, digits, QLocale.DataSizeFormat.DataSizeSIFormat)


def shown_key(key: str) -> str:
    """Format a key of the action table in the platform's notation."""
    return QKeySequence(placed(key)[1]).toString(QKeySequence.SequenceFormat.NativeText)


def shown_keys(keys: Keys) -> str:
    """Format the keys of an action: "J, Down"; Enter is left out beside Return."""
    shown = [key for key in keys if not _is_twin(key, keys)]
    return ", ".join(dict.fromkeys(shown_key(key) for key in shown))


def _is_twin(key: str, keys: Keys) -> bool:
    """Whether the key has Enter and the same key with Return is present."""
    twin = key.replace("Enter", "Return")
    return twin != key and twin in keys
