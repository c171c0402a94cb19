"""Splitting of long texts at paragraph, sentence and clause ends, with the pause after each."""

import re
from dataclasses import dataclass

SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[\"”’»)]*\s+")
PHRASE_END = re.compile(r"(?<=[,;:–—，；：])\s+")
ENDS_SENTENCE = re.compile(r"[.!?…。！？][\"”’»)]*\Z")
LONGEST = 180  # characters; XTTS was trained on texts of up to 250, Chatterbox on up to 300

# Silence between pieces in seconds. A piece has 0.1 to 0.3 s of its own at its ends, so that the
# sums are those of read speech: about 0.3 s at a comma, 0.5 s at a full stop, 0.9 s at a paragraph.
PHRASE_PAUSE_S = 0.08
SENTENCE_PAUSE_S = 0.25
PARAGRAPH_PAUSE_S = 0.65


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text, synthesised in one go. pause_s: silence after it, 0.0 for the last."""

    text: str
    pause_s: float


def split(text: str, longest: int = LONGEST) -> list[Piece]:
    """Pieces of a text of one or more paragraphs (lines), in order."""
    parts: list[Piece] = []
    for paragraph in text.splitlines():
        texts = pieces(paragraph, longest)
        for at, part in enumerate(texts):
            pause = SENTENCE_PAUSE_S if ENDS_SENTENCE.search(part) else PHRASE_PAUSE_S
            parts.append(Piece(part, PARAGRAPH_PAUSE_S if at == len(texts) - 1 else pause))
    return [*parts[:-1], Piece(parts[-1].text, 0.0)] if parts else []


def pieces(text: str, longest: int = LONGEST) -> list[str]:
    """Texts of the pieces, whole sentences joined up to the length; none is empty."""
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
