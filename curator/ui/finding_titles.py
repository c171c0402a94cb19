"""Short titles of findings, for lists and legends."""

from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.wording import translated

FINDING_TITLES = {
    "clipped": QT_TRANSLATE_NOOP("Findings", "Clipped"),
    "cut_word": QT_TRANSLATE_NOOP("Findings", "Cut inside a word"),
    "doubtful_text": QT_TRANSLATE_NOOP("Findings", "Uncertain words"),
    "invented": QT_TRANSLATE_NOOP("Findings", "Hallucinated text"),
    "music": QT_TRANSLATE_NOOP("Findings", "Background music"),
    "narrow_band": QT_TRANSLATE_NOOP("Findings", "Narrow bandwidth"),
    "no_letters": QT_TRANSLATE_NOOP("Findings", "No letters"),
    "no_text": QT_TRANSLATE_NOOP("Findings", "No text"),
    "noisy": QT_TRANSLATE_NOOP("Findings", "Noisy"),
    "odd_pace": QT_TRANSLATE_NOOP("Findings", "Unusual pace"),
    "other_voice": QT_TRANSLATE_NOOP("Findings", "Other voice"),
    "overlap": QT_TRANSLATE_NOOP("Findings", "Overlapping speech"),
    "poor_quality": QT_TRANSLATE_NOOP("Findings", "Poor quality"),
    "quiet": QT_TRANSLATE_NOOP("Findings", "Quiet"),
    "silence": QT_TRANSLATE_NOOP("Findings", "Long silence"),
    "text_too_long": QT_TRANSLATE_NOOP("Findings", "Text too long"),
    "too_long": QT_TRANSLATE_NOOP("Findings", "Too long"),
    "too_short": QT_TRANSLATE_NOOP("Findings", "Too short"),
    "two_voices": QT_TRANSLATE_NOOP("Findings", "Speaker change"),
    "unknown_characters": QT_TRANSLATE_NOOP("Findings", "Unsupported characters"),
}


def finding_title(key: str) -> str:
    """Title of a finding; a key of another version is written as words."""
    if key in FINDING_TITLES:
        return translated("Findings", FINDING_TITLES[key])
    return key.replace("_", " ").capitalize()
