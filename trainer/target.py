"""What a model family accepts, read from the same ``resources/targets/*.toml`` as curator."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from trainer.errors import TrainerError
from trainer.resources import resources


@dataclass(frozen=True, slots=True)
class Target:
    """Limits of a model family.

    rate: Hz. min_samples, max_samples: both inclusive, at that rate. max_tokens: text tokens,
    known only where there is a vocabulary. max_characters: by language, white space folded.
    alphabets: by language, upper and lower case, without punctuation and digits.
    signs: punctuation and digits of every language.
    """

    key: str
    licence: str
    rate: int
    min_samples: int
    max_samples: int
    max_tokens: int
    max_characters: Mapping[str, int]
    alphabets: Mapping[str, frozenset[str]]
    signs: frozenset[str]
    digits: frozenset[str]


def read_target(key: str) -> Target:
    """The target called ``key``."""
    path = resources() / "targets" / f"{key}.toml"
    if not path.is_file():
        raise TrainerError(f"There is no target called {key!r}.")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    audio, text = data["audio"], data["text"]
    return Target(
        key=key,
        licence=data["licence"],
        rate=audio["rate"],
        min_samples=audio["min_samples"],
        max_samples=audio["max_samples"],
        max_tokens=text["max_tokens"],
        max_characters=dict(text["max_characters"]),
        alphabets={
            language: frozenset(letters.lower() + letters.upper())
            for language, letters in text["alphabet"].items()
        },
        signs=frozenset(text["punctuation"] + text["digits"]),
        digits=frozenset(text["digits"]),
    )
