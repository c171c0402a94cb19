"""New tokens for a text: characters that a vocabulary lacks, and frequent pieces.

Old tokens keep their ids. A new one names the old pieces it is made of, so that its row can begin
as their mean.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

FEWEST = 2  # a pair that is seen once is no habit of the text
UNKNOWN = "[UNK]"

Segments = dict[tuple[str, ...], int]  # pieces of a word, and how often the word is in the text


@dataclass(frozen=True, slots=True)
class Growth:
    """New tokens in order, each with the old tokens it is made of, and the merges that make it."""

    tokens: Mapping[str, tuple[str, ...]]
    merges: Sequence[tuple[str, str]]


def grow(tokenizer: Any, texts: Iterable[str], most: int) -> Growth:  # noqa: ANN401
    """At most ``most`` new tokens for these texts: unknown characters first, then pairs.

    Pairs are merged as byte-pair encoding does, the most frequent first; equal ones by name, so
    that the same text always gives the same vocabulary.
    """
    words = Counter(word for text in texts for word in _words(tokenizer, text))
    known = tokenizer.get_vocab()
    characters = Counter[str]()
    for word, times in words.items():
        characters.update({sign: times for sign in word if sign not in known})
    tokens: dict[str, tuple[str, ...]] = {
        sign: (UNKNOWN,) for sign, _ in _most_frequent(characters)[:most]
    }
    segments = _segments(tokenizer, words, set(known) | set(tokens))
    merges: list[tuple[str, str]] = []
    made_of = {token: (token,) for token in known} | tokens
    while len(tokens) < most:
        pair, times = _best_pair(segments)
        if times < FEWEST:
            break
        merged = pair[0] + pair[1]
        merges.append(pair)
        if merged not in made_of:
            made_of[merged] = made_of[pair[0]] + made_of[pair[1]]
            tokens[merged] = made_of[merged]
        segments = _merge(segments, pair)
    return Growth(tokens, merges)


def _words(tokenizer: Any, text: str) -> list[str]:  # noqa: ANN401
    """The stretches of a text within which its tokenizer looks for pieces."""
    found = []
    for word in text.split():
        parts = tokenizer.pre_tokenizer.pre_tokenize_str(word) if tokenizer.pre_tokenizer else None
        found += [part for part, _ in parts] if parts is not None else [word]
    return found


def _segments(tokenizer: Any, words: Mapping[str, int], known: set[str]) -> Segments:  # noqa: ANN401
    """Each word as the pieces it has now; unknown characters are pieces of their own."""
    found: Segments = {}
    for word, times in words.items():
        pieces: list[str] = []
        run = ""
        for sign in word:
            if tokenizer.token_to_id(sign) is not None or sign not in known:
                run += sign
                continue
            pieces += tokenizer.encode(run).tokens if run else []
            pieces.append(sign)
            run = ""
        pieces += tokenizer.encode(run).tokens if run else []
        if UNKNOWN not in pieces:
            found[tuple(pieces)] = found.get(tuple(pieces), 0) + times
    return found


def _best_pair(segments: Segments) -> tuple[tuple[str, str], int]:
    pairs: Counter[tuple[str, str]] = Counter()
    for pieces, times in segments.items():
        for pair in pairwise(pieces):
            pairs[pair] += times
    if not pairs:
        return ("", ""), 0
    return min(pairs.items(), key=lambda found: (-found[1], found[0]))


def _merge(segments: Segments, pair: tuple[str, str]) -> Segments:
    found: Segments = {}
    for pieces, times in segments.items():
        joined: list[str] = []
        for piece in pieces:
            if joined and (joined[-1], piece) == pair:
                joined[-1] += piece
            else:
                joined.append(piece)
        found[tuple(joined)] = found.get(tuple(joined), 0) + times
    return found


def _most_frequent(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda found: (-found[1], found[0]))


def write_vocabulary(before: Path, after: Path, growth: Growth) -> None:
    """The tokenizer's file with the new tokens behind the old ones."""
    data = json.loads(before.read_text(encoding="utf-8"))
    vocabulary, merges = data["model"]["vocab"], data["model"]["merges"]
    special = [added["id"] for added in data.get("added_tokens", [])]
    first = max([*vocabulary.values(), *special]) + 1
    vocabulary |= {token: first + at for at, token in enumerate(growth.tokens)}
    as_text = bool(merges) and isinstance(merges[0], str)  # older files write "a b"
    merges += [f"{one} {other}" if as_text else [one, other] for one, other in growth.merges]
    after.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
