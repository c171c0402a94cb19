"""A run can be traced to the exact set it was trained on."""

from tests.helpers.bundles import a_source, as_recording, kept_clips, write_bundle
from trainer.bundle.manifest import read_bundle
from trainer.config import resolve
from trainer.runs.run import create_run, open_run


def test_a_run_names_the_snapshot_that_its_bundle_is_of(tmp_path):
    recording = as_recording(a_source(tmp_path, seconds=24.0))
    for name, snapshot in (("named", "before the merge"), ("by-hand", "")):
        write_bundle(
            tmp_path / name,
            kept_clips(recording, 12),
            [recording],
            snapshot=snapshot,
            state_hash="5e" * 32 if snapshot else "",
        )
        bundle = read_bundle(tmp_path / name)
        create_run(tmp_path / f"run-{name}", resolve("tiny-cpu", None, ()), bundle, {})
        about = open_run(tmp_path / f"run-{name}").about
        assert about["snapshot"] == (snapshot or None)
        assert about["state_hash"] == ("5e" * 32 if snapshot else None)
