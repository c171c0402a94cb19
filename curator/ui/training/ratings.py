"""Ratings of heard samples as decisions, given one by one or taken in from a file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curator.domain.decision import Edit, Field
from curator.domain.errors import CuratorError, printable
from curator.ui.session import Session
from curator.ui.training.evaluated import ASPECTS, HIGHEST

FORMAT = 1
Rating = dict[str, int]


def ratings(session: Session) -> dict[str, Rating]:
    """What is decided, by the samples' names."""
    decisions = session.project.decisions
    names = decisions.samples()
    found = {}
    for number, value in decisions.elsewhere(Field.RATING).items():
        rating = json.loads(value)
        if number in names and isinstance(rating, dict):
            found[names[number]] = {key: rating[key] for key in ASPECTS if key in rating}
    return found


def rate(session: Session, sample: str, aspect: str, value: int) -> None:
    """Give one aspect of a sample 1..10."""
    before = ratings(session).get(sample, {})
    label = f"Rate {aspect}: {value}"
    _apply(session, label, {sample: {**before, aspect: value}})


def take_in(session: Session, path: Path) -> int:
    """The ratings of a file that a listening page gave away, as one act; how many samples."""
    found = read_file(path)
    before = ratings(session)
    merged = {name: {**before.get(name, {}), **rating} for name, rating in found.items()}
    if merged:
        _apply(session, f"Take in ratings ({len(merged)} samples)", merged)
    return len(merged)


def read_file(path: Path) -> dict[str, Rating]:
    """By name; CuratorError where the file is none of ours or holds what no rating is."""
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
    return found


def _is_good(pair: tuple[object, object]) -> bool:
    aspect, value = pair
    whole = isinstance(value, int) and not isinstance(value, bool)
    return aspect in ASPECTS and whole and 1 <= value <= HIGHEST  # type: ignore[operator]


def _apply(session: Session, label: str, given: Mapping[str, Rating]) -> None:
    if session.read_only:
        raise CuratorError("This project is open for looking only.")
    numbers = {session.project.decisions.sample_number(name): name for name in given}
    after = {
        number: json.dumps({key: given[name][key] for key in ASPECTS if key in given[name]})
        for number, name in numbers.items()
    }
    session.apply(Edit(label, Field.RATING, after))
