"""The GPU check on the CPU at tiny size: every trial that needs no GPU runs and is recorded."""

import json

import pytest

from trainer.cli.parser import main
from trainer.gpu_check.check import FILE, TABLE, as_table, findings
from trainer.gpu_check.subject import SUBJECTS
from trainer.gpu_check.trial import trials

pytestmark = pytest.mark.model


def check(out, capsys, *only):
    words = [word for name in only for word in ("--only", name)]
    code = main(["doctor", "--gpu-check", "--device", "cpu", "--size", "tiny", "--minutes", "0.02",
                 "--out", str(out), *words])  # fmt: skip
    return code, capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_trains_and_speaks_on_the_cpu(tmp_path, capsys):
    code, shown = check(tmp_path, capsys, "fp32", "bf16 LoRA", "checkpointing", "8-bit", "halved")
    record = json.loads((tmp_path / FILE).read_text())
    assert code == 0, shown
    assert record["machine"]["gpu"] == ""
    measured = [item for item in record["trials"] if "seconds_a_step" in item]
    assert {(item["family"], item["name"]) for item in measured} == {
        (family, name)
        for family in SUBJECTS
        for name in ("fp32 full", "fp32 LoRA", "bf16 LoRA", "bf16 full, checkpointing")
    }
    for item in measured:
        assert item["tokens_a_second"] > 0
        assert item["last_loss"] < item["first_loss"]
        assert item["kernels"]["top"]
    left_out = [item["not_measured"] for item in record["trials"] if "not_measured" in item]
    assert len(left_out) == 2 * len(SUBJECTS)
    for family in SUBJECTS:
        assert record["speech"][family]["codes"] >= 1
    assert "| xtts | fp32 full |" in (tmp_path / TABLE).read_text()
    assert "gpu-check.json" in shown


def a_record(**changes):
    item = {"family": "xtts", "name": "bf16 full", "seconds_a_step": 0.1, "tokens_a_second": 9e4,
            "peak_mb": 9000, "planned_mb": 9500, "waits": "", "first_loss": 7.0, "last_loss": 6.0,
            "kernels": {"busy": 0.8, "top": {}}}  # fmt: skip
    exact = {**item, "name": "fp32 full"}
    machine = {"gpu": "A card", "packages": {"torch": "2.8.0"}}
    return {"machine": machine, "size": "real", "trials": [exact, {**item, **changes}],
            "speech": {"xtts": {"codes": 200}}}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "All trials"),
        ({"last_loss": 7.1}, "has not fallen"),
        ({"first_loss": 7.3}, "is not that of float32"),
        ({"peak_mb": 12_000}, "needs 12000 MB, planned 9500"),
        ({"waits": "called a synchronizing CUDA operation"}, "waits for the GPU: called"),
        ({"failed": "no kernel image"}, "failed: no kernel image"),
    ],
)
def test_what_is_not_as_it_should_be_is_named(changes, words):
    record = a_record(**changes)
    assert any(words in sentence for sentence in findings(record))
    assert "| bf16 full |" in as_table(record)


def test_every_setting_is_tried_for_both_networks():
    settings = {}
    for trial in trials():
        settings.setdefault(trial.name, set()).add(trial.family)
    assert all(families == set(SUBJECTS) for families in settings.values())
    text = " ".join(settings)
    for word in ("bf16", "fp16", "fp32", "LoRA", "full", "checkpointing", "compiled", "fused",
                 "8-bit", "halved"):  # fmt: skip
        assert word in text
