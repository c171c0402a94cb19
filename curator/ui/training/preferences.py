"""Which of two voices was preferred in a blind comparison, as decisions.

Kept like ratings, under a name that holds both samples; the label of an act does not say who won,
so that neither undo nor the history tells before the end.
"""

import json
from collections.abc import Sequence

from curator.ui.session import Session
from curator.ui.training.sample_decisions import decide, rated

KIND = "blind"
Both = tuple[str, str]
"""The names of two samples, the lesser first."""


def both(one: str, other: str) -> Both:
    """The pair, whichever was named first."""
    return (one, other) if one <= other else (other, one)


def preferences(session: Session) -> dict[Both, str | None]:
    """What is decided: the sample that was preferred, None where neither was."""
    found = {}
    for name, given in rated(session):
        pair = pair_of(name)
        if pair is not None and isinstance(given, dict) and given.get("preferred") in (*pair, None):
            found[pair] = given.get("preferred")
    return found


def prefer(session: Session, pair: Both, preferred: str | None) -> None:
    """Decide a pair."""
    decide(session, "Judge a pair blindly", {name_of(pair): as_value(preferred)})


def forget(session: Session, pairs: Sequence[Both]) -> None:
    """Judge these again from the start, as one act."""
    decided = preferences(session)
    wanted = [pair for pair in pairs if pair in decided]
    if wanted:
        label = f"Judge again blindly ({len(wanted)} pairs)"
        decide(session, label, dict.fromkeys(map(name_of, wanted)))


def name_of(pair: Both) -> str:
    """Under which a pair is kept."""
    return json.dumps([KIND, *pair], ensure_ascii=False)


def pair_of(name: str) -> Both | None:
    """The pair that is kept under a name; None where it is the name of something else."""
    if not name.startswith(f'["{KIND}",'):
        return None
    try:
        found = json.loads(name)
    except ValueError:
        return None
    if len(found) != 3 or not all(isinstance(each, str) for each in found):
        return None
    return found[1], found[2]


def as_value(preferred: str | None) -> str:
    """As it is kept."""
    return json.dumps({"preferred": preferred}, ensure_ascii=False)
