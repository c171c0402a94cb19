"""Script of the demo recording: speakers, sentences and delivery categories."""

import tomllib
from dataclasses import dataclass
from random import Random

from curator.domain.resources import resources

HOST = "host"


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One turn. category: the delivery of the host's lines; None for contestants.

    sentences: spoken one after the other with a short pause. section: where it belongs.
    """

    speaker: str
    category: str | None
    sentences: tuple[str, ...]
    section: str

    @property
    def text(self) -> str:
        """Full text."""
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Script:
    """A show: sections of lines, with pace and level by category.

    speed: length of a sound relative to the voice's usual pace, above 1 is slower.
    level_db: loudness relative to the host's usual level.
    """

    sections: tuple[tuple[ScriptLine, ...], ...]
    speed: dict[str, float]
    level_db: dict[str, float]

    def lines(self, seed: int) -> tuple[ScriptLine, ...]:
        """All lines in speaking order; seed 0 leaves the rounds as they are written."""
        first, *rounds, last = self.sections
        if seed:
            Random(f"rounds {seed}").shuffle(rounds)
        return tuple(line for section in (first, *rounds, last) for line in section)


def read_script(key: str = "quiz_show") -> Script:
    """The script shipped under ``key``."""
    path = resources() / "demo" / f"{key}.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    sections = tuple(
        tuple(
            ScriptLine(
                line["speaker"], line.get("category"), tuple(line["sentences"]), section["key"]
            )
            for line in section["line"]
        )
        for section in data["section"]
    )
    return Script(sections, dict(data["speed"]), dict(data["level_db"]))
