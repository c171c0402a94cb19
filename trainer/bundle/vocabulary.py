"""Vocabulary extension by byte-pair encoding: missing characters and frequent pairs.

Existing tokens keep their ids. A new token lists the existing tokens it consists of, so that its
embedding can be initialised with their mean.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from trainer.errors import BrokenBase
from trainer.foreign_files import read_json
from trainer.languages import english_name

ADDITIONS = "additions.json"  # in base folders with an extended vocabulary
MIN_PAIR_COUNT = 2  # a pair that occurs once is not merged
UNKNOWN = "[UNK]"
TAG = re.compile(r"\[[a-z]{2,3}(-[a-z]+)?\]")  # of a language

Segments = dict[tuple[str, ...], int]  # tokens of a word -> count of the word


@dataclass(frozen=True, slots=True)
class Growth:
    """New tokens with the existing tokens they consist of, and the merges in order.

    tags: those of the tokens that are never split or merged, such as "[vi]".
    """

    tokens: Mapping[str, tuple[str, ...]]
    merges: Sequence[tuple[str, str]]
    tags: tuple[str, ...] = ()

    def with_tags(self, tags: Iterable[str], existing: Mapping[str, int]) -> "Growth":
        """Growth with language tags in addition, each starting as the mean of existing ones."""
        made_of = tuple(token for token in existing if TAG.fullmatch(token)) or (UNKNOWN,)
        new = tuple(tag for tag in tags if tag not in existing)
        return Growth({**dict.fromkeys(new, made_of), **self.tokens}, self.merges, new)


class Additions(msgspec.Struct, frozen=True):
    """What was added to the vocabulary of a base.

    languages: codes of the languages to learn. tokens: number of new tokens. base: SHA-256 of the
    files of the base before, by name.
    """

    languages: tuple[str, ...]
    tokens: int
    base: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """Sentence such as "Added to the vocabulary: 863 tokens for Vietnamese."."""
        tokens = "1 token" if self.tokens == 1 else f"{self.tokens:,} tokens"
        names = " and ".join(map(english_name, self.languages))
        return f"Added to the vocabulary: {tokens}{f' for {names}' if names else ''}."

    def identity(self) -> dict[str, object]:
        """Fields for the identity of a backend."""
        return {"added": {**msgspec.to_builtins(self), "sentence": self.sentence}}


def write_additions(folder: Path, additions: Additions) -> None:
    """Write the record of a base folder with an extended vocabulary."""
    (folder / ADDITIONS).write_bytes(msgspec.json.encode(additions))


def read_additions(folder: Path) -> Additions | None:
    """Read the record of a base folder; None if its vocabulary was not extended here."""
    path = folder / ADDITIONS
    if not path.is_file():
        return None
    try:
        return msgspec.convert(read_json(path), Additions)
    except (OSError, ValueError) as error:
        raise BrokenBase(f"{path} cannot be read: {error}.") from error


def grow(tokenizer: Any, texts: Iterable[str], limit: int) -> Growth:  # noqa: ANN401
    """At most ``limit`` new tokens for the texts: unknown characters first, then pairs.

    Byte-pair encoding merges the most frequent pair first; ties are broken by name, so that the
    result is deterministic.
    """
    words = Counter(word for text in texts for word in _words(tokenizer, text))
    vocabulary = tokenizer.get_vocab()
    characters = Counter[str]()
    for word, count in words.items():
        characters.update({character: count for character in word if character not in vocabulary})
    tokens: dict[str, tuple[str, ...]] = {
        character: (UNKNOWN,) for character, _ in _most_frequent(characters)[:limit]
    }
    segments = _segments(tokenizer, words, set(vocabulary) | set(tokens))
    merges: list[tuple[str, str]] = []
    made_of = {token: (token,) for token in vocabulary} | tokens
    while len(tokens) < limit:
        pair, count = _best_pair(segments)
        if count < MIN_PAIR_COUNT:
            break
        merged = pair[0] + pair[1]
        merges.append(pair)
        if merged not in made_of:
            made_of[merged] = made_of[pair[0]] + made_of[pair[1]]
            tokens[merged] = made_of[merged]
        segments = _merge(segments, pair)
    return Growth(tokens, merges)


def _words(tokenizer: Any, text: str) -> list[str]:  # noqa: ANN401
    """Pre-tokenised words of a text."""
    words = []
    for word in text.split():
        parts = tokenizer.pre_tokenizer.pre_tokenize_str(word) if tokenizer.pre_tokenizer else None
        words += [part for part, _ in parts] if parts is not None else [word]
    return words


def _segments(tokenizer: Any, words: Mapping[str, int], known: set[str]) -> Segments:  # noqa: ANN401
    """Tokens of each word; unknown characters are tokens of their own."""
    segments: Segments = {}
    for word, count in words.items():
        pieces: list[str] = []
        run = ""
        for character in word:
            if tokenizer.token_to_id(character) is not None or character not in known:
                run += character
                continue
            pieces += tokenizer.encode(run).tokens if run else []
            pieces.append(character)
            run = ""
        pieces += tokenizer.encode(run).tokens if run else []
        if UNKNOWN not in pieces:
            segments[tuple(pieces)] = segments.get(tuple(pieces), 0) + count
    return segments


def _best_pair(segments: Segments) -> tuple[tuple[str, str], int]:
    pairs: Counter[tuple[str, str]] = Counter()
    for pieces, count in segments.items():
        for pair in pairwise(pieces):
            pairs[pair] += count
    if not pairs:
        return ("", ""), 0
    return min(pairs.items(), key=lambda item: (-item[1], item[0]))


def _merge(segments: Segments, pair: tuple[str, str]) -> Segments:
    merged: Segments = {}
    for pieces, count in segments.items():
        joined: list[str] = []
        for piece in pieces:
            if joined and (joined[-1], piece) == pair:
                joined[-1] += piece
            else:
                joined.append(piece)
        merged[tuple(joined)] = merged.get(tuple(joined), 0) + count
    return merged


def _most_frequent(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def write_vocabulary(before: Path, after: Path, growth: Growth) -> None:
    """Write the tokenizer file with the new tokens appended."""
    data = read_json(before)
    vocabulary, merges = data["model"]["vocab"], data["model"]["merges"]
    special = [added["id"] for added in data.get("added_tokens", [])]
    first = max([*vocabulary.values(), *special]) + 1
    vocabulary |= {token: first + at for at, token in enumerate(growth.tokens)}
    kept_whole = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    for tag in growth.tags:
        entry = {"id": vocabulary[tag], "content": tag, **kept_whole, "special": True}
        data.setdefault("added_tokens", []).append(entry)
    as_text = bool(merges) and isinstance(merges[0], str)  # older files write "a b"
    merges += [f"{one} {other}" if as_text else [one, other] for one, other in growth.merges]
    after.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
