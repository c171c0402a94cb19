"""kill -9 at random moments: the project opens, finished work is kept, the run completes."""

import hashlib
import random
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from curator.export.verify import verify_bundle
from curator.store.project import Project
from tests.helpers.commands import (
    assert_no_worker_outlives_its_parent,
    clips_of,
    curator,
    done,
    killed,
)
from tests.helpers.speech import write_speech

pytestmark = [pytest.mark.slow, pytest.mark.model, pytest.mark.timeout(1800)]

MOMENTS = 10  # of each of import, analyse and export: 30 in all


def content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def assert_sound(project: Path) -> None:
    assert curator("verify", project).stdout == "No problems.\n"


def timed(*words: object) -> float:
    began = time.monotonic()
    done(*words)
    return time.monotonic() - began


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("speech") / "show.wav"
    write_speech(path)
    return path


@pytest.fixture(scope="module")
def imported(tmp_path_factory, recording) -> Path:
    project = tmp_path_factory.mktemp("imported") / "show.curator"
    done("new", project, "--language", "en")
    done("import", project, recording)
    return project


def test_import_survives_kill_at_random_moments(tmp_path):
    sources = tmp_path / "sources"
    sources.mkdir()
    noise = np.random.default_rng(1)
    for number in range(6):
        sound = noise.normal(0, 0.1, (22_050 * 60, 2)).astype(np.float32)
        soundfile.write(sources / f"{number}.flac", sound, 22_050)
    before = {path: content(path) for path in sources.iterdir()}
    whole = tmp_path / "whole.curator"
    done("new", whole, "--language", "en")
    needed = timed("import", whole, sources)
    draw = random.Random(2)
    interrupted = 0
    for moment in range(MOMENTS):
        project = tmp_path / f"{moment}.curator"
        done("new", project, "--language", "en")
        interrupted += killed(draw.uniform(0.1, needed), "import", project, sources)
        assert_no_worker_outlives_its_parent()
        assert_sound(project)
        with Project.open(project, write=False) as opened:
            kept = {recording.id for recording in opened.recordings.all()}
        done("import", project, sources)
        with Project.open(project, write=False) as opened:
            recordings = opened.recordings.all()
        assert {recording.content_hash for recording in recordings} == set(before.values())
        assert kept <= {recording.id for recording in recordings}
        shutil.rmtree(project)
    assert interrupted >= MOMENTS // 2, "most of the kills must have hit a running import"
    assert {path: content(path) for path in sources.iterdir()} == before


def test_analysis_survives_kill_at_random_moments(tmp_path, imported, recording):
    before = content(recording)
    whole = tmp_path / "whole.curator"
    shutil.copytree(imported, whole)
    needed = timed("analyse", whole)
    wanted = clips_of(whole)
    assert wanted

    draw = random.Random(3)
    project = tmp_path / "killed.curator"
    shutil.copytree(imported, project)
    known: dict[int, dict[str, object]] = {}
    for moment in range(MOMENTS):
        killed(draw.uniform(0.3, needed / 2), "analyse", project)
        assert_no_worker_outlives_its_parent()
        assert_sound(project)
        now = {clip["id"]: clip for clip in clips_of(project)}
        for number, clip in known.items():
            for fact in ("text", "scores", "map"):
                assert not clip[fact] or now[number][fact], f"{fact} was lost at kill {moment}"
        known = now
        if known and moment == MOMENTS // 2:
            done("decide", project, "--query", "id:1", "--text", "What I heard.")
    done("analyse", project)
    finished = clips_of(project)
    assert len(finished) == len(wanted)
    for clip, same in zip(finished, wanted, strict=True):
        for key in ("start_s", "end_s", "machine_text", "scores"):
            assert clip[key] == same[key]
    assert content(recording) == before


def test_export_is_complete_or_absent_after_kill(tmp_path, imported, recording):
    project = tmp_path / "show.curator"
    shutil.copytree(imported, project)
    done("analyse", project, "--only", "transcribe,segment")
    done("decide", project, "--query", "", "--keep")
    before = content(recording)
    needed = timed("export", project, tmp_path / "whole")
    draw = random.Random(4)
    for moment in range(MOMENTS):
        out = tmp_path / f"bundle-{moment}"
        killed(draw.uniform(0.05, needed), "export", project, out)
        assert not out.exists() or verify_bundle(out) == []
        if not out.exists():
            done("export", project, out)
        assert verify_bundle(out) == []
    assert content(recording) == before
