"""Commands ``categories`` and ``weights``."""

import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from curator.domain import category_edits as edits
from curator.domain.category_edits import CategoryEdit, LabelledClips
from curator.domain.decision import PROJECT, Edit, Field
from curator.domain.emotion import Emotion, EmotionSet, category_sets, read_category_set
from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import NOTE_BYTES, read_bounded
from curator.domain.resources import resources
from curator.domain.weights import NO_CATEGORY, Weights


def list_(arguments: Namespace) -> int:
    """List the project's categories."""
    from curator.store.categories import labelled
    from curator.store.project import Project

    with Project.open(arguments.project, write=False) as project:
        now = labelled(project)
    sizes = Counter(now.labels.values())
    for each in now.emotions.emotions:
        if arguments.json:
            values = {**asdict(each), "clips": sizes[each.key]}
            line = json.dumps(values, ensure_ascii=False)
        else:
            targets = f"target {each.target_clips} clips, {each.target_minutes:g} minutes"
            digit = each.digit or "-"
            line = f"{digit}  {each.key:16} {each.name:20} {each.colour}  {sizes[each.key]} clips, "
            line += targets
        sys.stdout.write(f"{line}\n")
    return 0


def add(arguments: Namespace) -> int:
    """Add a category."""
    return _carry_out(
        arguments,
        lambda now: edits.add(
            now, _with_looks(edits.new_category(now.emotions, arguments.name), arguments)
        ),
    )


def change(arguments: Namespace) -> int:
    """Change name, key, colour, shortcut or targets of a category."""
    looks = (arguments.colour, arguments.digit, arguments.clips, arguments.minutes)
    if all(given is None for given in (arguments.name, arguments.new_key, *looks)):
        raise CuratorError("No change was given.", "For example: --name Suspense")

    def act(now: LabelledClips) -> CategoryEdit:
        old = edits.category(now.emotions, arguments.key)
        new = replace(old, name=arguments.name or old.name, key=arguments.new_key or old.key)
        return edits.change(now, arguments.key, _with_looks(new, arguments))

    return _carry_out(arguments, act)


def merge(arguments: Namespace) -> int:
    """Move all clips of one category into another."""
    return _carry_out(arguments, lambda now: edits.merge(now, arguments.key, arguments.into))


def remove(arguments: Namespace) -> int:
    """Remove a category."""
    return _carry_out(arguments, lambda now: edits.remove(now, arguments.key))


def use(arguments: Namespace) -> int:
    """Replace the category set."""
    folder = resources() / "categories"
    path = Path(arguments.set)
    if arguments.set in category_sets(folder) or not path.is_file():
        text = read_category_set(folder, arguments.set)
    else:
        text = _text_of(path)
    other = EmotionSet.from_text(text)
    return _carry_out(arguments, lambda now: edits.replace_set(now, other))


def _text_of(path: Path) -> str:
    try:
        return read_bounded(path, NOTE_BYTES, follow=True).decode()
    except UnicodeDecodeError as error:
        raise CuratorError(
            f"{printable(path.name)} is not a text file.",
            "See resources/categories for examples.",
        ) from error
    except OSError as error:
        raise CuratorError(
            f"{printable(path.name)} could not be read: {error.strerror}."
        ) from error


def weights(arguments: Namespace) -> int:
    """Print the sampling weights of categories, and change them."""
    from curator.domain.clip_query import parse
    from curator.domain.decision import State
    from curator.store.categories import weights as decided
    from curator.store.project import Project

    changing = arguments.temperature is not None or arguments.category
    with Project.open(arguments.project, write=bool(changing)) as project:
        now = decided(project)
        if changing:
            now = _changed(now, arguments, project.settings.emotions).checked()
            edit = Edit("Weigh categories", Field.WEIGHTS, {PROJECT: now.to_json()})
            project.decisions.apply(edit)
        kept = project.clips.find(parse(f"state:{State.KEPT}"))
        order = (*project.settings.emotions.keys, NO_CATEGORY)
    sizes = Counter(clip.emotion or NO_CATEGORY for clip in kept)
    passes = now.sampling_weights(sizes)
    if not passes:
        sys.stderr.write("No clips are kept yet.\n")
    for key in (key for key in order if key in passes):
        times = passes[key]
        name = key or "none"
        if arguments.json:
            line = json.dumps({"emotion": key or None, "clips": sizes[key], "heard": times})
        else:
            clips = "clip " if sizes[key] == 1 else "clips"
            line = f"{name:16} {sizes[key]:6} {clips}, {times:.2f} times per epoch"
        sys.stdout.write(f"{line}\n")
    return 0


def _changed(now: Weights, arguments: Namespace, emotions: EmotionSet) -> Weights:
    by_category = dict(now.by_category)
    for text in arguments.category:
        key, _, times = text.partition("=")
        edits.category(emotions, key)
        try:
            by_category[key] = float(times)
        except ValueError as error:
            raise CuratorError(
                f"{text!r} is not a weight.", "For example: --category greeting=2"
            ) from error
    temperature = now.temperature if arguments.temperature is None else arguments.temperature
    return Weights(temperature, by_category)


def _with_looks(emotion: Emotion, arguments: Namespace) -> Emotion:
    given = {
        "colour": arguments.colour,
        "digit": arguments.digit,
        "target_clips": arguments.clips,
        "target_minutes": arguments.minutes,
    }
    return replace(emotion, **{name: value for name, value in given.items() if value is not None})


def _carry_out(arguments: Namespace, act: Callable[[LabelledClips], CategoryEdit]) -> int:
    from curator.store.categories import carry_out, labelled
    from curator.store.project import Project

    with Project.open(arguments.project) as project:
        changes = carry_out(project, act(labelled(project)))
        moved = len(changes.of(Field.EMOTION))
    clips = "1 clip" if moved == 1 else f"{moved} clips"
    done = f"{changes.label} ({clips}).\n" if moved else f"{changes.label}.\n"
    sys.stdout.write(done if changes.clips or changes.parts else "Nothing to change.\n")
    return 0
