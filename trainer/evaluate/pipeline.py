"""Two-stage pipeline: one item is measured in a thread while the next one is synthesised."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Middle = TypeVar("Middle")
Result = TypeVar("Result")


def pipeline(
    items: Iterable[Item],
    first: Callable[[Item], Middle],
    second: Callable[[Item, Middle], Result],
    keep: Callable[[Result], None],
) -> None:
    """Pass ``second(item, first(item))`` to ``keep`` in order; ``second`` runs in a thread.

    On an interrupt, items that have passed the first stage are still finished.
    """
    pending: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(1, "measuring") as thread:
        try:
            for item in items:
                middle = first(item)
                if pending:
                    keep(pending.popleft().result())
                pending.append(thread.submit(second, item, middle))
        finally:
            for future in pending:
                keep(future.result())
