"""Commands ``new``, ``import``, ``verify`` and ``doctor``."""

import json
import sys
from argparse import Namespace
from difflib import get_close_matches

from curator.cli.progress import watcher
from curator.domain.emotion import read_category_set
from curator.domain.errors import CuratorError, printable
from curator.domain.languages import language_code, language_names
from curator.domain.recording import SoundChoice
from curator.domain.resources import resources
from curator.domain.target import read_target


def new(arguments: Namespace) -> int:
    """Create a project."""
    from curator.store.project import Project

    read_target(arguments.target)
    language = _language(arguments.language)
    categories = read_category_set(resources() / "categories", arguments.categories)
    with Project.create(
        arguments.project,
        language=language,
        target=arguments.target,
        categories=categories,
    ) as project:
        sys.stdout.write(f"Created {printable(str(project.path))}.\n")
    return 0


def _language(text: str) -> str:
    """Code of a language given by code or name; "" to detect it. CuratorError if unknown."""
    code = language_code(text)
    if text and not code:
        names = [name for _, *both in language_names() for name in both]
        close = get_close_matches(text.title(), names, n=3)
        hint = f"Did you mean {' or '.join(close)}?" if close else "Give a code, such as hu or vi."
        raise CuratorError(f"There is no language called {printable(text)!r}.", hint)
    return code


def import_(arguments: Namespace) -> int:
    """Import recordings."""
    from curator.jobs.context import JobContext
    from curator.jobs.intake import import_paths
    from curator.store.project import Project

    with Project.open(arguments.project) as project:
        failures = import_paths(
            JobContext.at_once(project, watcher(arguments.json), arguments.jobs),
            arguments.paths,
            licence=arguments.licence,
            consent=arguments.consent,
            choice=SoundChoice(arguments.track, arguments.channel),
        )
        recordings = project.recordings.all()
    seconds = sum(recording.seconds for recording in recordings)
    if not arguments.json:
        sys.stdout.write(
            f"{len(recordings)} recordings, {seconds / 60:.1f} minutes in the project."
            + (f" {failures} could not be imported.\n" if failures else "\n")
        )
    return 1 if failures else 0


def verify(arguments: Namespace) -> int:
    """Check a project or an exported bundle."""
    faults, notes = _verified(arguments)
    for kind, sentences in (("note", notes), ("fault", faults)):
        for sentence in sentences:
            line = sentence
            if arguments.json:
                line = json.dumps({kind: sentence}, ensure_ascii=False)
            sys.stdout.write(f"{line}\n")
    if not faults and not arguments.json:
        sys.stdout.write("No problems.\n")
    return 1 if faults else 0


def _verified(arguments: Namespace) -> tuple[list[str], list[str]]:
    """(faults, notes) of a project or bundle."""
    from curator.export.verify import verify_bundle, verify_sources
    from curator.store.project import Project

    if (arguments.path / "manifest.jsonl").exists():
        return verify_bundle(arguments.path), []
    if not arguments.path.exists():
        raise CuratorError(f"{printable(str(arguments.path))} does not exist.")
    with Project.open(arguments.path, write=False) as project:
        faults, notes = verify_sources(project.recordings.all())
        return project.verify() + faults, notes


def doctor(arguments: Namespace) -> int:
    """Check installation, devices and models."""
    from curator.cli.doctor import doctor as examine

    return examine(arguments.json)
