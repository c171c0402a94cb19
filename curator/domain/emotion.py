"""The project's categories of delivery."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from curator.domain.errors import CuratorError
from curator.domain.foreign_files import parse_toml

LONGEST = 200  # characters of a name
MOST = 1_000_000  # clips or minutes of a target


@dataclass(frozen=True, slots=True)
class Emotion:
    """One category.

    key: lower-case word used in queries and manifests. colour: ``#rrggbb``. digit: the key that
    gives it, "0".."9". target_clips: how many kept clips are enough to start (the usual 15-30).
    letters: that tell it from the others of its set, one or two; "" outside a set.
    """

    key: str
    name: str
    colour: str
    digit: str
    target_clips: int
    target_minutes: float
    letters: str = field(default="", compare=False)

    @property
    def sign(self) -> str:
        """Letters for its badge."""
        return self.letters or self.name[:1].upper()


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
        data = parse_toml(text)
        emotions = tuple(
            Emotion(
                key=_text(entry["key"]),
                name=_text(entry["name"]),
                colour=_text(entry["colour"]),
                digit=_text(entry["digit"]),
                target_clips=int(_target(entry.get("target_clips", data["target_clips"]))),
                target_minutes=_target(entry.get("target_minutes", data["target_minutes"])),
            )
            for entry in data["emotion"]
        )
        signs = distinct_letters([emotion.name for emotion in emotions])
        signed = tuple(
            replace(emotion, letters=sign) for emotion, sign in zip(emotions, signs, strict=True)
        )
        return cls(_text(data["key"]), _text(data["name"]), signed)

    @classmethod
    def from_text(cls, text: str) -> "EmotionSet":
        """The same for text a person wrote: CuratorError says why it is no category set."""
        try:
            return cls.from_toml(text)
        except KeyError as error:
            raise CuratorError(
                f"The category set cannot be read: it has no {error.args[0]}."
            ) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise CuratorError(f"The category set cannot be read: {error}.") from error


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise TypeError(f"{str(value)[:80]!r} is no text of at most {LONGEST} characters")
    return value


def _target(value: object) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    if not usable or not 0 <= value <= MOST:  # type: ignore[operator]
        raise TypeError(f"the target {str(value)[:80]} is no number from 0 to {MOST:,}")
    return value  # type: ignore[return-value]


def distinct_letters(names: Sequence[str]) -> list[str]:
    """First letter of each name; two characters where others begin with the same one.

    The second is the next letter that no other of them has, or else a digit.
    """
    firsts = [name[:1].upper() for name in names]
    signs: list[str] = []
    for name, first in zip(names, firsts, strict=True):
        if firsts.count(first) == 1:
            signs.append(first)
            continue
        letters = [letter.lower() for letter in name[1:] if letter.isalnum()]
        digits = map(str, range(2, len(names) + 2))
        signs.append(
            next(first + more for more in (*letters, *digits) if first + more not in signs)
        )
    return signs


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
