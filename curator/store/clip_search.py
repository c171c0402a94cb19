"""SQL conditions of a Query, the only SQL composed from user input.

Values are always parameters; composed names come from the constants here. Every condition is about
``clip`` alone with subqueries by key, so that counting and listing ids need no joins. The result
equals `Query.matches` for each clip.
"""

import json

from curator.domain.clip_query import (
    COMPARISONS,
    Compared,
    InRecording,
    Not,
    Numbered,
    Query,
    Term,
    Words,
    fold,
)

Condition = tuple[str, list[object]]
"""SQL with placeholders, and their values."""

_NOW = "fact.clip_id = clip.id AND fact.start = clip.start AND fact.stop = clip.stop"

_TEXT_KEY = f"""COALESCE(
  (SELECT text_key FROM decision WHERE clip_id = clip.id),
  (SELECT fact.text_key FROM transcript AS fact WHERE {_NOW}),
  '')"""

MEASURE_SQL = {
    "duration": """(clip.stop - clip.start) * 1.0
  / (SELECT rate FROM recording WHERE recording.id = clip.recording_id)""",
    "start": """clip.start * 1.0
  / (SELECT rate FROM recording WHERE recording.id = clip.recording_id)""",
    "confidence": f"(SELECT fact.confidence FROM transcript AS fact WHERE {_NOW})",
}

POSSESSION_SQL = {
    "text": f"{_TEXT_KEY} != ''",
    "transcript": f"EXISTS (SELECT 1 FROM transcript AS fact WHERE {_NOW})",
    "words": f"EXISTS (SELECT 1 FROM transcript AS fact WHERE {_NOW} AND fact.words != '[]')",
    "edges": f"EXISTS (SELECT 1 FROM edges AS fact WHERE {_NOW})",
    "map": f"EXISTS (SELECT 1 FROM map_point AS fact WHERE {_NOW})",
    "voice": f"""EXISTS (SELECT 1 FROM score AS fact
  WHERE {_NOW} AND fact.key = 'speaker_similarity')""",
    "emotion": "clip.id IN (SELECT clip_id FROM decision WHERE emotion IS NOT NULL)",
    "correction": "clip.id IN (SELECT clip_id FROM decision WHERE text IS NOT NULL)",
}


def condition(query: Query) -> Condition:
    """Condition on a row of ``clip`` for a query."""
    parts: list[str] = []
    values: list[object] = []
    for term in query.terms:
        sql, its_values = _term(term)
        parts.append(f"({sql})")
        values += its_values
    return " AND ".join(parts) or "TRUE", values


def _term(term: Term) -> Condition:
    if isinstance(term, Not):
        sql, values = _term(term.term)
        return f"NOT ({sql})", values
    if isinstance(term, Words):
        return f"instr({_TEXT_KEY}, ?) > 0", [fold(term.text)]
    if isinstance(term, InRecording):
        sql = "clip.recording_id IN (SELECT id FROM recording WHERE instr(name_key, ?) > 0)"
        return sql, [fold(term.part)]
    if isinstance(term, Numbered):
        return _numbered(term)
    if isinstance(term, Compared):
        return _compared(term)
    parts = [_one_of(term.field, value) for value in term.values]
    return " OR ".join(sql for sql, _ in parts), [value for _, values in parts for value in values]


def _numbered(term: Numbered) -> Condition:
    numbers = "(SELECT value FROM json_each(?))"
    if term.field == "id":
        sql = f"clip.id IN {numbers}"
    else:
        sql = f"EXISTS (SELECT 1 FROM map_point AS fact WHERE {_NOW} AND fact.cluster IN {numbers})"
    return sql, [json.dumps(term.numbers)]


def _compared(term: Compared) -> Condition:
    assert term.comparison in COMPARISONS
    if term.name in MEASURE_SQL:
        return f"COALESCE({MEASURE_SQL[term.name]} {term.comparison} ?, FALSE)", [term.number]
    sql = f"""(clip.id, clip.start, clip.stop) IN (
  SELECT clip_id, start, stop FROM score WHERE key = ? AND value {term.comparison} ?)"""
    return sql, [term.name, term.number]


def _one_of(field: str, value: str) -> Condition:
    if field == "has":
        return POSSESSION_SQL[value], []
    if field == "language":
        return f"EXISTS (SELECT 1 FROM transcript AS fact WHERE {_NOW} AND fact.language = ?)", [
            value
        ]
    if field == "finding":
        return _finding(value)
    decided = {
        ("state", "undecided"): "NOT IN (SELECT clip_id FROM decision WHERE state IS NOT NULL)",
        ("emotion", "none"): "NOT IN (SELECT clip_id FROM decision WHERE emotion IS NOT NULL)",
    }
    if (field, value) in decided:
        return f"clip.id {decided[field, value]}", []
    column = {"state": "state", "emotion": "emotion"}[field]
    return f"clip.id IN (SELECT clip_id FROM decision WHERE {column} = ?)", [value]


def _finding(value: str) -> Condition:
    if value == "none":
        return f"NOT EXISTS (SELECT 1 FROM finding AS fact WHERE {_NOW})", []
    if value == "any":
        return f"EXISTS (SELECT 1 FROM finding AS fact WHERE {_NOW})", []
    sql = """(clip.id, clip.start, clip.stop) IN (
  SELECT clip_id, start, stop FROM finding WHERE key = ?)"""
    return sql, [value]
