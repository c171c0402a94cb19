"""A base with a larger vocabulary: characters and frequent pieces of the bundle's text.

Old tokens keep their ids and their rows, so nothing the base knows is lost. A new token starts as
the mean of the pieces that the old vocabulary gives for it. (The stock way draws new rows at
random and copies the old last row to the new last one, which is right only for XTTS v1.)

The result is a base folder like any other, kept in the cache.
"""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from trainer.backends.xtts import networks
from trainer.backends.xtts.base import FILES, LEARNT_CODES_OF, Base
from trainer.errors import BrokenBase
from trainer.manifest import Bundle

VERSION = 1
FEWEST = 2  # a pair that is seen once is no habit of the text
GROWN = ("gpt.text_embedding.weight", "gpt.text_head.weight", "gpt.text_head.bias")
UNKNOWN = "[UNK]"

Segments = dict[tuple[str, ...], int]  # pieces of a word, and how often the word is in the text


@dataclass(frozen=True, slots=True)
class Growth:
    """New tokens in order, each with the old tokens it is made of, and the merges that make it."""

    tokens: Mapping[str, tuple[str, ...]]
    merges: Sequence[tuple[str, str]]


def extended_base(base: Base, bundle: Bundle, most: int, cache: Path) -> Path:
    """The folder of ``base`` with at most ``most`` new tokens; built at the first call."""
    text = json.dumps([VERSION, dict(base.hashes), bundle.manifest_sha256, most], sort_keys=True)
    folder = cache / f"extended-base-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    if folder.is_dir():
        return folder
    beside = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    beside.mkdir(parents=True, exist_ok=True)
    try:
        _build(beside, base, bundle, most)
        beside.replace(folder)
    except OSError:
        if not folder.is_dir():  # else another process was faster, and its folder is the same
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def _build(folder: Path, base: Base, bundle: Bundle, most: int) -> None:
    tokenizer = networks.tokenizer(base.folder / "vocab.json")
    texts = [
        tokenizer.preprocess_text(clip.text, clip.language.split("-")[0]) for clip in bundle.clips
    ]
    growth = grow(tokenizer.tokenizer, texts, most)
    old: dict[str, int] = tokenizer.tokenizer.get_vocab()
    _write_vocabulary(base.folder / "vocab.json", folder / "vocab.json", growth)
    _write_model(base, folder / "model.pth", old, growth)
    for name in FILES:
        if name not in ("vocab.json", "model.pth"):
            shutil.copyfile(base.folder / name, folder / name)


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


def _write_vocabulary(before: Path, after: Path, growth: Growth) -> None:
    """The tokenizer's file with the new tokens behind the old ones."""
    data = json.loads(before.read_text(encoding="utf-8"))
    vocabulary, merges = data["model"]["vocab"], data["model"]["merges"]
    special = [added["id"] for added in data.get("added_tokens", [])]
    first = max([*vocabulary.values(), *special]) + 1
    vocabulary |= {token: first + at for at, token in enumerate(growth.tokens)}
    as_text = bool(merges) and isinstance(merges[0], str)  # older files write "a b"
    merges += [f"{one} {other}" if as_text else [one, other] for one, other in growth.merges]
    after.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def _write_model(base: Base, path: Path, old: Mapping[str, int], growth: Growth) -> None:
    """The base's tensors with a row for each new token."""
    import torch

    state = dict(base.tensors("model.pth"))
    prefix = "xtts." if f"xtts.{GROWN[0]}" in state else ""
    rows = max(old.values()) + 1
    for name in GROWN:
        tensor = state[prefix + name]
        if len(tensor) != rows:
            raise BrokenBase(f"{base.folder}: {name} has {len(tensor)} rows for {rows} tokens.")
        places = [[old[piece] for piece in made_of] for made_of in growth.tokens.values()]
        new = [tensor[rows_of].mean(dim=0) for rows_of in places]
        state[prefix + name] = torch.cat([tensor, torch.stack(new)]) if new else tensor
    torch.save({"model": state, LEARNT_CODES_OF: base.learnt_codes_of}, path)
