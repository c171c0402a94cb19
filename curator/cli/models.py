"""Commands ``models list|get|import|verify``."""

import json
import sys
import time
from argparse import Namespace
from collections.abc import Sequence

from curator.cli.terminal_text import escaped, plain
from curator.domain.errors import CuratorError, printable
from curator.weights.catalogue import ListedModel, listed_model, listed_models
from curator.weights.download import Tell, get, import_from, models_in
from curator.weights.folder import ModelState, Standing, accept, has_accepted, standing

UPDATE_EVERY_S = 0.5
MB = 1_000_000


def list_(arguments: Namespace) -> int:
    """List models with purpose, licence and state."""
    for model in listed_models():
        _print_model(arguments, standing(model))
    return 0


def verify(arguments: Namespace) -> int:
    """Compare the hash of every file of installed models."""
    wrong = 0
    for model in _named(arguments.names):
        status = standing(model, thorough=True)
        if status.state is ModelState.ABSENT and not arguments.names:
            continue
        wrong += not status.is_usable
        _print_model(arguments, status)
    return 1 if wrong else 0


def get_(arguments: Namespace) -> int:
    """Download models."""
    for model in _named(arguments.names):
        if arguments.accept_licence and not has_accepted(model):
            accept(model)
        folder = get(model, _progress_of(model, as_json=arguments.json))
        _print_done(arguments, model, f"{model.name} is in {printable(str(folder))}.")
    return 0


def import_(arguments: Namespace) -> int:
    """Copy models from a folder."""
    names = arguments.names
    models = _named(names) if names else models_in(arguments.folder, listed_models())
    if not models:
        raise CuratorError(
            f"{printable(str(arguments.folder))} does not contain all files of any model.",
            "See: curator models list",
        )
    for model in models:
        folder = import_from(model, arguments.folder)
        _print_done(arguments, model, f"{model.name} is in {printable(str(folder))}.")
    return 0


def _named(names: Sequence[str]) -> list[ListedModel]:
    return [listed_model(name) for name in names] if names else list(listed_models())


def _print_model(arguments: Namespace, status: Standing) -> None:
    model = status.model
    if arguments.json:
        line = {
            "name": model.name,
            "kind": model.kind,
            "state": status.state,
            "bytes_here": status.bytes_here,
            "size": model.size,
            "revision": model.revision,
            "licence": model.licence,
            "terms": model.terms or None,
            "accepted": has_accepted(model),
            "origin": model.origin,
            "use": model.use,
            "files": [
                {"name": file.name, "size": file.size, "sha256": file.sha256 or None}
                for file in model.files
            ],
            "sentence": status.sentence,
        }
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    size = f"{(model.size or status.bytes_here) / MB:,.0f} MB" if model.size else "size unknown"
    sys.stdout.write(
        f"{model.name:<28}{status.state:<10}{size:>14}  {model.licence}\n"
        f"{'':<28}{model.use}\n{'':<28}{status.sentence}\n"
    )


def _progress_of(model: ListedModel, *, as_json: bool) -> Tell:
    """Progress callback of a download: JSON lines, or one updated line on a terminal."""
    updated = [0.0]

    def tell(here: int, whole: int | None) -> None:
        now = time.monotonic()
        if now - updated[0] < UPDATE_EVERY_S and here != whole:
            return
        updated[0] = now
        if as_json:
            line = {"event": "progress", "model": model.name, "bytes": here, "of": whole}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
        elif sys.stderr.isatty():
            of = f" of {whole / MB:,.1f}" if whole else ""
            terminal = plain(sys.stderr)
            terminal.write(f"\r{escaped(model.name)}: {here / MB:,.1f}{of} MB ")
            terminal.flush()

    return tell


def _print_done(arguments: Namespace, model: ListedModel, sentence: str) -> None:
    if arguments.json:
        line = {"event": "done", "model": model.name}
        sys.stdout.write(json.dumps(line) + "\n")
    else:
        sys.stdout.write(f"{sentence}\n")
