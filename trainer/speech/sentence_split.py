"""Splitting of long texts at sentence and clause ends."""

import re

SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[\"”’»)]*\s+")
PHRASE_END = re.compile(r"(?<=[,;:–—，；：])\s+")
LONGEST = 180  # characters; XTTS was trained on texts of up to 250, Chatterbox on up to 300


def pieces(text: str, longest: int = LONGEST) -> list[str]:
    """The text in order, whole sentences together as far as they fit; never an empty piece."""
    chunks: list[str] = []
    for sentence in SENTENCE_END.split(" ".join(text.split())):
        for part in _parts(sentence.strip(), longest):
            if chunks and len(chunks[-1]) + 1 + len(part) <= longest:
                chunks[-1] = f"{chunks[-1]} {part}"
            elif part:
                chunks.append(part)
    return chunks


def _parts(sentence: str, longest: int) -> list[str]:
    """A sentence, or its phrases, or as many words as fit."""
    if len(sentence) <= longest:
        return [sentence]
    phrases = PHRASE_END.split(sentence)
    if len(phrases) > 1:
        return [part for phrase in phrases for part in _parts(phrase, longest)]
    parts = [""]
    for word in sentence.split():
        if parts[-1] and len(parts[-1]) + 1 + len(word) > longest:
            parts.append("")
        parts[-1] = f"{parts[-1]} {word}".strip()
    return parts
