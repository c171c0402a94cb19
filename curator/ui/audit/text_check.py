"""Check of a transcript while it is typed: characters, length and pace against the target."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from curator.domain import hallucination
from curator.domain.clip import Clip
from curator.domain.findings import WholeSet
from curator.domain.languages import base_code, folded
from curator.domain.text_rules import text_fault
from curator.store.project import Project


@dataclass(frozen=True, slots=True)
class TextCheck:
    """Result for one text. measures: its length and pace. problem: sentence, "" for none.

    is_error: whether the target rejects the text; otherwise the problem is a warning.
    """

    measures: str
    problem: str = ""
    is_error: bool = False


class TextChecker:
    """Checks texts by the rules of the findings and of the export."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._whole: WholeSet | None = None

    def forget(self) -> None:
        """Read the usual pace again before the next check."""
        self._whole = None

    def check(self, clip: Clip, text: str) -> TextCheck:
        """Check a text of a clip."""
        whole = self._whole = self._whole or self._read()
        language = clip.language or whole.language
        limit = whole.target.max_characters.get(base_code(language))
        measures = _measures(clip, text, whole, limit)
        if not text.strip():
            return TextCheck(measures)
        if fault := text_fault(text, language, whole.target):
            return TextCheck(measures, fault.sentence, is_error=True)
        if hallucination.odd_pace(text, clip.seconds, whole.pace):
            return TextCheck(measures, _tr("Text and duration do not match."))
        return TextCheck(measures)

    def _read(self) -> WholeSet:
        from curator.jobs.derived_facts import whole_set

        return whole_set(self._project)


def _tr(text: str) -> str:
    return QCoreApplication.translate("TextCheck", text)


def _measures(clip: Clip, text: str, whole: WholeSet, limit: int | None) -> str:
    length = _tr("%1 characters") if limit is None else _tr("%1 of %2 characters")
    length = length.replace("%1", str(len(folded(text)))).replace("%2", str(limit))
    pace = hallucination.characters_per_second(text, clip.seconds)
    usual = _tr("%1/s") if whole.pace is None else _tr("%1/s (usual %2–%3)")
    low, high = whole.pace or (0.0, 0.0)
    for mark, value in (("%1", f"{pace:.1f}"), ("%2", f"{low:.0f}"), ("%3", f"{high:.0f}")):
        usual = usual.replace(mark, value)
    return f"{length}, {usual}"
