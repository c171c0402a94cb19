"""What was said of heard samples, as decisions: a text for each name, of whatever kind it is."""

import json
from collections.abc import Iterator, Mapping

from curator.domain.decision import Edit, Field
from curator.domain.errors import CuratorError
from curator.ui.session import Session


def rated(session: Session) -> Iterator[tuple[str, object]]:
    """The name of each sample or pair that something is decided about, and what."""
    decisions = session.project.decisions
    names = decisions.samples()
    for number, value in decisions.elsewhere(Field.RATING).items():
        if number in names:
            yield names[number], json.loads(value)


def decide(session: Session, label: str, values: Mapping[str, str | None]) -> None:
    """Decide, by name, as one act; None takes back what was decided."""
    if session.read_only:
        raise CuratorError("This project is open for looking only.")
    number = session.project.decisions.sample_number
    after = {number(name): value for name, value in values.items()}
    session.apply(Edit(label, Field.RATING, after))
