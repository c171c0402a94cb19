"""Environment that `trainer doctor` creates from fake packages, and fake weights."""

import os
from pathlib import Path

import pytest

from tests.helpers.fake_indextts import fake_weights, fake_wheels
from trainer.cli.parser import main
from trainer.only_speaks import read_inference_model


@pytest.fixture(scope="session")
def model():
    return read_inference_model("indextts")


@pytest.fixture(scope="session")
def wheels(tmp_path_factory, model) -> Path:
    """Folder of fake wheels for pip."""
    return fake_wheels(tmp_path_factory.mktemp("wheels"), model)


@pytest.fixture(scope="session")
def environment(tmp_path_factory, wheels) -> Path:
    """Environment created by the real venv and pip, offline."""
    folder = tmp_path_factory.mktemp("environment") / "indextts"
    with pytest.MonkeyPatch.context() as patch:
        restrict_pip(patch, wheels)
        assert main(["doctor", "--make", "indextts", "--env", str(folder)]) == 0
    return folder


@pytest.fixture
def weights(tmp_path, model) -> Path:
    return fake_weights(tmp_path / "weights", model)


def restrict_pip(patch, folder):
    """Restrict pip to a folder of wheels."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        patch.delenv(name)
    patch.setenv("PIP_CONFIG_FILE", os.devnull)
    patch.setenv("PIP_NO_INDEX", "1")
    patch.setenv("PIP_FIND_LINKS", str(folder))
