"""Decisions about evaluation samples: a JSON value per sample key."""

import json
from collections.abc import Iterator, Mapping

from curator.domain.decision import Edit, Field
from curator.domain.errors import CuratorError
from curator.ui.session import Session


def rated(session: Session) -> Iterator[tuple[str, object]]:
    """Yield (key, value) of every rated sample and pair."""
    decisions = session.project.decisions
    names = decisions.samples()
    for number, value in decisions.elsewhere(Field.RATING).items():
        if number in names:
            yield names[number], json.loads(value)


def decide(session: Session, label: str, values: Mapping[str, str | None]) -> None:
    """Store values by key as one undo step; None deletes. Raises CuratorError if read-only."""
    if session.read_only:
        raise CuratorError("This project is open read-only.")
    number = session.project.decisions.sample_number
    after = {number(name): value for name, value in values.items()}
    session.apply(Edit(label, Field.RATING, after))
