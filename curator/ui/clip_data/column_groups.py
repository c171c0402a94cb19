"""Groups of columns that are read together, and conversion of project rows to columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curator.domain.decision import Changes, Field, State
from curator.store.project import Project

Column = NDArray[Any]  # (clips,)
Positions = NDArray[np.intp]
Rows = Sequence[tuple[Any, ...]]
Codes = dict[str, int]

STATES = (State.UNDECIDED, State.KEPT, State.DROPPED)
NO_CODE = -1
"""Code of a missing category or language."""

SCORE = "score:"
FINDING = "finding:"

GROUPS: Mapping[str, Mapping[str, tuple[type, object]]] = {
    "place": {
        "recording": (np.int64, 0),
        "start": (np.int64, 0),
        "stop": (np.int64, 0),
        "state": (np.int8, 0),
        "emotion": (np.int16, NO_CODE),
        "corrected": (np.bool_, False),
    },
    "text": {"text": (np.object_, "")},
    "transcript": {
        "transcript": (np.bool_, False),
        "language": (np.int16, NO_CODE),
        "confidence": (np.float64, np.nan),
    },
    "words": {"words": (np.bool_, False)},
    "edges": {"edges": (np.bool_, False)},
    "map": {"map": (np.bool_, False), "cluster": (np.int64, 0)},
    "findings": {"errors": (np.int16, 0), "warnings": (np.int16, 0)},
}
"""Columns by group: data type and value of a clip without the fact."""

_GROUP_OF = {column: group for group, columns in GROUPS.items() for column in columns}
_GROUP_OF |= {"duration": "place", "begin": "place", "pace": "text"}

TOUCHED = {
    Field.STATE: frozenset({"place"}),
    Field.EMOTION: frozenset({"place"}),
    Field.TEXT: frozenset({"place", "text", "findings"}),
}
"""Groups changed by decisions about a field; other fields change all groups."""


def only_field(changes: Changes | None) -> Field | None:
    """Field of a decision, None for none or several fields."""
    if changes is None:
        return None
    if Field.PRESENCE in changes.fields:
        return Field.PRESENCE
    return next(iter(changes.fields)) if len(changes.fields) == 1 else None


def group_of(column: str) -> str:
    """Group of a column; each score is its own group."""
    if column.startswith(SCORE):
        return column
    return "findings" if column.startswith(FINDING) else _GROUP_OF[column]


def kinds_of(group: str) -> dict[str, tuple[type, object]]:
    """Columns of a group with data type and missing value."""
    return {group: (np.float64, np.nan)} if group.startswith(SCORE) else dict(GROUPS[group])


def rows_of(project: Project, group: str, clips: Iterable[int] | None) -> Rows:
    """Rows of a group from the project; clips: None for all."""
    if group.startswith(SCORE):
        return project.clips.rows("score", clips, group.removeprefix(SCORE))
    return project.clips.rows(group, clips)


def put(
    columns: dict[str, Column],
    group: str,
    where: Positions,
    rows: Rows,
    emotions: Codes,
    languages: Codes,
) -> None:
    """Write rows into the columns of a group.

    where: position per row. emotions, languages: codes; new ones are added.
    """
    if not len(rows):
        return
    _, *values = zip(*rows, strict=True)
    if group.startswith(SCORE):
        columns[group][where] = values[0]
    elif group == "place":
        columns["recording"][where], columns["start"][where] = values[0], values[1]
        columns["stop"][where] = values[2]
        columns["state"][where] = [_STATE_CODES[state] for state in values[3]]
        columns["emotion"][where] = [
            NO_CODE if key is None else emotions.setdefault(key, len(emotions)) for key in values[4]
        ]
        columns["corrected"][where] = values[5]
    elif group == "text":
        columns["text"][where] = values[0]
    elif group == "transcript":
        columns["transcript"][where] = True
        columns["language"][where] = [languages.setdefault(w, len(languages)) for w in values[0]]
        columns["confidence"][where] = values[1]
    elif group == "findings":
        _put_findings(columns, where, values[0], np.array(values[1], np.bool_))
    elif group == "map":
        columns["map"][where], columns["cluster"][where] = True, values[0]
    else:
        columns[group][where] = True


_STATE_CODES: Mapping[str | None, int] = {
    None: 0,
    **{str(state): code for code, state in enumerate(STATES)},
}


def _put_findings(
    columns: dict[str, Column], where: Positions, keys: Sequence[str], errors: Column
) -> None:
    np.add.at(columns["errors"], where[errors], 1)
    np.add.at(columns["warnings"], where[~errors], 1)
    named = np.array(keys)
    for key in set(keys):
        missing = np.zeros(columns["errors"].size, np.bool_)
        columns.setdefault(f"{FINDING}{key}", missing)[where[named == key]] = True
