"""Ctrl-C in every stage: exit 130, finished work is kept, running again continues."""

import shutil

import pytest

from curator.jobs.step_table import CHOICES
from tests.helpers.commands import (
    assert_no_worker_outlives_its_parent,
    clips_of,
    curator,
    done,
    interrupted,
)
from tests.helpers.speech import write_speech

pytestmark = [pytest.mark.slow, pytest.mark.model, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def stages(tmp_path_factory):
    """A project as it is before each stage."""
    folder = tmp_path_factory.mktemp("stages")
    write_speech(folder / "show.wav")
    project = folder / "show.curator"
    done("new", project, "--language", "en")
    done("import", project, folder / "show.wav")
    before = {}
    for step in CHOICES:
        before[step] = folder / f"before-{step}.curator"
        shutil.copytree(project, before[step])
        done("analyse", project, "--only", step)
    return before


@pytest.mark.parametrize("step", CHOICES)
def test_ctrl_c_in_a_stage_keeps_the_project_and_goes_on(stages, step, tmp_path):
    project = tmp_path / "show.curator"
    shutil.copytree(stages[step], project)
    clips = clips_of(project)
    code, errors = interrupted("started", step, "analyse", project, "--only", step)
    assert code == 130, errors
    assert errors == "Interrupted. Finished work is kept; run the command again to continue.\n"
    assert_no_worker_outlives_its_parent()
    assert curator("verify", project).returncode == 0
    assert len(clips_of(project)) >= len(clips)
    done("analyse", project, "--only", step)


def test_ctrl_c_in_import_keeps_the_project(tmp_path):
    write_speech(tmp_path / "show.wav")
    project = tmp_path / "show.curator"
    done("new", project, "--language", "en")
    code, errors = interrupted("started", "import", "import", project, tmp_path / "show.wav")
    assert code == 130, errors
    assert curator("verify", project).returncode == 0
    done("import", project, tmp_path / "show.wav")
