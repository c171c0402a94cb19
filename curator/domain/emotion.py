"""The project's categories of delivery."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from curator.domain.errors import CuratorError


@dataclass(frozen=True, slots=True)
class Emotion:
    """One category.

    key: lower-case word used in queries and manifests. colour: ``#rrggbb``. digit: the key that
    gives it, "0".."9". target_clips: how many kept clips are enough to start (the usual 15-30).
    """

    key: str
    name: str
    colour: str
    digit: str
    target_clips: int
    target_minutes: float


@dataclass(frozen=True, slots=True)
class EmotionSet:
    """The categories of a project, in their order."""

    key: str
    name: str
    emotions: tuple[Emotion, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Their keys, in order."""
        return tuple(emotion.key for emotion in self.emotions)

    @classmethod
    def from_toml(cls, text: str) -> "EmotionSet":
        """Read a category set; text is the file's content."""
        data = tomllib.loads(text)
        emotions = tuple(
            Emotion(
                key=entry["key"],
                name=entry["name"],
                colour=entry["colour"],
                digit=entry["digit"],
                target_clips=entry.get("target_clips", data["target_clips"]),
                target_minutes=entry.get("target_minutes", data["target_minutes"]),
            )
            for entry in data["emotion"]
        )
        return cls(data["key"], data["name"], emotions)

    @classmethod
    def from_text(cls, text: str) -> "EmotionSet":
        """The same for text a person wrote: CuratorError says why it is no category set."""
        try:
            return cls.from_toml(text)
        except KeyError as error:
            raise CuratorError(
                f"The category set cannot be read: it has no {error.args[0]}."
            ) from error
        except (tomllib.TOMLDecodeError, TypeError) as error:
            raise CuratorError(f"The category set cannot be read: {error}.") from error


def category_sets(folder: Path) -> dict[str, Path]:
    """The category sets shipped in ``folder``, by key."""
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def read_category_set(folder: Path, key: str) -> str:
    """The text of a shipped category set, or CuratorError naming those there are."""
    known = category_sets(folder)
    if key not in known:
        raise CuratorError(
            f"There is no category set called {key!r}.", f"Choose one of: {', '.join(known)}."
        )
    return known[key].read_text(encoding="utf-8")
