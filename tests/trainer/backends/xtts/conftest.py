"""Fixtures: small random XTTS on a bundle of synthetic speech."""

import pytest

from tests.trainer.bundles import a_bundle
from trainer.bundle.manifest import read_bundle
from trainer.config import resolve
from trainer.data.dataset import build_dataset
from trainer.families import open_backend


def configured(*changes):
    """Preset tiny-cpu with changes."""
    return resolve("tiny-cpu", None, ["model.layers=2", "model.width=64", *changes])


@pytest.fixture(scope="session")
def speech(tmp_path_factory):
    """Bundle of 24 clips."""
    return read_bundle(a_bundle(tmp_path_factory.mktemp("speech") / "show", 24, most_s=5.0))


@pytest.fixture(scope="session")
def opened(speech):
    """Factory of back-ends on the bundle with changed settings; the base is built once."""

    def make(*changes):
        config = configured(*changes)
        return open_backend(config, speech)

    return make


@pytest.fixture(scope="session")
def dataset(opened, speech):
    """Encoded data set of the bundle."""
    return build_dataset(opened(), speech, configured())
