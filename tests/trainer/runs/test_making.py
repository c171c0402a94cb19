"""Working folder of a command that fine-tunes one network."""

from trainer.runs.making import finished_before
from trainer.runs.process_identity import machine


def test_what_is_left_of_a_working_folder_is_removed_by_the_next_start(tmp_path):
    target = tmp_path / "better"
    target.mkdir()
    left = tmp_path / f".better.making.{machine()}-999999999-1-3.tmp"
    (left / "checkpoints").mkdir(parents=True)
    (left / "events.jsonl").write_text("{}\n")
    assert not finished_before("codebook", target)
    assert [path.name for path in tmp_path.iterdir()] == ["better"]
