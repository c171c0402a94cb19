"""Damaged recipes, categories, ratings, runs, bundles and models: an answer or a sentence."""

import json
import random
import shutil
from pathlib import Path

import pytest

from curator.domain.clip_query import parse
from curator.domain.decision import keep
from curator.domain.emotion import EmotionSet
from curator.domain.errors import CuratorError
from curator.domain.resources import resources
from curator.export.verify import verify_bundle
from curator.stages.cleaning.recipes import parsed
from curator.ui.training.evaluated import read_evaluated
from curator.ui.training.ratings import read_file
from curator.ui.training.run_list import summary_of
from curator.ui.training.run_phase import FILE, phase_text, read_phase
from curator.ui.training.run_record import RunRecord
from curator.weights.lookup import is_english_only, whisper_folder
from tests.helpers.fuzz import FACTOR, cases
from tests.helpers.random_damage import BAD_VALUES, damaged_json, damaged_lines, damaged_toml
from tests.helpers.sets import a_set
from tests.helpers.training_runs import (
    OVERFITTED,
    a_run,
    a_small_bundle,
    an_evaluation,
    speech_on_the_way,
)

pytestmark = pytest.mark.timeout(round(3600 * max(1, FACTOR)))

RATINGS = {
    "kind": "ratings", "format": 1, "run": "one",
    "ratings": {"000150-plain-0": {"voice": 7, "naturalness": 5}},
    "blind": {"pairs": [{"voices": ["one/a", "one/b"], "preferred": "one/a"}]},
}  # fmt: skip


def answered(work, *arguments) -> object:
    """The answer, None for a refusal in a sentence; anything else fails."""
    try:
        return work(*arguments)
    except CuratorError as error:
        refusal = error
    assert 0 < len(refusal.sentence) < 20_000
    refusal.sentence.encode()
    return None


def as_text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def test_recipes():
    whole = (resources() / "recipes" / "studio.toml").read_text()
    assert answered(parsed, whole)
    for draw in cases("recipes", 400):
        answered(parsed, as_text(damaged_toml(whole, draw)))


def test_category_sets():
    whole = (resources() / "categories" / "quiz_show.toml").read_text()
    assert answered(EmotionSet.from_text, whole)
    for draw in cases("category sets", 400):
        answered(EmotionSet.from_text, as_text(damaged_toml(whole, draw)))


def test_queries():
    words = ("state:kept", "some", "finding:clipped", "snr>20", "id:5", "text:yes", "-dropped",
             '"a b"', "duration<3", "category:calm")  # fmt: skip
    for draw in cases("queries", 1000):
        typed = [draw.choice(words) for _ in range(draw.randint(1, 4))]
        at = draw.randrange(len(typed))
        odd = draw.choice([str(value) for value in BAD_VALUES])
        cut = draw.randrange(len(typed[at]) + 1)
        typed[at] = typed[at][:cut] + odd[:200] + draw.choice((typed[at][cut:], ""))
        answered(parse, " ".join(typed))


def test_ratings(tmp_path):
    path = tmp_path / "ratings.json"
    path.write_text(json.dumps(RATINGS))
    assert answered(read_file, path)
    for draw in cases("ratings", 500):
        path.write_bytes(damaged_json(RATINGS, draw))
        file = answered(read_file, path)
        if file is not None:  # they can be stored
            json.dumps([*file.ratings, *map(list, file.preferences)], ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    run = a_run(folder / "run", OVERFITTED, bundle=a_small_bundle(folder / "bundle"), every=10)
    an_evaluation(run, [0, 150], sentences=2)
    speech_on_the_way(run, [0, 150], sentences=2)
    (run / FILE).write_text('{"phase": "preparing", "done": 3, "of": 8}')
    return run


def shown(run: Path) -> None:
    """Read a run as the window does."""
    record = RunRecord(run)
    while record.read():
        pass
    assert record.step_s is None or record.step_s == record.step_s
    record.left_s  # noqa: B018
    summary_of(run)
    evaluated = read_evaluated(run)
    for sample in (*evaluated.samples, *evaluated.during):
        evaluated.wav(sample)
        evaluated.clip(sample.prompt)
    for checkpoint in evaluated.checkpoints:
        evaluated.of(checkpoint)
    phase = read_phase(run)
    if phase is not None:
        phase_text(phase)


def test_runs_in_the_window(run, tmp_path):
    folder = tmp_path / "run"
    (folder / "evaluation").mkdir(parents=True)
    names = ("events.jsonl", "evaluation/results.jsonl", "run.json", FILE)
    for name in names:
        shutil.copyfile(run / name, folder / name)
    shown(folder)
    for draw in cases("runs in the window", 400):
        name = draw.choice(names)
        whole = (run / name).read_bytes()
        if name.endswith("l"):
            data = damaged_lines(whole, draw)
        else:
            data = damaged_json(json.loads(whole), draw)
        (folder / name).write_bytes(data)
        shown(folder)
        (folder / name).write_bytes(whole)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    from curator.cli.arguments import run as command

    with a_set(folder, "show", [(1, "wav"), (2, "wav")]) as project:
        project.decisions.apply(keep(project.clips.ids()))
        path = project.path
    assert command(["export", str(path), str(folder / "bundle")]) == 0
    return folder / "bundle"


def test_bundles_that_are_verified(bundle, tmp_path):
    folder = tmp_path / "bundle"
    shutil.copytree(bundle, folder)
    assert answered(verify_bundle, folder) == []
    names = [path.relative_to(bundle) for path in bundle.rglob("*") if path.is_file()]
    for draw in cases("bundles that are verified", 200):
        name = draw.choice(names)
        whole = (bundle / name).read_bytes()
        (folder / name).write_bytes(damaged(name.suffix, whole, draw))
        faults = answered(verify_bundle, folder)
        assert faults is not None
        assert all(0 < len(fault) < 20_000 for fault in faults)
        (folder / name).write_bytes(whole)


def damaged(suffix: str, whole: bytes, draw: random.Random) -> bytes:
    if suffix == ".json":
        return damaged_json(json.loads(whole), draw)
    return damaged_lines(whole, draw)


def test_vocabularies_of_whisper(tmp_path):
    for name in ("model.bin", "config.json"):
        (tmp_path / name).write_bytes(b"")
    path = tmp_path / "vocabulary.json"
    for draw in cases("vocabularies of Whisper", 100):
        path.write_bytes(damaged_json(["a", "b", ""], draw))
        answered(is_english_only, answered(whisper_folder, tmp_path))
