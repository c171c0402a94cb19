"""Texts that confirm decisions: "Dropped clip 42."."""

from collections.abc import Callable

from curator.domain.decision import Changes, Field
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.wording import counted, translated

CONFIRMATIONS = {
    "Keep": QT_TRANSLATE_NOOP("Confirmations", "Kept %1."),
    "Drop": QT_TRANSLATE_NOOP("Confirmations", "Dropped %1."),
    "Reset to undecided": QT_TRANSLATE_NOOP("Confirmations", "Reset %1 to undecided."),
    "Clear category": QT_TRANSLATE_NOOP("Confirmations", "Removed the category of %1."),
    "Correct text": QT_TRANSLATE_NOOP("Confirmations", "Corrected the text of %1."),
    "Move edges": QT_TRANSLATE_NOOP("Confirmations", "Moved an edge of %1."),
    "Split": QT_TRANSLATE_NOOP("Confirmations", "Split %1 in two."),
    "Merge": QT_TRANSLATE_NOOP("Confirmations", "Merged two clips."),
    "Set reference voice": QT_TRANSLATE_NOOP("Confirmations", "Set the reference voice."),
}
"""Confirmation by the verb of a label; %1 stands for the clips."""

VALUED = {
    "Remove recording": QT_TRANSLATE_NOOP("Confirmations", "Removed %1."),
    "Restore recording": QT_TRANSLATE_NOOP("Confirmations", "Restored %1."),
    "Set licence": QT_TRANSLATE_NOOP("Confirmations", "Set the licence of %1."),
    "Set consent": QT_TRANSLATE_NOOP("Confirmations", "Set the consent of %1."),
    "Set licence and consent": QT_TRANSLATE_NOOP("Confirmations", "Set licence and consent of %1."),
}
"""The same for labels that name what they are about; %1 stands for it."""

CATEGORY = "Set category"


def confirmation(changes: Changes, category_name: Callable[[str], str]) -> str:
    """Sentence that confirms a decision; its label where there is no other.

    category_name: name of a category by its key.
    """
    verb, _, value = changes.label.partition(": ")
    if verb in VALUED:
        return translated("Confirmations", VALUED[verb]).replace("%1", value)
    head, _, counted_clips = changes.label.partition(" (")
    verb, _, value = head.partition(": ")
    if verb == CATEGORY:
        text = translated("Confirmations", "Set the category of %1 to %2.")
        return text.replace("%1", _clips(changes)).replace("%2", category_name(value))
    is_usual = bool(counted_clips) or changes.field is Field.VOICE
    if is_usual and verb in CONFIRMATIONS:
        return translated("Confirmations", CONFIRMATIONS[verb]).replace("%1", _clips(changes))
    return f"{changes.label}."


def label_text(label: str, category_name: Callable[[str], str]) -> str:
    """Label of a decision with the name of its category: "Set category: Tension (12 clips)"."""
    head, mark, counted_clips = label.partition(" (")
    verb, colon, value = head.partition(": ")
    return (
        f"{verb}{colon}{category_name(value)}{mark}{counted_clips}" if verb == CATEGORY else label
    )


def _clips(changes: Changes) -> str:
    """Name one clip by its number, and count several."""
    clips = changes.clips
    if len(clips) == 1 or changes.label.startswith("Split"):
        return translated("Confirmations", "clip %1").replace("%1", str(clips[0]))
    one, many = (translated("Confirmations", text) for text in ("%n clip", "%n clips"))
    return counted(len(clips), one, many)
