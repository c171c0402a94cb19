"""What a model family accepts, read from the same ``resources/targets/*.toml`` as curator."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from trainer.errors import TrainerError
from trainer.resources import resources


@dataclass(frozen=True, slots=True)
class Target:
    """Limits of a model family.

    rate: Hz. min_samples, max_samples: both allowed lengths, at that rate. silent_peak: of 32768;
    no louder is silent. max_tokens: text tokens, known only where there is a vocabulary.
    max_characters, alphabets: by language, of the folded text.
    """

    key: str
    name: str
    licence: str
    rate: int
    min_samples: int
    max_samples: int
    silent_peak: int
    max_tokens: int
    max_characters: Mapping[str, int]
    alphabets: Mapping[str, frozenset[str]]

    def knowing(self, more: Iterable[str]) -> "Target":
        """The same with more known characters, in every language."""
        added = frozenset(more)
        alphabets = {language: known | added for language, known in self.alphabets.items()}
        return replace(self, alphabets=alphabets)


def read_target(key: str) -> Target:
    """The target called ``key``."""
    path = resources() / "targets" / f"{key}.toml"
    if not path.is_file():
        raise TrainerError(f"There is no target called {key!r}.")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    audio, text = data["audio"], data["text"]
    signs = text["punctuation"] + text["digits"]
    return Target(
        key=key,
        name=data["name"],
        licence=data["licence"],
        rate=audio["rate"],
        min_samples=audio["min_samples"],
        max_samples=audio["max_samples"],
        silent_peak=audio["silent_peak"],
        max_tokens=text["max_tokens"],
        max_characters=dict(text["max_characters"]),
        alphabets={
            language: frozenset(signs + letters) | _upper(letters)
            for language, letters in text["alphabet"].items()
        },
    )


def _upper(letters: str) -> frozenset[str]:
    """The upper case of each letter, where that is one character (not so for "ß")."""
    return frozenset(upper for letter in letters if len(upper := letter.upper()) == 1)
