"""Short titles of the reasons why the trainer rejects a clip."""

from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.wording import translated

REASON_TITLES = {
    "language_unsupported": QT_TRANSLATE_NOOP("Reasons", "Unsupported language"),
    "empty_text": QT_TRANSLATE_NOOP("Reasons", "No text"),
    "no_letters": QT_TRANSLATE_NOOP("Reasons", "No letters"),
    "unknown_characters": QT_TRANSLATE_NOOP("Reasons", "Unsupported characters"),
    "text_too_long": QT_TRANSLATE_NOOP("Reasons", "Text too long"),
    "too_short": QT_TRANSLATE_NOOP("Reasons", "Too short"),
    "too_long": QT_TRANSLATE_NOOP("Reasons", "Too long"),
    "source_missing": QT_TRANSLATE_NOOP("Reasons", "Recording missing"),
    "source_changed": QT_TRANSLATE_NOOP("Reasons", "Recording changed"),
    "not_finite": QT_TRANSLATE_NOOP("Reasons", "Damaged audio"),
    "silent": QT_TRANSLATE_NOOP("Reasons", "Silent"),
}


def reason_title(key: str) -> str:
    """Title of a reason; a key of another version is written as words."""
    if key in REASON_TITLES:
        return translated("Reasons", REASON_TITLES[key])
    return key.replace("_", " ").capitalize()
