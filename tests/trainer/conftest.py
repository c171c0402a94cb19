"""Bundles, and a training on one thread: with two, neighbours on the machine slow it down."""

from pathlib import Path

import pytest

from tests.trainer.bundles import a_bundle
from tests.trainer.toy_runs import TOY
from trainer.cli.parser import main


@pytest.fixture(autouse=True)
def one_thread():
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory) -> Path:
    """Sixteen clips, two of them for evaluation; not to be changed."""
    return a_bundle(tmp_path_factory.mktemp("bundles") / "show", 16)


@pytest.fixture
def toy(bundle, tmp_path):
    """Runs a command on the toy back-end: toy("train", run, "sched.total_steps=4")."""

    def command(name: str, run: Path, *changes: str) -> int:
        words = [name, str(bundle), str(run)] if name == "train" else [name, str(run)]
        settings = [*TOY, *changes] if name == "train" else []
        return main(
            [
                *words,
                *(part for change in settings for part in ("--set", change)),
                *(["--preset", "tiny-cpu"] if name == "train" else []),
            ]
        )

    return command
