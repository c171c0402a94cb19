"""Everyday English sentences drawn from the patterns in english.toml."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

PATTERNS = Path(__file__).with_name("english.toml")
SLOT = re.compile(r"\{(\w+)\}")
HELD_OUT = 50
HELD_OUT_WORDS = (5, 12)
SHORT_WORDS = 3
LONG_WORDS = 10

Lists = Mapping[str, Sequence[str]]


def training_texts(count: int, phrase_share: float, seed: int) -> list[str]:
    """Distinct texts, none of them a held-out sentence. phrase_share: of short phrases."""
    kept_out = {text.lower() for text in held_out_sentences()}
    random = Random(f"training texts {seed}")
    patterns, words = _read()
    texts: dict[str, None] = {}
    while len(texts) < count:
        kind = "phrases" if random.random() < phrase_share else "sentences"
        text = _drawn(random.choice(patterns[kind]), words, random)
        if text.lower() not in kept_out:
            texts[text] = None
    return list(texts)


def held_out_sentences() -> list[str]:
    """HELD_OUT sentences that no training text repeats."""
    random = Random("held-out sentences")
    patterns, words = _read()
    texts: dict[str, None] = {}
    while len(texts) < HELD_OUT:
        text = _drawn(random.choice(patterns["sentences"]), words, random)
        if HELD_OUT_WORDS[0] <= len(text.split()) <= HELD_OUT_WORDS[1]:
            texts[text] = None
    return list(texts)


def short_phrases(count: int) -> list[str]:
    """Distinct phrases of at most SHORT_WORDS words; the training texts have most of them, too."""
    return _chosen("phrases", count, lambda words: words <= SHORT_WORDS)


def long_sentences(count: int) -> list[str]:
    """Distinct sentences of at least LONG_WORDS words; a training text is unlikely among them."""
    return _chosen("sentences", count, lambda words: words >= LONG_WORDS)


def _chosen(kind: str, count: int, suits: Callable[[int], bool]) -> list[str]:
    """Distinct texts of a kind with a suitable number of words."""
    random = Random(f"{kind} to compare")
    patterns, words = _read()
    texts: dict[str, None] = {}
    while len(texts) < count:
        text = _drawn(random.choice(patterns[kind]), words, random)
        if suits(len(text.split())):
            texts[text] = None
    return list(texts)


def _read() -> tuple[Lists, Lists]:
    content = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    return content["patterns"], content["words"]


def _drawn(pattern: str, words: Lists, random: Random) -> str:
    """Pattern with its slots filled, and a capital at its start."""
    while SLOT.search(pattern):
        pattern = SLOT.sub(lambda slot: random.choice(words[slot[1]]), pattern, count=1)
    return pattern[0].upper() + re.sub(r"\ba (?=[aeiou])", "an ", pattern[1:])
