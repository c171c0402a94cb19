"""The option --on: what cannot run there is a sentence, and nothing is lost."""

from pathlib import Path

import pytest

from tests.helpers.commands import curator
from tests.helpers.factories import an_empty_project


@pytest.mark.parametrize("words", [("analyse",), ("clean",)])
def test_a_wrong_place_is_a_sentence(tmp_path: Path, words):
    with an_empty_project(tmp_path) as project:
        path = project.path
    ran = curator(*words, path, "--on", "elsewhere")
    assert ran.returncode == 1
    assert ran.stderr == (
        "'elsewhere' is no place to run. Choose ray://HOST:10001, ray:local or auto.\n"
    )


def test_a_limit_of_nothing_is_wrong_usage(tmp_path: Path):
    assert "must be above 0" in curator("analyse", tmp_path, "--node-cache", "0").stderr
