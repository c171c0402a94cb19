"""Ratings of evaluation samples as decisions, given singly or imported from a file.

Such a file may contain blind preferences too, imported in the same undo step.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import RUN_BYTES, parse_json, read_bounded
from curator.ui.session import Session
from curator.ui.training.evaluated import ASPECTS, HIGHEST
from curator.ui.training.preferences import Both, as_value, both, name_of, pair_of
from curator.ui.training.sample_decisions import decide, rated

FORMAT = 1
Rating = dict[str, int]


def ratings(session: Session) -> dict[str, Rating]:
    """Return the ratings by sample key."""
    return {
        name: {key: rating[key] for key in ASPECTS if key in rating}
        for name, rating in rated(session)
        if isinstance(rating, dict) and pair_of(name) is None
    }


def rate(session: Session, sample: str, aspect: str, value: int) -> None:
    """Rate one aspect of a sample, 1..10."""
    before = ratings(session).get(sample, {})
    label = f"Rate {aspect}: {value}"
    _apply(session, label, {sample: {**before, aspect: value}})


def import_ratings(session: Session, path: Path) -> int:
    """Import a ratings file as one undo step; return the number of samples and pairs."""
    file = read_file(path)
    before = ratings(session)
    merged = {name: {**before.get(name, {}), **rating} for name, rating in file.ratings.items()}
    if merged or file.preferences:
        many = len(merged) + len(file.preferences)
        _apply(session, f"Import ratings ({many} samples)", merged, file.preferences)
    return len(merged) + len(file.preferences)


@dataclass(frozen=True, slots=True)
class RatingsFile:
    """Content of a ratings file: ratings by sample, preferences by pair."""

    ratings: Mapping[str, Rating]
    preferences: Mapping[Both, str | None]


def read_file(path: Path) -> RatingsFile:
    """Read a ratings file. Raises CuratorError if it is invalid."""
    name = printable(path.name)
    try:
        held = parse_json(read_bounded(path, RUN_BYTES, follow=True))
    except OSError as error:
        raise CuratorError(f"Cannot read {name}: {error.strerror}.") from error
    except ValueError as error:
        raise CuratorError(f"{name} is not a ratings file.") from error
    if not isinstance(held, dict) or held.get("kind") != "ratings":
        raise CuratorError(f"{name} is not a ratings file.")
    if held.get("format") != FORMAT:
        raise CuratorError(f"{name} was written by a newer version of this program.")
    run, given = held.get("run"), held.get("ratings")
    if not isinstance(run, str) or not isinstance(given, dict):
        raise CuratorError(f"{name} is not a ratings file.")
    by_sample = {}
    for sample, rating in given.items():
        if not isinstance(rating, dict) or not all(_is_good(pair) for pair in rating.items()):
            raise CuratorError(f"{name}: the rating of {printable(sample)} is not 1 to 10.")
        by_sample[f"{run}/{sample}"] = dict(rating)
    return RatingsFile(by_sample, dict(_preferences(name, held.get("blind"))))


def _preferences(name: str, blind: Any) -> Iterator[tuple[Both, str | None]]:  # noqa: ANN401
    """Yield the preferences by pair; older files have none."""
    pairs = blind.get("pairs", []) if isinstance(blind, dict) else []
    for each in pairs if isinstance(pairs, list) else [None]:
        judged = each if isinstance(each, dict) else {}
        voices, preferred = judged.get("voices"), judged.get("preferred")
        if not _are_voices(voices):
            raise CuratorError(f"{name} contains an invalid blind pair.")
        if preferred not in (*voices, None):
            raise CuratorError(f"{name}: a preferred sample is not of its blind pair.")
        yield both(*voices), preferred


def _are_voices(voices: Any) -> TypeGuard[list[str]]:  # noqa: ANN401
    """Whether the value is a list of two different sample keys."""
    texts = isinstance(voices, list) and all(isinstance(voice, str) for voice in voices)
    return texts and len(voices) == 2 and voices[0] != voices[1]


def _is_good(pair: tuple[object, object]) -> bool:
    aspect, value = pair
    whole = isinstance(value, int) and not isinstance(value, bool)
    return aspect in ASPECTS and whole and 1 <= value <= HIGHEST  # type: ignore[operator]


def _apply(
    session: Session,
    label: str,
    given: Mapping[str, Rating],
    preferred: Mapping[Both, str | None] | None = None,
) -> None:
    values: dict[str, str | None] = {
        name: json.dumps({key: rating[key] for key in ASPECTS if key in rating})
        for name, rating in given.items()
    }
    blind = {name_of(pair): as_value(one) for pair, one in (preferred or {}).items()}
    decide(session, label, {**values, **blind})
