"""Ratings of heard samples as decisions, given one by one or taken in from a file.

Such a file may hold blind preferences as well, which are taken in by the same act.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from curator.domain.errors import CuratorError, printable
from curator.ui.session import Session
from curator.ui.training.evaluated import ASPECTS, HIGHEST
from curator.ui.training.preferences import Both, as_value, both, name_of, pair_of
from curator.ui.training.sample_decisions import decide, rated

FORMAT = 1
Rating = dict[str, int]


def ratings(session: Session) -> dict[str, Rating]:
    """What is decided, by the samples' names."""
    return {
        name: {key: rating[key] for key in ASPECTS if key in rating}
        for name, rating in rated(session)
        if isinstance(rating, dict) and pair_of(name) is None
    }


def rate(session: Session, sample: str, aspect: str, value: int) -> None:
    """Give one aspect of a sample 1..10."""
    before = ratings(session).get(sample, {})
    label = f"Rate {aspect}: {value}"
    _apply(session, label, {sample: {**before, aspect: value}})


def take_in(session: Session, path: Path) -> int:
    """What a file of a listening page holds, as one act; how many samples and pairs."""
    found = read_file(path)
    before = ratings(session)
    merged = {name: {**before.get(name, {}), **rating} for name, rating in found.ratings.items()}
    if merged or found.preferences:
        many = len(merged) + len(found.preferences)
        _apply(session, f"Take in ratings ({many} samples)", merged, found.preferences)
    return len(merged) + len(found.preferences)


@dataclass(frozen=True, slots=True)
class RatingsFile:
    """What a listening page gave away: ratings by sample, and who was preferred by pair."""

    ratings: Mapping[str, Rating]
    preferences: Mapping[Both, str | None]


def read_file(path: Path) -> RatingsFile:
    """CuratorError where the file is none of ours or holds what no rating is."""
    name = printable(path.name)
    try:
        held: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CuratorError(f"{name} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CuratorError(f"{name} is no file of ratings.") from error
    if not isinstance(held, dict) or held.get("kind") != "ratings":
        raise CuratorError(f"{name} is no file of ratings.")
    if held.get("format") != FORMAT:
        raise CuratorError(f"{name} was written by a newer version of this program.")
    run, given = held.get("run"), held.get("ratings")
    if not isinstance(run, str) or not isinstance(given, dict):
        raise CuratorError(f"{name} is no file of ratings.")
    found = {}
    for sample, rating in given.items():
        if not isinstance(rating, dict) or not all(_is_good(pair) for pair in rating.items()):
            raise CuratorError(f"{name} rates {printable(sample)} otherwise than from 1 to 10.")
        found[f"{run}/{sample}"] = dict(rating)
    return RatingsFile(found, dict(_preferences(name, held.get("blind"))))


def _preferences(name: str, blind: Any) -> Iterator[tuple[Both, str | None]]:  # noqa: ANN401
    """Of the pairs that were judged; files of before name none."""
    pairs = blind.get("pairs", []) if isinstance(blind, dict) else []
    for each in pairs if isinstance(pairs, list) else [None]:
        judged = each if isinstance(each, dict) else {}
        voices, preferred = judged.get("voices"), judged.get("preferred")
        if not _are_voices(voices):
            raise CuratorError(f"{name} holds a blind pair that is none.")
        if preferred not in (*voices, None):
            raise CuratorError(f"{name} prefers in a blind pair what was not heard.")
        yield both(*voices), preferred


def _are_voices(voices: Any) -> TypeGuard[list[str]]:  # noqa: ANN401
    """Two different samples."""
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
