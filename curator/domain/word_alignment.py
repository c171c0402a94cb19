"""Times for the words of a typed text, from the words of a transcript."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

from curator.domain.fact import Word

TYPED = 1.0
"""Probability of a word that a person typed."""


def realigned(words: Sequence[Word], text: str) -> tuple[Word, ...]:
    """Words of a text with times, in order.

    words: of the transcript, with times in samples. A word that the text keeps has its time;
    others share the time of the words that they replace, in proportion to their lengths.
    """
    typed = text.split()
    if len(typed) == 1 and len(words) > 1:  # written without spaces
        typed, words = list(typed[0]), [letter for word in words for letter in _letters(word)]
    old_keys, new_keys = ([_key(word) for word in row] for row in (_texts(words), typed))
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    result: list[Word] = []
    for operation, first, last, begin, end in matcher.get_opcodes():
        if operation == "equal":
            result += (
                Word(old.start, old.stop, new, old.probability)
                for old, new in zip(words[first:last], typed[begin:end], strict=True)
            )
        elif begin < end:
            result += _shared(*_stretch(words, first, last), typed[begin:end])
    return tuple(result)


def is_estimated(words: Sequence[Word], text: str) -> bool:
    """Whether some words of the text are not in the transcript."""
    return [_key(word) for word in _texts(words)] != [_key(word) for word in text.split()]


def _texts(words: Sequence[Word]) -> list[str]:
    return [word.text.strip() for word in words]


def _key(word: str) -> str:
    letters = "".join(c for c in word.casefold() if c.isalnum())
    return letters or word


def _stretch(words: Sequence[Word], first: int, last: int) -> tuple[int, int]:
    """[start, stop) of the replaced words; the gap between the neighbours where none is."""
    if first < last:
        return words[first].start, words[last - 1].stop
    start = words[first - 1].stop if first else words[0].start if words else 0
    stop = words[first].start if first < len(words) else start
    return start, max(start, stop)


def _shared(start: int, stop: int, texts: Sequence[str]) -> Iterator[Word]:
    lengths = [len(text) for text in texts]
    total = sum(lengths)
    edges = [start + (stop - start) * n // total for n in accumulate(lengths, initial=0)]
    for text, (begin, end) in zip(texts, pairwise(edges), strict=True):
        yield Word(begin, end, text, TYPED)


def _letters(word: Word) -> Iterator[Word]:
    for letter in _shared(word.start, word.stop, list(word.text.strip())):
        yield Word(letter.start, letter.stop, letter.text, word.probability)
