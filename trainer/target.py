"""Limits of a model family, from ``resources/targets/*.toml``, shared with curator."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from trainer.errors import TrainerError
from trainer.foreign_files import read_toml
from trainer.languages import characters_of, supported
from trainer.resources import resources


@dataclass(frozen=True, slots=True)
class Target:
    """Limits of a model family.

    rate: Hz. min_samples, max_samples: inclusive, at that rate. silent_peak: 16-bit peak up to
    which a clip is silent. max_tokens: limit of text tokens. max_characters, alphabets,
    treatments ("native" or "grown"): by language, of the normalised text.
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
    treatments: Mapping[str, str]

    def with_characters(self, more: Iterable[str]) -> "Target":
        """The target with additional characters in every alphabet."""
        added = frozenset(more)
        alphabets = {language: known | added for language, known in self.alphabets.items()}
        return replace(self, alphabets=alphabets)


def read_target(key: str) -> Target:
    """Read the target ``key``; TrainerError if it does not exist."""
    path = resources() / "targets" / f"{key}.toml"
    if not path.is_file():
        names = ", ".join(sorted(file.stem for file in path.parent.glob("*.toml")))
        raise TrainerError(f"There is no target {key!r}.", f"Available: {names}.")
    data = read_toml(path)
    audio, text = data["audio"], data["text"]
    symbols = frozenset(text["punctuation"] + text["digits"])
    treatments = supported(key)
    return Target(
        key=key,
        name=data["name"],
        licence=data["licence"],
        rate=audio["rate"],
        min_samples=audio["min_samples"],
        max_samples=audio["max_samples"],
        silent_peak=audio["silent_peak"],
        max_tokens=text["max_tokens"],
        max_characters={
            **dict.fromkeys(treatments, text["usual_characters"]),
            **text.get("max_characters", {}),
        },
        alphabets={code: characters_of(code, symbols) for code in treatments},
        treatments=treatments,
    )
