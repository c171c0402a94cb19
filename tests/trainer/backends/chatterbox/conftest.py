"""Fixtures: small random Chatterbox on a bundle of synthetic speech."""

import pytest

from tests.trainer.bundles import a_clip, voice, write_bundle
from trainer.bundle.manifest import read_bundle
from trainer.config import resolve
from trainer.data.dataset import build_dataset
from trainer.families import open_backend

RATE = 24_000
SMALL = ("model.backend=chatterbox", "model.layers=2", "model.width=64", "model.heads=2")


def configured(*changes):
    """Preset tiny-cpu on Chatterbox, with changes."""
    return resolve("tiny-cpu", None, [*SMALL, *changes])


def a_bundle(folder, clips, *, least_s=1.0, most_s=3.0, **changes):
    """Write a bundle of 24 kHz clips with lengths from least_s to most_s."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for at in range(clips):
        seconds = least_s + (most_s - least_s) * ((at * 7) % clips) / max(1, clips - 1)
        wave = voice(seconds, at, pitch=100 + 10 * (at % 5), rate=RATE)
        lines.append(a_clip(folder, at, wave=wave, rate=RATE, **changes))
    return write_bundle(folder, lines)


@pytest.fixture(scope="session")
def speech(tmp_path_factory):
    """Bundle of 16 clips."""
    return read_bundle(a_bundle(tmp_path_factory.mktemp("chatter") / "show", 16))


@pytest.fixture(scope="session")
def opened(speech):
    """Factory of back-ends on the bundle with changed settings; the base is built once."""

    def make(*changes):
        config = configured(*changes)
        return open_backend(config, speech)

    return make


@pytest.fixture(scope="session")
def dataset(opened, speech):
    """Back-end and encoded data set of the bundle."""
    backend = opened()
    return backend, build_dataset(backend, speech, configured())
