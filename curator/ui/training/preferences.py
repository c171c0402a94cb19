"""Preferences of a blind comparison, stored as decisions.

Stored like ratings, under a key of both samples; the label of the decision does not reveal the
preference, so that undo and history stay blind.
"""

import json
from collections.abc import Sequence

from curator.ui.session import Session
from curator.ui.training.sample_decisions import decide, rated

KIND = "blind"
Both = tuple[str, str]
"""Keys of two samples, sorted."""


def both(one: str, other: str) -> Both:
    """Sort two keys into a pair."""
    return (one, other) if one <= other else (other, one)


def preferences(session: Session) -> dict[Both, str | None]:
    """Return the preferred sample by pair, None for no difference."""
    preferred = {}
    for name, given in rated(session):
        pair = pair_of(name)
        if pair is not None and isinstance(given, dict) and given.get("preferred") in (*pair, None):
            preferred[pair] = given.get("preferred")
    return preferred


def prefer(session: Session, pair: Both, preferred: str | None) -> None:
    """Store the preference of a pair."""
    decide(session, "Blind comparison of a pair", {name_of(pair): as_value(preferred)})


def forget(session: Session, pairs: Sequence[Both]) -> None:
    """Delete the preferences of these pairs as one undo step."""
    decided = preferences(session)
    wanted = [pair for pair in pairs if pair in decided]
    if wanted:
        label = f"Restart blind comparison ({len(wanted)} pairs)"
        decide(session, label, dict.fromkeys(map(name_of, wanted)))


def name_of(pair: Both) -> str:
    """Return the storage key of a pair."""
    return json.dumps([KIND, *pair], ensure_ascii=False)


def pair_of(name: str) -> Both | None:
    """Parse a storage key; None if it is not that of a pair."""
    if not name.startswith(f'["{KIND}",'):
        return None
    try:
        parts = json.loads(name)
    except (ValueError, RecursionError):
        return None
    if len(parts) != 3 or not all(isinstance(each, str) for each in parts):
        return None
    return parts[1], parts[2]


def as_value(preferred: str | None) -> str:
    """Encode a preference for storage."""
    return json.dumps({"preferred": preferred}, ensure_ascii=False)
