"""Parser of clip filters such as ``emotion:tension snr<20 -drop``.

Terms are separated by spaces and all of them must hold; ``-`` before a term negates it.

``word`` or ``"two words"``    in the text; neither case nor accents matter
``state:kept``                 kept, dropped or undecided
``emotion:tension,neutral``    one of these categories; ``emotion:none`` for clips without one
``finding:clipped``            a finding's key; ``any`` or ``none``
``recording:part``             part of the recording's name
``language:en``                as transcribed
``cluster:3``  ``id:12,40``    by number
``has:text``                   text, transcript, words, edges, map, voice, emotion or correction
``snr>20``  ``duration<=3``    duration, start (seconds), confidence, and every score

`Query.matches` says what a query means; the store answers the same question in SQL.
"""

import difflib
import math
import re
from collections.abc import Collection, Mapping

from curator.domain.decision import State
from curator.domain.errors import WrongQuery
from curator.domain.query_terms import (
    BARE,
    COMPARISONS,
    FIELDS,
    MEASURES,
    POSSESSIONS,
    Compared,
    InRecording,
    Not,
    Numbered,
    OneOf,
    Plain,
    Query,
    Term,
    Words,
    fold,
)

__all__ = [
    "COMPARISONS",
    "SCORE_KEYS",
    "Compared",
    "InRecording",
    "Not",
    "Numbered",
    "OneOf",
    "Query",
    "Term",
    "Words",
    "fold",
    "parse",
]

SCORE_KEYS = frozenset(
    {
        "bandwidth",
        "clipping",
        "dnsmos_bak",
        "dnsmos_ovrl",
        "dnsmos_p808",
        "dnsmos_sig",
        "lead_silence",
        "loudness",
        "music",
        "overlap",
        "overlap_start",
        "overlap_stop",
        "snr",
        "speaker_similarity",
        "speech_rate",
        "trail_silence",
        "voice_change",
        "voice_change_at",
    }
)
"""Default keys of scores."""

MAX_TERMS = 200
"""Upper bound of terms; the database limits nested conditions to 1,000."""

MAX_NUMBER = 2**63 - 1
"""Largest id in the database."""


def parse(
    text: str,
    score_keys: Collection[str] = SCORE_KEYS,
    emotions: Collection[str] | None = None,
    findings: Collection[str] | None = None,
) -> Query:
    """Parse a query. Raises WrongQuery with the column and the nearest known word.

    score_keys: keys of scores. emotions, findings: known keys; None accepts any.
    """
    return _Parser(text, score_keys, emotions, findings).query()


_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TERM = re.compile(
    rf"""
    (?P<minus>-?)
    (?:
        (?P<quoted>{_QUOTED})
      | (?P<name>[A-Za-z_]\w*)\s*(?P<comparison><=|>=|!=|=|<|>)\s*(?P<number>\S*)
      | (?P<field>[A-Za-z_]+):(?P<value>{_QUOTED}|\S*)
      | (?P<word>[^\s"-][^\s"]*)
    )
    (?=\s|$)
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class _Parser:
    """One pass over the text of a query."""

    def __init__(
        self,
        text: str,
        score_keys: Collection[str],
        emotions: Collection[str] | None,
        findings: Collection[str] | None,
    ) -> None:
        self._text = text
        self._numbers = (*MEASURES, *sorted(score_keys))
        self._values: Mapping[str, Collection[str] | None] = {
            "state": tuple(State),
            "has": tuple(POSSESSIONS),
            "emotion": None if emotions is None else (*emotions, "none"),
            "finding": None if findings is None else (*findings, "any", "none"),
        }

    def query(self) -> Query:
        terms: list[Term] = []
        at = self._skip_space(0)
        while at < len(self._text):
            match = _TERM.match(self._text, at)
            if match is None:
                raise self._not_a_term(at)
            if len(terms) == MAX_TERMS:
                raise WrongQuery(f"A query has at most {MAX_TERMS} terms", at + 1)
            term = self._term(match)
            terms.append(Not(term) if match["minus"] else term)
            at = self._skip_space(match.end())
        return Query(tuple(terms))

    def _skip_space(self, at: int) -> int:
        while at < len(self._text) and self._text[at].isspace():
            at += 1
        return at

    def _not_a_term(self, at: int) -> WrongQuery:
        quote = self._text.find('"', at)
        if quote < 0:
            return WrongQuery("'-' must stand directly before what it negates", at + 1)
        closed = re.compile(_QUOTED, re.DOTALL).match(self._text, quote)
        if closed is None:
            return WrongQuery("The quotation mark is never closed", quote + 1)
        return WrongQuery("Put a space before and after a quotation", quote + 1)

    def _term(self, match: re.Match[str]) -> Plain:
        if match["quoted"] is not None:
            return Words(self._unquoted(match, "quoted"))
        if match["name"] is not None:
            return self._compared(match)
        if match["field"] is not None:
            return self._field(match)
        return Words(match["word"])

    def _unquoted(self, match: re.Match[str], group: str) -> str:
        text = re.sub(r"\\(.)", r"\1", match[group][1:-1], flags=re.DOTALL)
        if not text:
            raise WrongQuery("There is nothing between the quotation marks", match.start(group) + 1)
        return text

    def _compared(self, match: re.Match[str]) -> Plain:
        name, column = match["name"].lower(), match.start("name") + 1
        if name not in self._numbers:
            raise _unknown(f"There is no number called {name!r}", name, self._numbers, column)
        number = float(match["number"]) if _NUMBER.fullmatch(match["number"]) else math.nan
        if not math.isfinite(number):
            said = repr(match["number"]) if match["number"] else "nothing"
            raise WrongQuery(
                f"{name}{match['comparison']} needs a number, not {said}", match.start("number") + 1
            )
        return Compared(name, match["comparison"], number)

    def _field(self, match: re.Match[str]) -> Plain:
        field, column = match["field"].lower(), match.start("field") + 1
        if field not in FIELDS:
            raise _unknown(f"There is no filter called {field!r}", field, FIELDS, column)
        quoted = match["value"].startswith('"') and len(match["value"]) > 1
        value = self._unquoted(match, "value") if quoted else match["value"]
        if not value:
            raise WrongQuery(f"{field}: needs a value", match.end("field") + 2)
        if field == "recording":
            return InRecording(value)
        parts = tuple(dict.fromkeys(value.split(",")))
        if field in ("id", "cluster"):
            return self._numbered(field, parts, match.start("value") + 1)
        return OneOf(field, self._known(field, parts, match.start("value") + 1))

    def _numbered(self, field: str, parts: tuple[str, ...], column: int) -> Plain:
        for part in parts:
            if not _WHOLE.fullmatch(part) or abs(int(part)) > MAX_NUMBER:
                raise WrongQuery(f"{field}: needs whole numbers, not {part!r}", column)
        return Numbered(field, tuple(dict.fromkeys(map(int, parts))))

    def _known(self, field: str, parts: tuple[str, ...], column: int) -> tuple[str, ...]:
        """Values in lower case, checked against the known ones where these are given."""
        values = tuple(dict.fromkeys(part.lower() for part in parts))
        known = self._values.get(field)
        for value in values:
            if known is not None and value not in known:
                raise _unknown(f"{field}: knows no {value!r}", value, known, column)
            if field == "language" and not _LANGUAGE.fullmatch(value):
                raise WrongQuery(f"language: needs two letters, not {value!r}", column)
            if not BARE.fullmatch(value):
                raise WrongQuery(f"{field}: needs a word, not {value!r}", column)
        return values


def _unknown(sentence: str, word: str, known: Collection[str], column: int) -> WrongQuery:
    nearest = difflib.get_close_matches(word, known, n=1)
    hint = f"Did you mean {nearest[0]}?" if nearest else f"There are: {', '.join(known)}."
    return WrongQuery(sentence, column, hint)
