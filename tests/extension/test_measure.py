"""An evaluation measure is one file: this one is added to a copy and shown in the report."""

import json

from tests.trainer.bundles import a_bundle
from tests.trainer.toy_runs import TOY

FILE = "trainer/evaluate/measures/crest.py"
MEASURE = '''
"""Crest factor: peak over RMS of the whole sample, in dB."""

import numpy as np

VERSION = 1
KEYS = ("crest",)
SHOWN = (("crest", "Crest factor, dB", ".1f", 0),)


def measure(sample, voice):
    """Peak over RMS, dB; None for silence."""
    samples = sample.sound.samples
    rms = float(np.sqrt(np.mean(samples**2)))
    return {"crest": 20 * float(np.log10(np.abs(samples).max() / rms)) if rms else None}
'''
SENTENCES = 'language = "en"\nseeds = [0]\n[[sentence]]\nid = "plain"\ntext = "Good day."\n'


def test_a_measure_is_one_file(checkout, tmp_path):
    checkout.add(FILE, MEASURE)
    bundle, run = a_bundle(tmp_path / "show", 10, least_s=0.6, most_s=1.0), tmp_path / "run"
    settings = [f"--set={change}" for change in (*TOY, "sched.total_steps=5")]
    checkout.trainer("train", bundle, run, "--preset", "tiny-cpu", *settings)
    (tmp_path / "mine.toml").write_text(SENTENCES, encoding="utf-8")
    checkout.trainer("evaluate", run, "--sentences", tmp_path / "mine.toml")
    rows = (run / "evaluation" / "results.jsonl").read_text("utf-8").splitlines()
    values = [json.loads(row)["measures"]["crest"] for row in rows[1:]]
    assert values
    assert all(0 < value < 60 for value in values)
    summary = json.loads((run / "evaluation" / "summary.json").read_text("utf-8"))
    assert summary["direction"]["crest"] == "nearer the real clips"
    assert "crest" in summary["checkpoints"]["0"][""]
    checkout.trainer("report", run, "--out", tmp_path / "report.html")
    assert "Crest factor, dB" in (tmp_path / "report.html").read_text("utf-8")
