"""Limits of a target model, from ``resources/targets/*.toml`` (shared with the trainer)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from curator.domain.errors import CuratorError
from curator.domain.languages import alphabet, languages
from curator.domain.resources import resources


@dataclass(frozen=True, slots=True)
class Target:
    """Limits of a model family.

    rate: Hz of the audio it trains on. min_samples, max_samples: hard limits of a clip at that
    rate, both inclusive. body_min_s, body_max_s: the lengths segmentation aims at. quiet_min_ms,
    quiet_max_ms: how much quiet to leave at both ends. max_characters: by language, of the text
    after white space is folded. alphabets: by language, the characters besides white space that
    its tokenizer knows, upper and lower case alike. treatments: by language, NATIVE or GROWN.
    silent_peak: of 32768; a clip that is nowhere
    louder is silent. refusal_order: the reasons to refuse a clip, the one to name first. short_s,
    short_share: which share of the clips should be shorter than that, 0..1.
    """

    key: str
    name: str
    licence: str
    rate: int
    min_samples: int
    max_samples: int
    body_min_s: float
    body_max_s: float
    quiet_min_ms: int
    quiet_max_ms: int
    max_characters: Mapping[str, int]
    alphabets: Mapping[str, frozenset[str]]
    treatments: Mapping[str, str] = field(default_factory=dict)
    silent_peak: int = 32
    refusal_order: tuple[str, ...] = ()
    short_s: float = 3.0
    short_share: float = 0.0

    @property
    def min_s(self) -> float:
        """The shortest clip it takes, in seconds."""
        return self.min_samples / self.rate

    @property
    def max_s(self) -> float:
        """The longest clip it takes, in seconds."""
        return self.max_samples / self.rate

    def at_rate(self, rate: int) -> "Target":
        """The same limits in seconds for audio of another rate in Hz; 0 keeps the rate."""
        if rate in (0, self.rate):
            return self
        return replace(
            self,
            rate=rate,
            min_samples=-(-self.min_samples * rate // self.rate),
            max_samples=self.max_samples * rate // self.rate,
        )


def read_target(key: str) -> Target:
    """The target called ``key``, or CuratorError naming those there are."""
    folder = resources() / "targets"
    path = folder / f"{key}.toml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.toml")))
        raise CuratorError(f"There is no target called {key!r}.", f"Choose one of: {known}.")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    audio, cut, text = data["audio"], data["cut"], data["text"]
    shared = frozenset(text["punctuation"] + text["digits"])
    listed = {code: language.treatments[key] for code, language in languages().items()}
    spoken = {code: treatment for code, treatment in listed.items() if treatment != "no"}
    return Target(
        key=key,
        name=data["name"],
        licence=data["licence"],
        rate=audio["rate"],
        min_samples=audio["min_samples"],
        max_samples=audio["max_samples"],
        body_min_s=cut["body_min_s"],
        body_max_s=cut["body_max_s"],
        quiet_min_ms=cut["quiet_min_ms"],
        quiet_max_ms=cut["quiet_max_ms"],
        max_characters=dict.fromkeys(spoken, text["usual_characters"])
        | text.get("max_characters", {}),
        silent_peak=audio["silent_peak"],
        refusal_order=tuple(data["refusals"]["order"]),
        short_s=data["cut"].get("short_s", 3.0),
        short_share=data["cut"].get("short_share", 0.0),
        alphabets={code: alphabet(code, shared) for code in spoken},
        treatments=spoken,
    )
