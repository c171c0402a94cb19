"""What the balance page shows."""

from curator.ui.balance.page import BalancePage

PATIENCE_MS = 60_000
LABELLED = 24
"""Clips of the project that are kept and labelled, the first ones."""


def cells(page: BalancePage, name: str) -> list[str]:
    model = page.ui.table.model()
    for row in range(model.rowCount()):
        texts = [model.index(row, column).data() for column in range(model.columnCount())]
        if texts[0] == name:
            return texts
    raise AssertionError(f"no row {name}")


def listed(page: BalancePage) -> list[int]:
    rows = range(page.ui.list.model.rowCount())
    return [page.ui.list.model.row(row).clip.id for row in rows]
