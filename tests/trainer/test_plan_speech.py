"""The plan counts what speaks during training."""

import pytest

from trainer.config import resolve
from trainer.machine.network_sizes import network_sizes
from trainer.machine.plan import disk_gb, memory_gb, speech_hours


@pytest.mark.parametrize(("family", "target"), [("xtts", "xtts_v2"), ("chatterbox", "chatterbox")])
def test_memory_disk_and_hours_include_the_test_sentences(family, target):
    silent = resolve("24gb", None, [f"model.backend={family}"])
    speaking = resolve(
        "24gb", None, [f"model.backend={family}", "eval.speak_sentences=6", "eval.every_steps=100"]
    )
    export = network_sizes(target).export_gb
    assert memory_gb(speaking, 2000) - memory_gb(silent, 2000) == pytest.approx(export + 0.4)
    assert disk_gb(speaking) - disk_gb(silent) == pytest.approx(export)
    assert speech_hours(silent, 1000, 50) == 0
    assert speech_hours(speaking, 1000, 50) == pytest.approx(11 * 6 * 8 / 3600)
