"""Rules of a target for the text of a clip."""

from collections.abc import Sequence
from dataclasses import dataclass

from curator.domain.languages import base_code, folded, languages
from curator.domain.target import Target

NAMED_CHARACTERS = 8
"""Upper bound of listed unknown characters; the others are counted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Reason to refuse a text, a length or a sound."""

    reason_key: str
    sentence: str


def text_fault(text: str, language: str, target: Target) -> Fault | None:
    """Fault of a text for the target."""
    base = base_code(language)
    alphabet = target.alphabets.get(base)
    if alphabet is None:
        return Fault("language_unsupported", _unsupported(language, target))
    spoken = folded(text)
    if not spoken:
        return Fault("empty_text", "The clip has no text.")
    if not any(character.isalnum() for character in spoken):
        return Fault("no_letters", f"The text {spoken[:40]!r} has no letters or digits.")
    unknown = [c for c in dict.fromkeys(spoken) if c != " " and c not in alphabet]
    if unknown:
        return Fault("unknown_characters", f"{target.name} does not support {_named(unknown)}.")
    longest = target.max_characters.get(base)
    if longest is not None and len(spoken) > longest:
        return Fault(
            "text_too_long",
            f"The text has {len(spoken)} characters; {target.name} accepts at most {longest}.",
        )
    return None


def _unsupported(language: str, target: Target) -> str:
    if not base_code(language):
        return "The clip has no language; run `curator analyse` to detect it."
    known = languages().get(base_code(language))
    name = f"{known.english} ({language})" if known else f"{language!r}"
    return f"{target.name} cannot learn the language {name}."


def _named(characters: Sequence[str]) -> str:
    """Sentence part such as "'%' and U+2028"."""
    names = [_name(c) for c in characters[:NAMED_CHARACTERS]]
    if len(characters) > NAMED_CHARACTERS:
        names.append(f"{len(characters) - NAMED_CHARACTERS} more")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _name(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return f"'{character}' ({code})" if character.isprintable() else code
