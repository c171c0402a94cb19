"""An environment made by `trainer doctor` from stand-ins, and weights that are none."""

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
def shelf(tmp_path_factory, model) -> Path:
    """Where pip finds the stand-ins."""
    return fake_wheels(tmp_path_factory.mktemp("shelf"), model)


@pytest.fixture(scope="session")
def made(tmp_path_factory, shelf) -> Path:
    """The environment, made by venv and pip in earnest, without a network."""
    folder = tmp_path_factory.mktemp("environment") / "indextts"
    with pytest.MonkeyPatch.context() as patch:
        only_from(patch, shelf)
        assert main(["doctor", "--make", "indextts", "--env", str(folder)]) == 0
    return folder


@pytest.fixture
def weights(tmp_path, model) -> Path:
    return fake_weights(tmp_path / "weights", model)


def only_from(patch, folder):
    """Let pip see nothing but a folder of wheels."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        patch.delenv(name)
    patch.setenv("PIP_CONFIG_FILE", os.devnull)
    patch.setenv("PIP_NO_INDEX", "1")
    patch.setenv("PIP_FIND_LINKS", str(folder))
