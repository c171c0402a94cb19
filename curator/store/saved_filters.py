"""Named queries of a project, stored with its settings."""

import json
from collections.abc import Mapping

from curator.store.database import Database

KEY = "filters"

MAX_NAME = 60
"""Characters of the longest name."""


class SavedFilters:
    """Queries by name, in the order in which they were saved."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Mapping[str, str]:
        """Query by name; entries that no menu could show are left out."""
        row = self._database.read("SELECT value FROM setting WHERE key = ?", (KEY,)).fetchone()
        try:
            stored = json.loads(row[0]) if row else {}
        except (TypeError, ValueError, RecursionError):
            return {}
        if not isinstance(stored, dict):
            return {}
        return {
            name: query
            for name, query in stored.items()
            if isinstance(query, str) and is_name(name) and query.isprintable()
        }

    def save(self, name: str, query: str) -> None:
        """Store a query under a name, in place of an earlier one."""
        self._store({**self.all(), name: query})

    def remove(self, name: str) -> None:
        """Remove a filter if there is one of this name."""
        self._store({other: query for other, query in self.all().items() if other != name})

    def _store(self, filters: Mapping[str, str]) -> None:
        with self._database.writing():
            self._database.write("DELETE FROM setting WHERE key = ?", (KEY,))
            row = (KEY, json.dumps(filters))
            self._database.write("INSERT INTO setting(key, value) VALUES (?, ?)", row)


def is_name(text: str) -> bool:
    """Whether a text can name a filter: one line, not empty, not longer than MAX_NAME."""
    return bool(text.strip()) and len(text) <= MAX_NAME and text.isprintable()
