"""curator models: what networks the program can load, and getting them onto this machine."""

import json
import sys
import time
from argparse import Namespace
from collections.abc import Sequence

from curator.domain.errors import CuratorError, printable
from curator.weights.catalogue import ListedModel, listed_model, listed_models
from curator.weights.download import Tell, get, import_from, models_in
from curator.weights.folder import ModelState, Standing, standing

SAID_EVERY_S = 0.5
MB = 1_000_000


def list_(arguments: Namespace) -> int:
    """curator models list"""
    for model in listed_models():
        _say(arguments, standing(model))
    return 0


def verify(arguments: Namespace) -> int:
    """curator models verify"""
    wrong = 0
    for model in _named(arguments.names):
        found = standing(model, thorough=True)
        if found.state is ModelState.ABSENT and not arguments.names:
            continue
        wrong += not found.is_usable
        _say(arguments, found)
    return 1 if wrong else 0


def get_(arguments: Namespace) -> int:
    """curator models get"""
    for model in _named(arguments.names):
        folder = get(model, _told(model, as_json=arguments.json))
        _done(arguments, model, f"{model.name} is in {printable(str(folder))}.")
    return 0


def import_(arguments: Namespace) -> int:
    """curator models import"""
    names = arguments.names
    models = _named(names) if names else models_in(arguments.folder, listed_models())
    if not models:
        raise CuratorError(
            f"{printable(str(arguments.folder))} holds all files of none of the models.",
            "See: curator models list.",
        )
    for model in models:
        folder = import_from(model, arguments.folder)
        _done(arguments, model, f"{model.name} is in {printable(str(folder))}.")
    return 0


def _named(names: Sequence[str]) -> list[ListedModel]:
    return [listed_model(name) for name in names] if names else list(listed_models())


def _say(arguments: Namespace, found: Standing) -> None:
    model = found.model
    if arguments.json:
        line = {
            "name": model.name,
            "kind": model.kind,
            "state": found.state,
            "bytes_here": found.bytes_here,
            "size": model.size,
            "revision": model.revision,
            "licence": model.licence,
            "origin": model.origin,
            "use": model.use,
            "files": [
                {"name": file.name, "size": file.size, "sha256": file.sha256 or None}
                for file in model.files
            ],
            "sentence": found.sentence,
        }
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    size = f"{(model.size or found.bytes_here) / MB:,.0f} MB" if model.size else "size unknown"
    sys.stdout.write(
        f"{model.name:<25}{found.state:<10}{size:>14}  {model.licence}\n"
        f"{'':<25}{model.use}\n{'':<25}{found.sentence}\n"
    )


def _told(model: ListedModel, *, as_json: bool) -> Tell:
    """Says how far a download is: lines for programs, one line that changes on a terminal."""
    said = [0.0]

    def tell(here: int, whole: int | None) -> None:
        now = time.monotonic()
        if now - said[0] < SAID_EVERY_S and here != whole:
            return
        said[0] = now
        if as_json:
            line = {"event": "progress", "model": model.name, "bytes": here, "of": whole}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
        elif sys.stderr.isatty():
            of = f" of {whole / MB:,.1f}" if whole else ""
            sys.stderr.write(f"\r{model.name}: {here / MB:,.1f}{of} MB ")
            sys.stderr.flush()

    return tell


def _done(arguments: Namespace, model: ListedModel, sentence: str) -> None:
    if arguments.json:
        line = {"event": "done", "model": model.name}
        sys.stdout.write(json.dumps(line) + "\n")
    else:
        sys.stdout.write(f"{sentence}\n")
