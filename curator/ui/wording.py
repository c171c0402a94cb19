"""Words for people: translated where they are shown, with numbers and times as they write them."""

from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtGui import QKeySequence

from curator.ui.actions import Keys, placed

MINUTE = 60
HOUR = 3600


def translated(context: str, text: str) -> str:
    """A text that was marked by QT_TRANSLATE_NOOP, in the person's language."""
    return QCoreApplication.translate(context, text)


def number(value: int) -> str:
    """A count: "12,345", also where the system's language is not set."""
    locale = QLocale()
    grouped = locale.numberOptions() & ~QLocale.NumberOption.OmitGroupSeparator
    locale.setNumberOptions(grouped)
    return locale.toString(value)


def counted(count: int, one: str, many: str) -> str:
    """ "1 clip" or "12,345 clips"; both texts have %n where the number goes."""
    return (one if count == 1 else many).replace("%n", number(count))


def clock(seconds: float) -> str:
    """A length of time: "0:07", "62:05" is "1:02:05"."""
    whole = round(seconds)
    hours, rest = divmod(whole, HOUR)
    minutes, left = divmod(rest, MINUTE)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def about(seconds: float) -> str:
    """A length of time that is guessed: "1 min", "2 h 10 min"."""
    minutes = max(1, round(seconds / MINUTE))
    hours, left = divmod(minutes, MINUTE)
    if hours and left:
        text = QCoreApplication.translate("Wording", "%1 h %2 min")
        return text.replace("%1", str(hours)).replace("%2", str(left))
    text = QCoreApplication.translate("Wording", "%1 h" if hours else "%1 min")
    return text.replace("%1", str(hours or left))


def shown_key(key: str) -> str:
    """A key of the table as the platform writes it."""
    return QKeySequence(placed(key)[1]).toString(QKeySequence.SequenceFormat.NativeText)


def shown_keys(keys: Keys) -> str:
    """The keys of an action: "J, Down". Enter on the number pad goes without saying."""
    said = [key for key in keys if not _is_twin(key, keys)]
    return ", ".join(dict.fromkeys(shown_key(key) for key in said))


def _is_twin(key: str, keys: Keys) -> bool:
    """Whether it has Enter, and the same with Return is there, too."""
    twin = key.replace("Enter", "Return")
    return twin != key and twin in keys
