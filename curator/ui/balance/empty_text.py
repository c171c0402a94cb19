"""What an empty list of suggestions says: what is missing, and its button."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from curator.domain.suggesting import MIN_CATEGORIES, MIN_LABELS, SuggestionVerdict
from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.wording import number, translated


class EmptyAction(Enum):
    """Action of the button of an empty list."""

    NONE = auto()
    LABEL = auto()  # unlabelled clips in Audit
    ANALYSE = auto()
    ADD = auto()  # recordings
    SHOW = auto()  # the new suggestions


@dataclass(frozen=True, slots=True)
class EmptyText:
    """Title, explanation and action of an empty list."""

    title: str
    text: str = ""
    action: EmptyAction = EmptyAction.NONE


BUTTONS = {
    EmptyAction.NONE: "",
    EmptyAction.LABEL: QT_TRANSLATE_NOOP("EmptySuggestions", "Label clips in Audit"),
    EmptyAction.ANALYSE: QT_TRANSLATE_NOOP("EmptySuggestions", "Analyse recordings"),
    EmptyAction.ADD: QT_TRANSLATE_NOOP("EmptySuggestions", "Add recordings"),
    EmptyAction.SHOW: QT_TRANSLATE_NOOP("EmptySuggestions", "Show suggestions"),
}

COMPUTING = QT_TRANSLATE_NOOP("EmptySuggestions", "Suggestions are being computed.")


def _tr(text: str) -> str:
    return translated("EmptySuggestions", text)


def missing_labels(labelled: Mapping[str, int]) -> str:
    """Labels that suggestions need: "Label 1 more Greeting and ...", "" if there are enough.

    labelled: clips by name of the category.
    """
    largest = sorted((name for name in labelled if labelled[name]), key=lambda n: -labelled[n])
    largest = largest[:MIN_CATEGORIES]
    parts = [
        _tr(QT_TRANSLATE_NOOP("EmptySuggestions", "%1 more %2"))
        .replace("%1", number(MIN_LABELS - labelled[name]))
        .replace("%2", name)
        for name in largest
        if labelled[name] < MIN_LABELS
    ]
    if not largest:
        text = _tr(QT_TRANSLATE_NOOP("EmptySuggestions", "%1 clips in each of %2 categories"))
        parts = [text.replace("%1", number(MIN_LABELS)).replace("%2", number(MIN_CATEGORIES))]
    elif len(largest) < MIN_CATEGORIES:
        text = _tr(QT_TRANSLATE_NOOP("EmptySuggestions", "%1 clips of another category"))
        parts.append(text.replace("%1", number(MIN_LABELS)))
    if not parts:
        return ""
    listed = _tr(QT_TRANSLATE_NOOP("EmptySuggestions", " and ")).join(parts)
    text = QT_TRANSLATE_NOOP("EmptySuggestions", "Suggestions are learned from labels. Label %1.")
    return _tr(text).replace("%1", listed)


def without_suggestions(
    verdict: SuggestionVerdict | None,
    labelled: Mapping[str, int],
    unlabelled: int,
    *,
    is_current: bool,
) -> EmptyText | None:
    """Why there are no suggestions of any category; None if there are.

    labelled: clips by name of the category. unlabelled: number of other clips that are not dropped.
    is_current: whether the verdict is that of the labels.
    """
    title = _tr(QT_TRANSLATE_NOOP("EmptySuggestions", "No suggestions yet"))
    missing, total = missing_labels(labelled), sum(labelled.values())
    if missing and not unlabelled:
        left = QT_TRANSLATE_NOOP("EmptySuggestions", "No clip is left to label.")
        none = QT_TRANSLATE_NOOP("EmptySuggestions", "No clips yet.")
        return EmptyText(title, _tr(left if total else none), EmptyAction.ADD)
    if missing:
        return EmptyText(title, missing, EmptyAction.LABEL)
    if verdict is not None and verdict.good:
        return None
    if verdict is None or not is_current:
        return EmptyText(title, _tr(COMPUTING))
    if verdict.was_measured:
        return EmptyText(title, verdict.sentence, EmptyAction.LABEL)
    text = QT_TRANSLATE_NOOP("EmptySuggestions", "%1 of %2 labelled clips are analysed: too few.")
    text = _tr(text).replace("%1", number(verdict.labels)).replace("%2", number(total))
    return EmptyText(title, text, EmptyAction.ANALYSE)


def without_suggested(
    verdict: SuggestionVerdict,
    category: str,
    labelled: Mapping[str, int],
    unlabelled: int,
    *,
    is_current: bool,
) -> EmptyText:
    """Why no clip is suggested for a category. category: its name, "" for all."""
    title = _tr(QT_TRANSLATE_NOOP("EmptySuggestions", "No suggested clips"))
    if category:
        title = f"{title}: {category}"
    if not unlabelled:
        text = QT_TRANSLATE_NOOP("EmptySuggestions", "All clips have a category.")
        return EmptyText(title, _tr(text))
    if category and labelled.get(category, 0) < MIN_LABELS:
        text = QT_TRANSLATE_NOOP("EmptySuggestions", "Label %1 more %2 to get suggestions for it.")
        missing = number(MIN_LABELS - labelled.get(category, 0))
        text = _tr(text).replace("%1", missing).replace("%2", category)
        return EmptyText(title, text, EmptyAction.LABEL)
    if not is_current:
        return EmptyText(title, _tr(COMPUTING))
    text = QT_TRANSLATE_NOOP("EmptySuggestions", "No unlabelled clip is like the labelled ones.")
    return EmptyText(title, f"{_tr(text)} {verdict.sentence}", EmptyAction.LABEL)


def with_new_suggestions(verdict: SuggestionVerdict) -> EmptyText:
    """Text once suggestions have come while clips without one are listed."""
    title = _tr(QT_TRANSLATE_NOOP("EmptySuggestions", "New suggestions"))
    return EmptyText(title, verdict.sentence, EmptyAction.SHOW)
