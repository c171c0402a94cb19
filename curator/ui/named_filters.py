"""Saving and removing the named queries of the open project."""

from collections.abc import Mapping

from PySide6.QtCore import QObject

from curator.ui.session import Session


class NamedFilters(QObject):
    """Named queries of the project of a session; says what was saved and removed."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session

    @property
    def may_write(self) -> bool:
        """Whether filters can be saved and removed."""
        return not self._session.read_only

    @property
    def all(self) -> Mapping[str, str]:
        """Query by name."""
        return self._session.project.filters.all()

    def name_of(self, query: str) -> str:
        """Name under which a query is saved, "" for none."""
        return next((name for name, other in self.all.items() if other == query), "")

    def save(self, name: str, query: str) -> None:
        """Save a query under a name."""
        is_new = name not in self.all
        if self._session.attempt(lambda: self._session.project.filters.save(name, query)):
            text = self.tr("Saved filter “%1”.") if is_new else self.tr("Replaced filter “%1”.")
            self._session.messages.inform(text.replace("%1", name))

    def remove(self, name: str) -> None:
        """Remove a filter; its query can be saved again."""
        if self._session.attempt(lambda: self._session.project.filters.remove(name)):
            text = self.tr("Removed filter “%1”. Its query is under Recent.")
            self._session.messages.inform(text.replace("%1", name))
