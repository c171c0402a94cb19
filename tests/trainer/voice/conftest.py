"""A toy run and its export."""

from pathlib import Path

import pytest

from tests.trainer.bundles import a_bundle
from tests.trainer.toy_runs import TOY
from trainer.cli.parser import main


@pytest.fixture(scope="session")
def voices(tmp_path_factory) -> Path:
    """Folder with the bundle "show", the toy run "run" and its export "voice"; read-only."""
    folder = tmp_path_factory.mktemp("voices")
    bundle = a_bundle(folder / "show", 24, least_s=0.6, most_s=1.5)
    (bundle / "data_card.md").write_text(
        "# Data card\n\n## Sources\n\n| recording | licence | consent |\n|---|---|---|\n"
        "| show.wav | CC-BY-4.0 | written, 2026 |\n\n## Contents\n\n...\n"
    )
    words = [f"--set={change}" for change in (*TOY, "sched.total_steps=5")]
    run = folder / "run"
    assert main(["train", str(bundle), str(run), "--preset", "tiny-cpu", *words]) == 0
    export = ["export", str(run), str(folder / "voice"), "--temperature", "0.6"]
    assert main([*export, "--rate", "14"]) == 0
    return folder
