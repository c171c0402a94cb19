"""Test sentences: shipped files, a user's file, or clips for other languages.

A sentence's place in its file does not matter: it is known by its id, and an evaluation by the
hash of all that was spoken.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from trainer.bundle.manifest import Bundle, Clip
from trainer.errors import WrongUsage
from trainer.foreign_files import read_toml
from trainer.resources import resources

ID = re.compile(r"[A-Za-z0-9_-]+\Z")
Kind = Literal["short", "question", "number", "name", "long", "plain"]


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something to say. also: other ways to write it, which are no errors."""

    id: str
    text: str
    kind: Kind = "plain"
    category: str | None = None
    also: tuple[str, ...] = ()
    language: str = ""

    def as_row(self) -> dict[str, object]:
        """As results name it."""
        return {
            "id": self.id,
            "language": self.language,
            "category": self.category,
            "text": self.text,
            "kind": self.kind,
        }


class _File(msgspec.Struct, forbid_unknown_fields=True):
    language: str
    sentence: tuple[Sentence, ...]
    seeds: tuple[int, ...] = (0,)


class _General(msgspec.Struct, forbid_unknown_fields=True):
    per_category: int
    seeds: tuple[int, ...]
    short_words: int
    question_marks: str


class Script(msgspec.Struct, frozen=True):
    """All that is spoken, and the seeds each sentence is spoken with. names: of the files."""

    sentences: tuple[Sentence, ...]
    seeds: tuple[int, ...]
    names: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Of what is spoken, whatever file it stood in."""
        rows = sorted(([*s.as_row().values(), s.also] for s in self.sentences), key=str)
        return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def read_script(bundle: Bundle, files: Sequence[Path] = ()) -> Script:
    """The person's files, or the project's for each language of the bundle.

    From the project's files only categories of the bundle are spoken, and texts of no category. A
    category, or a language, that no file knows is spoken by the general rule.
    """
    if files:
        read = [_read(path) for path in files]
        chosen = tuple(sentence for file in read for sentence in _named(file))
        _refuse_twice(chosen)
        return Script(chosen, read[0].seeds, tuple(str(path) for path in files))
    general = _general()
    sentences: list[Sentence] = []
    names: list[str] = []
    seeds: tuple[int, ...] = general.seeds
    for language in sorted({clip.language for clip in bundle.clips}):
        path = resources() / "sentences" / f"{language.partition('-')[0]}.toml"
        wanted = {clip.emotion for clip in bundle.clips if clip.language == language} - {None}
        if path.is_file():
            file = _read(path)
            own = [s for s in _named(file) if _is_wanted(s, wanted)]
            sentences += own
            names.append(path.name)
            seeds = file.seeds
            wanted -= {sentence.category for sentence in own}
            if wanted:
                more = [c for c in _clips(bundle, language) if c.emotion in wanted]
                sentences += _of_clips(more, language, general)
        else:
            sentences += _of_clips(_clips(bundle, language), language, general)
            names.append("general.toml")
    chosen = _unique(sentences)
    if not chosen:
        raise WrongUsage("There is no sentence to speak.", "Name a file with --sentences.")
    return Script(chosen, seeds, tuple(names))


def spread(sentences: Sequence[Sentence], count: int) -> tuple[Sentence, ...]:
    """So many of them, from every category in turn; none of the long ones, which take minutes.

    Each category begins one place further in its list, so that not all are of the first kind there.
    """
    waiting: dict[str | None, list[Sentence]] = {}
    for each in sentences:
        if each.kind != "long":
            waiting.setdefault(each.category, []).append(each)
    turns = max(map(len, waiting.values()), default=0)
    order = [
        own[(at + further) % len(own)]
        for at in range(turns)
        for further, own in enumerate(waiting.values())
        if at < len(own)
    ]
    return tuple(order[:count])


def _is_wanted(sentence: Sentence, categories: set[str | None]) -> bool:
    """A bundle without categories hears every sentence."""
    if not categories or sentence.category is None or sentence.kind == "long":
        return True
    return sentence.category in categories


def _read(path: Path) -> _File:
    try:
        file = msgspec.convert(read_toml(path), _File)
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise WrongUsage(
            f"{path} is no file of sentences: {error}.",
            "resources/sentences/en.toml shows how one looks.",
        ) from error
    for sentence in file.sentence:
        if not ID.match(sentence.id):
            raise WrongUsage(f"{path}: the id {sentence.id!r} may hold only letters, digits, _, -.")
        if not any(character.isalnum() for character in sentence.text):
            raise WrongUsage(f"{path}: {sentence.id} has no text to speak.")
    if not file.sentence or not file.seeds:
        raise WrongUsage(f"{path} holds no sentence, or no seed.")
    return file


def _named(file: _File) -> list[Sentence]:
    return [msgspec.structs.replace(each, language=file.language) for each in file.sentence]


def _refuse_twice(sentences: Sequence[Sentence]) -> None:
    ids = [sentence.id for sentence in sentences]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise WrongUsage(f"Two sentences have the id {twice[0]!r}.", "Give each its own.")


def _unique(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Ids of several languages apart: the language goes before the id where they meet."""
    ids = [sentence.id for sentence in sentences]
    return tuple(
        msgspec.structs.replace(s, id=f"{s.language}-{s.id}") if ids.count(s.id) > 1 else s
        for s in sentences
    )


def _general() -> _General:
    path = resources() / "sentences" / "general.toml"
    return msgspec.convert(read_toml(path), _General)


def _clips(bundle: Bundle, language: str) -> list[Clip]:
    """Held-out clips with a text."""
    clips = bundle.part("eval")
    return [clip for clip in clips if clip.language == language and clip.text.strip()]


def _of_clips(clips: Sequence[Clip], language: str, rule: _General) -> list[Sentence]:
    """The speaker's own sentences, evenly spread by length, of each category."""
    chosen = []
    for category in sorted({clip.emotion for clip in clips}, key=str):
        texts = sorted({c.text for c in clips if c.emotion == category}, key=lambda t: (len(t), t))
        count = min(rule.per_category, len(texts))
        for number in range(count):
            text = texts[number * (len(texts) - 1) // max(1, count - 1)]
            name = re.sub(r"[^A-Za-z0-9_-]", "-", category or "any")
            kind = _kind(text, rule)
            chosen.append(Sentence(f"own-{name}-{number + 1}", text, kind, category, (), language))
    return chosen


def _kind(text: str, rule: _General) -> Kind:
    if len(text.split()) <= rule.short_words:
        return "short"
    if any(character.isdigit() for character in text):
        return "number"
    return "question" if text.rstrip()[-1:] in rule.question_marks else "plain"
