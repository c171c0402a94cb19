"""Thousands of damaged bundles, runs and configurations: an answer or a sentence, nothing else."""

import hashlib
import json
import random
import shutil
from pathlib import Path

import pytest

from tests.helpers import random_damage as damage
from tests.helpers.fuzz import FACTOR, cases
from tests.helpers.training_runs import (
    OVERFITTED,
    a_run,
    a_small_bundle,
    an_evaluation,
    speech_on_the_way,
)
from trainer.bundle.manifest import read_bundle
from trainer.bundle.preflight import preflight
from trainer.compare import read_runs
from trainer.compare.document import as_document, as_object
from trainer.config import resolve, to_toml
from trainer.errors import TrainerError
from trainer.evaluate.results import read_results
from trainer.evaluate.sentences import read_script
from trainer.listening import as_page, voices_of
from trainer.report import contents
from trainer.report.page import as_html, as_markdown
from trainer.report.run_files import read_run
from trainer.runs import checkpoint
from trainer.runs.events import EventLog, read_events
from trainer.runs.run import open_run
from trainer.target import read_target

pytestmark = pytest.mark.timeout(round(3600 * max(1, FACTOR)))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    folder = a_small_bundle(tmp_path_factory.mktemp("hostile") / "bundle")
    text = (folder / "manifest.jsonl").read_text()
    lines = []
    for line in text.splitlines():
        row = json.loads(line)
        row["duration_s"] = row["samples"] / row["rate"]
        lines.append(json.dumps(row))
    (folder / "manifest.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "bundle.json").write_text('{"format": 1, "target": "xtts_v2", "snapshot": "One"}')
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory, bundle) -> Path:
    folder = a_run(tmp_path_factory.mktemp("run") / "run", OVERFITTED, bundle=bundle, every=10)
    an_evaluation(folder, [0, 150], sentences=2)
    speech_on_the_way(folder, [0, 150], sentences=2)
    log = EventLog(folder / "events.jsonl")
    log.add("rejected", clip="clip-001", reasons=["too_long"])
    log.add("skipped", step=5, clips=["clip-002"], epoch=0, in_a_row=1)
    log.add("spoken", step=5, text="Hello.", seconds=1.0, out="a.wav")
    log.add("exported", step=5, folder="out")
    return folder


def answered(work, *arguments) -> bool:
    """Whether work gave an answer; a sentence for a person counts as well, nothing else."""
    try:
        work(*arguments)
    except (TrainerError, OSError) as error:
        refusal = error
    else:
        return True
    sentence = refusal.strerror if isinstance(refusal, OSError) else str(refusal)
    assert 0 < len(sentence or "") < 20_000
    return False


def reported(run: Path) -> None:
    report = contents(read_run(run))
    as_html(report).encode()
    as_markdown(report).encode()


def listened(run: Path) -> None:
    as_page(voices_of([run])).encode()


def test_manifests_and_headers(bundle, tmp_path):
    whole = {name: (bundle / name).read_bytes() for name in ("manifest.jsonl", "bundle.json")}
    target = read_target("xtts_v2")
    folder = tmp_path / "bundle"
    shutil.copytree(bundle, folder)

    def checked():
        preflight(read_bundle(folder), target)

    answers = 0
    for draw in cases("bundles: manifests and headers", 1500):
        (folder / "manifest.jsonl").write_bytes(damage.damaged_lines(whole["manifest.jsonl"], draw))
        header = whole["bundle.json"]
        if draw.random() < 0.2:
            header = damage.damaged_bytes(header, draw)
        (folder / "bundle.json").write_bytes(header)
        answers += answered(checked)
    assert answers > 0


@pytest.mark.parametrize("file", ["results.jsonl", "real.jsonl"])
def test_results_of_evaluations(run, tmp_path, file):
    path = tmp_path / "evaluation" / file
    path.parent.mkdir()
    whole = (run / "evaluation" / file).read_bytes()
    for draw in cases(f"runs: {file}", 1000):
        path.write_bytes(damage.damaged_lines(whole, draw))
        answered(read_results, tmp_path, f"evaluation/{file}")


def test_configurations_and_settings(tmp_path):
    text = to_toml(resolve(None, None, []))
    path = tmp_path / "config.toml"
    for draw in cases("configurations", 2000):
        data = damage.damaged_toml(text, draw)
        path.write_bytes(data)
        answered(lambda: to_toml(resolve(None, path, [])))
        key = draw.choice(("optim.lr", "run.seed", "sampler.category_weights.angry", "data.cache"))
        value = data.decode("utf-8", "replace")[-60:]
        answered(resolve, None, None, [f"{key}={value}"])


def test_sentences(bundle, tmp_path):
    text = (
        'language = "en"\nseeds = [0]\n[[sentence]]\nid = "one"\ntext = "Say it."\n'
        'kind = "plain"\ncategory = "greeting"\nalso = ["Say that."]\n'
    )
    path = tmp_path / "sentences.toml"
    whole = read_bundle(bundle)
    for draw in cases("sentence files", 500):
        path.write_bytes(damage.damaged_toml(text, draw))
        answered(read_script, whole, [path])


def test_events_are_read_as_far_as_they_can_be(run, tmp_path):
    path = tmp_path / "events.jsonl"
    whole = (run / "events.jsonl").read_bytes()
    for draw in cases("runs: events.jsonl", 2000):
        path.write_bytes(damage.damaged_lines(whole, draw))
        events = read_events(tmp_path)
        assert all(isinstance(event["event"], str) for event in events)
        EventLog(path).add("exported", step=1, folder="x")
        assert read_events(tmp_path)[-1]["folder"] == "x"


FILES = (
    *("events.jsonl",) * 4, *("evaluation/results.jsonl",) * 3, "evaluation/real.jsonl", "run.json",
    "config.toml",
)  # fmt: skip


def damaged_run(run: Path, folder: Path, draw: random.Random, bundle: Path) -> None:
    """A copy of the files of a run with one of them damaged; at times its bundle too."""
    name = draw.choice(FILES)
    whole = (run / name).read_bytes()
    if name.endswith(".jsonl"):
        data = damage.damaged_lines(whole, draw)
    elif name.endswith(".toml"):
        data = damage.damaged_toml(whole.decode(), draw)
    elif draw.random() < 0.7:
        data = damage.as_bytes(damage.mutated(json.loads(whole), draw), draw)
    else:
        data = damage.damaged_bytes(whole, draw)
    for other in ("run.json", "config.toml", "events.jsonl"):
        (folder / other).write_bytes((run / other).read_bytes())
    for other in ("evaluation/results.jsonl", "evaluation/real.jsonl"):
        (folder / other).write_bytes((run / other).read_bytes())
    (folder / name).write_bytes(data)
    if draw.random() < 0.2 and name != "run.json":  # by somebody who writes both
        manifest = damage.damaged_lines((bundle / "manifest.jsonl").read_bytes(), draw)
        (folder / "bundle").mkdir(exist_ok=True)
        (folder / "bundle" / "manifest.jsonl").write_bytes(manifest)
        about = json.loads((run / "run.json").read_bytes())
        about["bundle"] = str(folder / "bundle")
        about["manifest_sha256"] = hashlib.sha256(manifest).hexdigest()
        (folder / "run.json").write_text(json.dumps(about))


def a_copy(run: Path, folder: Path) -> Path:
    (folder / "evaluation").mkdir(parents=True)
    for part in ("evaluation/wavs", "speech"):
        (folder / part).symlink_to(run / part)
    return folder


@pytest.mark.slow
def test_runs_in_reports_listening_pages_and_comparisons(run, bundle, tmp_path):
    folder = a_copy(run, tmp_path / "run")
    answers = 0
    for draw in cases("runs in reports, pages and comparisons", 60):
        damaged_run(run, folder, draw, bundle)
        answers += answered(reported, folder)
        answered(listened, folder)
        answered(open_run, folder)
        answered(lambda: (lambda two: (as_document(two), as_object(two)))(read_runs([run, folder])))
    assert answers


def test_runs_that_are_opened(run, bundle, tmp_path):
    folder = a_copy(run, tmp_path / "run")
    for draw in cases("runs that are opened", 1000):
        damaged_run(run, folder, draw, bundle)
        answered(lambda: open_run(folder).bundle())


def test_records_of_checkpoints(tmp_path):
    import torch

    saved = checkpoint.save(tmp_path, 5, {"weights": {"a": torch.zeros(2)}}, {"best": 5})
    path = saved.folder / checkpoint.MANIFEST
    whole = path.read_bytes()
    for draw in cases("checkpoints", 1000):
        if draw.random() < 0.7:
            path.write_bytes(damage.as_bytes(damage.mutated(json.loads(whole), draw), draw))
        else:
            path.write_bytes(damage.damaged_bytes(whole, draw))
        checkpoint.newest(tmp_path)
