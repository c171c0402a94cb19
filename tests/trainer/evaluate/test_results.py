"""The file of results survives being cut off, and refuses what it does not know."""

import json
from pathlib import Path

import jsonschema
import pytest

from trainer.errors import BrokenRun
from trainer.evaluate.results import RESULTS, append, read_results, write_results

SCHEMA = Path(__file__).resolve().parents[3] / "resources" / "evaluation.schema.json"
ABOUT = {
    "format": 1,
    "trainer": "0.1.0",
    "manifest_sha256": "0" * 64,
    "sentences": ["en.toml"],
    "sentences_sha256": "1" * 64,
    "seeds": [0],
    "whisper": {"en": "tiny.en"},
    "measures": {"wer": 1},
    "checkpoints": [0, 6],
    "best": 6,
    "voice": {"clips": 4, "rate": 13.5},
    "endings": {},
    "complete": True,
}
SAMPLE = {
    "sample": "6-greeting-1-0",
    "checkpoint": 6,
    "sentence": {
        "id": "greeting-1",
        "language": "en",
        "category": "greeting",
        "text": "Good evening!",
        "kind": "short",
    },
    "seed": 0,
    "wav": "evaluation/wavs/6-greeting-1-0.wav",
    "prompt": "clip-0007",
    "reference": {"clip": "clip-0007", "text": "Hello."},
    "seconds": 1.25,
    "heard": "good evening",
    "measures": {"wer": 0.0, "similarity": 0.81, "run_on": 0, "dnsmos": float("nan")},
    "fault": None,
}


def test_what_is_written_holds_to_the_schema_and_reads_back(tmp_path):
    path = tmp_path / RESULTS
    write_results(path, ABOUT, [SAMPLE])
    append(path, {**SAMPLE, "sample": "6-greeting-1-1", "seed": 1})
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for line in path.read_text(encoding="utf-8").splitlines():
        jsonschema.validate(json.loads(line), schema)
    found = read_results(tmp_path)
    assert found.about == ABOUT
    assert [row["seed"] for row in found.rows] == [0, 1]
    assert found.rows[0]["measures"]["dnsmos"] is None


def test_half_a_line_at_the_end_is_left_out(tmp_path):
    path = tmp_path / RESULTS
    write_results(path, ABOUT, [SAMPLE])
    append(path, SAMPLE)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert len(read_results(tmp_path).rows) == 1
    path.write_bytes(whole[:30])
    assert read_results(tmp_path) is None


def test_a_line_that_is_damaged_in_the_middle_is_named(tmp_path):
    path = tmp_path / RESULTS
    write_results(path, ABOUT, [SAMPLE, SAMPLE])
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([lines[0], lines[1][:-9], lines[2], b""]))
    with pytest.raises(BrokenRun, match="line 2 is damaged"):
        read_results(tmp_path)


def test_results_of_a_newer_version_are_refused_in_a_sentence(tmp_path):
    write_results(tmp_path / RESULTS, {**ABOUT, "format": 2}, [])
    with pytest.raises(BrokenRun, match="newer version"):
        read_results(tmp_path)


def test_a_run_that_was_never_evaluated_has_no_results(tmp_path):
    assert read_results(tmp_path) is None
