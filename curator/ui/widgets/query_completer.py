"""Completion of the last term of a query."""

from collections.abc import Callable, Iterator, Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

from curator.domain.decision import State
from curator.domain.findings import FINDING_KEYS
from curator.domain.query_terms import MEASURES, POSSESSIONS, quoted_if_needed
from curator.jobs.queries import score_keys
from curator.store.project import Project

RECORDING = "recording:"
"""Begin of a term that names a recording."""

NO_TERM = "\0"
"""Begin of no term: nothing is offered between terms and inside quotation marks."""


class QueryCompleter(QCompleter):
    """Completes the term that is being typed and keeps those before it.

    named: returns the saved queries by name; the begin of a name is completed to its query.
    """

    def __init__(self, project: Project, edit: QLineEdit) -> None:
        super().__init__(edit)
        self._project, self._edit = project, edit
        self.named: Callable[[], Mapping[str, str]] = dict
        self._terms = QStringListModel(self)
        self.setModel(self._terms)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(12)
        self.setWidget(edit)
        self.refresh()

    def offer(self) -> bool:
        """Complete the last term, or list its completions; returns whether there are any."""
        prefix = self.splitPath(self._edit.text())[0]
        if prefix.startswith(RECORDING):  # matched by any part of a name, as the term is
            part = prefix.removeprefix(RECORDING)
            self._terms.setStringList(list(_recordings(self._project, part)))
            prefix = RECORDING
        else:
            self.refresh()
        self.setCompletionPrefix(prefix)
        count = self.completionCount()
        if count == 1:
            self.activated.emit(self.pathFromIndex(self.completionModel().index(0, 0)))
        elif count:
            self.complete()
        return count > 0

    def refresh(self) -> None:
        """Read the categories of the project again."""
        self._terms.setStringList([*self.named(), *_terms(self._project)])

    def splitPath(self, path: str) -> list[str]:
        """Part of the text that is completed: the last term without its minus."""
        return [_last_term(path) or NO_TERM]

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        """Text with the last term replaced by the completion."""
        text = self._edit.text()
        kept = text[: len(text) - len(_last_term(text))]
        chosen = str(index.data(Qt.ItemDataRole.EditRole))
        return self.named().get(chosen, chosen) if not kept else kept + chosen


def _last_term(text: str) -> str:
    if text.count('"') % 2:
        return ""  # inside quotation marks
    term = text[text.rfind(" ") + 1 :]
    return term.removeprefix("-")


def _recordings(project: Project, part: str) -> Iterator[str]:
    for name in dict.fromkeys(recording.name for recording in project.recordings.all()):
        if part.casefold() in name.casefold():
            yield f"{RECORDING}{quoted_if_needed(name)}"


def _terms(project: Project) -> Iterator[str]:
    yield from (f"state:{state}" for state in State)
    yield from (f"emotion:{key}" for key in (*project.settings.emotions.keys, "none"))
    yield from (f"finding:{key}" for key in ("any", "none", *sorted(FINDING_KEYS)))
    yield from (f"has:{key}" for key in POSSESSIONS)
    yield from (RECORDING, "language:", "cluster:", "id:")
    yield from (f"{name}{sign}" for name in (*MEASURES, *score_keys()) for sign in "<>")
