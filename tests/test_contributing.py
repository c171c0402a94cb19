"""The examples of CONTRIBUTING.md run: each is put into a copy of the program and used."""

import json
import re
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.extension.conftest import ROOT, copied
from tests.helpers.sounds import speech_like, write_sound
from tests.helpers.speech import SENTENCES, write_speech
from tests.trainer.bundles import a_bundle
from tests.trainer.toy_runs import TOY

EXAMPLE = re.compile(r"^```python\n# (\S+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOML = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
MENTIONED = re.compile(r"`((?:curator|trainer|tests|resources|docs|\.ci)/[\w./-]*)`")
OFFSET = 0.002  # small beside the pauses, so that they stay pauses


@cache
def text():
    return (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def examples():
    """Source text by path of the file."""
    return dict(EXAMPLE.findall(text()))


def path_in(folder):
    (path,) = (path for path in examples() if path.startswith(folder))
    return path


@pytest.fixture
def checkout(tmp_path):
    """A copy of the program with all examples."""
    copy = copied(tmp_path)
    for path, source in examples().items():
        copy.add(path, source)
    return copy


@pytest.fixture
def project(checkout, tmp_path):
    """A project of one recording with an offset, segmented."""
    sound = tmp_path / "show.wav"
    write_sound(sound, speech_like(8.0, 16_000, seed=3) + np.float32(OFFSET), 16_000)
    return segmented(checkout, sound)


@pytest.fixture
def spoken(checkout, tmp_path):
    """The same with words, whose transcript does not depend on the machine."""
    sound = tmp_path / "show.wav"
    write_speech(sound, SENTENCES[:3])
    samples, rate = soundfile.read(sound, dtype="float32")
    write_sound(sound, samples + np.float32(OFFSET), rate)
    return segmented(checkout, sound)


def segmented(checkout, sound):
    project = sound.with_name("show.curator")
    checkout.curator("new", project, "--language", "en")
    checkout.curator("import", project, sound)
    checkout.curator("analyse", project, "--only", "segment")
    return project


def objects(lines):
    return [json.loads(line) for line in lines.splitlines()]


def test_every_python_block_is_a_complete_new_file():
    assert text().count("```python") == len(examples()) == 6
    assert not [path for path in examples() if (ROOT / path).exists()]


def test_every_file_that_is_named_exists():
    new = {path for example in examples() for path in (example, str(Path(example).parent) + "/")}
    named = {*LINK.findall(text()), *MENTIONED.findall(text())} - new
    assert not [name for name in named if not (ROOT / name).exists()]


@pytest.mark.slow
def test_the_examples_pass_the_linter_and_the_type_checker(checkout):
    (checkout.folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"))
    checkout.python("-m", "ruff", "check", "--no-cache", *examples())
    checkout.python("-m", "ruff", "format", "--check", "--no-cache", *examples())
    cache, known = checkout.folder.parent / "mypy", ROOT / ".mypy_cache"
    if known.is_dir():  # as `make lint` leaves it; without it everything is checked anew
        shutil.copytree(known, cache)
    checkout.python("-m", "mypy", "--cache-dir", cache, *examples())


@pytest.mark.model
def test_the_scorer_scores(checkout, project):
    assert "dc_offset" in checkout.curator("clips", "--help")
    checkout.curator("analyse", project, "--only", "score")
    clips = objects(checkout.curator("clips", project, "--json", "--query", "dc_offset>0.1"))
    assert clips
    for clip in clips:
        assert clip["scores"]["dc_offset"] == pytest.approx(100 * OFFSET, abs=0.05)


def test_the_export_format_exports(checkout, project, tmp_path):
    assert "kaldi" in checkout.curator("export", "--help")
    checkout.curator("decide", project, "--query", "", "--text", "Ah ah ah.")
    checkout.curator("decide", project, "--query", "", "--keep")
    checkout.curator("export", project, tmp_path / "out", "--format", "kaldi")
    lines = (tmp_path / "out/train/wav.scp").read_text("utf-8").splitlines()
    assert lines
    for name, path in map(str.split, lines):
        assert path.endswith(f"{name}.wav")
        assert (tmp_path / "out" / path).is_file()
    texts = (tmp_path / "out/train/text").read_text("utf-8").splitlines()
    assert {line.partition(" ")[2] for line in texts} == {"Ah ah ah."}


@pytest.mark.model
@pytest.mark.slow
def test_the_cleaner_cleans(checkout, spoken, tmp_path):
    (recipe,) = TOML.findall(text())
    (tmp_path / "offset.toml").write_text(recipe, encoding="utf-8")
    lines = checkout.curator("clean", spoken, "--recipe", tmp_path / "offset.toml", "--json")
    verdicts = {line["clip"]: line["accepted"] for line in objects(lines) if "accepted" in line}
    assert any(verdicts.values())
    checkout.curator("decide", spoken, "--query", "", "--text", "Ah ah ah.")
    checkout.curator("decide", spoken, "--query", "", "--keep")
    checkout.curator("export", spoken, tmp_path / "out", "--format", "ljspeech")
    for clip, accepted in verdicts.items():
        mean = soundfile.read(tmp_path / f"out/wavs/clip_{clip:06d}.wav")[0].mean()
        assert abs(mean - (0.0 if accepted else OFFSET)) < OFFSET / 4


def test_the_transcriber_is_listed_and_wants_a_model(checkout):
    assert "wav2vec2" in checkout.curator("analyse", "--help")
    code = (
        "from curator.stages.transcription.transcribers import open_transcriber as open_\n"
        "from curator.domain.errors import CuratorError\n"
        "try:\n    open_('wav2vec2')\n"
        "except CuratorError as error:\n    print(error)"
    )
    assert "needs a model" in checkout.python("-c", code)


@pytest.mark.slow
def test_the_measure_and_the_family_evaluate(checkout, tmp_path):
    bundle, run = a_bundle(tmp_path / "show", 10, least_s=0.6, most_s=1.0), tmp_path / "run"
    changes = [change for change in TOY if not change.startswith("model.backend")]
    changes += ["model.backend=quiet", "sched.total_steps=5"]
    settings = [f"--set={change}" for change in changes]
    checkout.trainer("train", bundle, run, "--preset", "tiny-cpu", *settings)
    sentences = 'language = "en"\nseeds = [0]\n[[sentence]]\nid = "plain"\ntext = "Good day."\n'
    (tmp_path / "mine.toml").write_text(sentences, encoding="utf-8")
    checkout.trainer("evaluate", run, "--sentences", tmp_path / "mine.toml")
    rows = objects((run / "evaluation/results.jsonl").read_text("utf-8"))[1:]
    assert rows
    assert all(0 < row["measures"]["crest"] < 60 for row in rows)
    checkout.trainer("report", run, "--out", tmp_path / "report.html")
    assert "Crest factor, dB" in (tmp_path / "report.html").read_text("utf-8")
    checkout.trainer(
        "speak", run, "--checkpoint", "last", "--no-endings", "--candidates", "1",
        "--text", "One.", "--out", tmp_path / "one.wav",
    )  # fmt: skip
    samples, _ = soundfile.read(tmp_path / "one.wav")
    assert 0.12 < abs(samples).max() < 0.17
