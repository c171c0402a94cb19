"""Text normalisation for comparison: case, punctuation and apostrophes."""

import unicodedata
from collections.abc import Sequence

LONGEST_PHRASE = 4  # words of a repetition looked for


def words(text: str) -> list[str]:
    """The words of a text: NFC, lower case, letters with their accents and digits only."""
    plain = unicodedata.normalize("NFC", text).casefold()
    joined = "".join(_sign(character) for character in plain)
    return joined.split()


def _sign(character: str) -> str:
    if character.isalnum() or unicodedata.category(character).startswith("M"):
        return character
    return "" if character in "'’ʼ`´" else " "


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Fewest insertions, deletions and replacements between the two (Levenshtein)."""
    before = list(range(len(other) + 1))
    for index, left in enumerate(one, start=1):
        now = [index]
        for at, right in enumerate(other, start=1):
            now.append(min(before[at] + 1, now[-1] + 1, before[at - 1] + (left != right)))
        before = now
    return before[-1]


def repeated(text: Sequence[str], heard: Sequence[str]) -> int:
    """Immediately repeated words beyond those of the text."""
    return max(0, _again(heard) - _again(text))


def _again(said: Sequence[str]) -> int:
    """How many words belong to a phrase that was said just before."""
    count, at = 0, 0
    while at < len(said):
        size = next(
            (
                size
                for size in range(LONGEST_PHRASE, 0, -1)
                if at >= size and list(said[at - size : at]) == list(said[at : at + size])
            ),
            0,
        )
        count += size
        at += max(size, 1)
    return count


def lost_at_the_end(text: Sequence[str], heard: Sequence[str]) -> int:
    """Words of the text after the last one that was heard in its place.

    The cheapest way from text to heard is followed; a word that was replaced counts as said.
    """
    rows = [list(range(len(heard) + 1))]
    for index, left in enumerate(text, start=1):
        now = [index]
        for at, right in enumerate(heard, start=1):
            now.append(min(rows[-1][at] + 1, now[-1] + 1, rows[-1][at - 1] + (left != right)))
        rows.append(now)
    last = len(heard)
    lost = len(text)
    while lost > 0 and rows[lost][last] == rows[lost - 1][last] + 1:
        replaced = text[lost - 1] != heard[last - 1] if last else True
        if last and rows[lost][last] == rows[lost - 1][last - 1] + replaced:
            break  # it was said, or something in its place
        lost -= 1
    return len(text) - lost
