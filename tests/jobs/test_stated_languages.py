"""Languages stated by a list: used for its clips, counted, and kept by the analysis."""

import pytest

from curator.domain.emotion import read_category_set
from curator.domain.fact import RecordingTranscript
from curator.domain.progress import NoProgress
from curator.domain.resources import resources
from curator.export.project import check_project
from curator.jobs.context import JobContext
from curator.jobs.job import Options
from curator.jobs.merging import merge, plan_merge
from curator.jobs.running import copy_words
from curator.jobs.step_table import transcriber_producer
from curator.store.project import Project
from tests.helpers.factories import a_transcript
from tests.helpers.sets import file_of

ROWS = (
    ("joe|EN|in being comparatively modern.", "en"),
    ("joe|EN|produced the block books", "en"),
    ("joe|all_zh|你好", "zh"),
)


@pytest.fixture
def listed(tmp_path):
    """List of GPT-SoVITS: file, speaker, language, text."""
    files = [file_of(tmp_path, seed) for seed in (1, 2, 3)]
    lines = [f"{file.name}|{row}" for file, (row, _) in zip(files, ROWS, strict=True)]
    path = tmp_path / "train.list"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(params=["", "en"])
def project(request, tmp_path):
    categories = read_category_set(resources() / "categories", "quiz_show")
    with Project.create(
        tmp_path / "show.curator",
        language=request.param,
        target="chatterbox",
        categories=categories,
    ) as opened:
        yield opened


def merged(project, path):
    work = JobContext.at_once(project, NoProgress())
    plan = plan_merge(work, path)
    merge(work, plan)
    return plan


def languages_of(project):
    return {clip.text: clip.language for clip in project.clips.find()}


STATED = {row.rpartition("|")[2]: language for row, language in ROWS}


def test_each_clip_is_in_the_language_its_row_states(project, listed):
    plan = merged(project, listed)
    assert "Languages stated by the list: en (2), zh (1)." in plan.sentences
    assert languages_of(project) == STATED
    assert not [r for r in check_project(project).refusals if r.reason_key != "silent"]


def test_the_analysis_keeps_them(project, listed):
    merged(project, listed)
    options = Options()
    made_by = transcriber_producer(project, options)
    for recording in project.recordings.all():
        heard = RecordingTranscript(recording.id, made_by, a_transcript("all of it"))
        project.facts.add_transcript(heard)
    copy_words(JobContext.at_once(project, NoProgress()), options)
    assert languages_of(project) == STATED


def test_what_is_no_language_is_counted(project, listed):
    listed.write_text(listed.read_text("utf-8").replace("all_zh", "Elvish"), encoding="utf-8")
    plan = merged(project, listed)
    assert "Not a language, and not used: 'elvish' (1)." in plan.sentences
    assert sorted(languages_of(project).values()) == ["", "en", "en"]


def test_a_project_that_merges_the_project_knows_them_too(project, listed, tmp_path):
    merged(project, listed)
    categories = project.settings.categories
    with Project.create(
        tmp_path / "other.curator", language="", target="chatterbox", categories=categories
    ) as other:
        merged(other, project.path)
        assert languages_of(other) == STATED
        assert sorted(other.facts.stated_languages().values()) == ["en", "en", "zh"]
