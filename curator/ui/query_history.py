"""Queries that were used, newest first, stored with the settings."""

import json

from curator.ui.settings import WindowSettings

KEPT = 12


class QueryHistory:
    """Last distinct queries of this user."""

    def __init__(self, settings: WindowSettings) -> None:
        self._settings = settings

    @property
    def queries(self) -> tuple[str, ...]:
        """Queries, newest first."""
        try:
            stored = json.loads(self._settings.text("query_history") or "[]")
        except ValueError:
            return ()
        return tuple(map(str, stored)) if isinstance(stored, list) else ()

    def add(self, query: str) -> None:
        """Add a query at the front."""
        others = [other for other in self.queries if other != query]
        self._settings.set("query_history", json.dumps([query, *others][:KEPT]))
