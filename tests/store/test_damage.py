"""A damaged file is refused in a sentence and never brings the program down."""

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from curator.domain.clip_query import parse
from curator.domain.decision import choose_voice, correct_text, give_emotion, keep, recut
from curator.domain.errors import BrokenProject, CuratorError
from curator.domain.fact import Edges, MapPoint, RecordingTranscript, Score, SpeakerVector
from curator.domain.span import Span
from curator.store import schema
from curator.store.project import Project
from tests.helpers.factories import (
    SCORE,
    SEGMENT,
    TRANSCRIBE,
    a_finding,
    a_project,
    a_transcript,
    a_vector,
    found,
    say,
    score,
)

FLIPS = 120


@pytest.fixture(scope="module")
def full_project(tmp_path_factory):
    """The path of a closed project in which every table has rows."""
    with a_project(tmp_path_factory.mktemp("full"), 30) as project:
        clips = project.clips.ids()
        for clip in clips:
            say(project, clip, f"These are the words of clip {clip}")
            score(project, clip, snr=clip / 2, speaker_similarity=0.5)
            project.facts.add([found(project, clip, a_vector(clip))])
            project.facts.add([found(project, clip, Edges(0.0, 1.0, None, 5))])
        project.facts.add([found(project, clip, MapPoint(clip, 1, 2)) for clip in clips])
        project.facts.set_findings({clip: [a_finding()] for clip in clips})
        project.facts.set_project_fact("voice_threshold", "0.5")
        transcript = RecordingTranscript(1, TRANSCRIBE, a_transcript("all of it"))
        project.facts.add_transcript(transcript)
        project.decisions.apply(keep(clips[::2]))
        project.decisions.apply(give_emotion(clips[:9], "tension"))
        project.decisions.apply(correct_text(clips[:5], "no, this"))
        project.decisions.apply(recut(clips[0], Span(3, 9_999)))
        project.decisions.apply(choose_voice(clips[:2], "them"))
        project.decisions.apply(keep(clips))
        project.decisions.undo()
        project.backup("good")
    return project.path


def use(path):
    """Do what a session does: read everything and write a little."""
    with Project.open(path) as project:
        project.recordings.all()
        clips = project.clips.find()
        for typed in ("snr>3 words", "state:kept finding:clipped", "cluster:2 recording:show"):
            project.clips.find(parse(typed))
        project.clips.spans()
        project.facts.vectors()
        project.facts.recording_transcript(1)
        project.facts.recordings_missing(SEGMENT)
        for kind in (Score, SpeakerVector):
            project.facts.missing(SCORE, kind)
        project.facts.project_fact("voice_threshold")
        project.decisions.voice()
        project.decisions.history()
        for _ in range(4):
            project.decisions.undo()
        project.decisions.redo()
        project.decisions.apply(keep([clip.id for clip in clips[:3]]))
        project.facts.add([found(project, clips[0].id, Score("snr", 1.0))])
        project.verify()
        project.backup("after use")


def damage(path, chance):
    """Overwrite a few bytes, a stretch, or the end of the project file."""
    file = path / "project.sqlite"
    content = bytearray(file.read_bytes())
    kind = chance.random()
    if kind < 0.7:
        for _ in range(chance.choice([1, 1, 1, 5, 50])):
            content[chance.randrange(len(content))] = chance.randrange(256)
    elif kind < 0.85:
        start = chance.randrange(len(content))
        length = min(chance.randrange(1, 9000), len(content) - start)
        content[start : start + length] = chance.choice([b"\x00", b"\xff"]) * length
    else:
        del content[chance.randrange(len(content)) :]
    file.write_bytes(content)


def test_the_undamaged_project_can_be_used(full_project, tmp_path):
    copy = tmp_path / "copy.curator"
    shutil.copytree(full_project, copy)
    use(copy)
    with Project.open(copy) as project:
        assert project.verify() == []


@pytest.mark.parametrize("seed", range(6))
def test_flipped_bytes_do_no_harm_or_are_named_as_damage(full_project, tmp_path, seed):
    chance = random.Random(seed)
    copy = tmp_path / "copy.curator"
    for _ in range(FLIPS // 6):
        shutil.copytree(full_project, copy)
        damage(copy, chance)
        try:
            use(copy)
        except BrokenProject as broken:
            assert "copy.curator" in broken.sentence  # noqa: PT017  # most damage does no harm
        shutil.rmtree(copy)


def spoiled(path, content):
    (path / "project.sqlite").write_bytes(content)


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "project.sqlite is empty"),
        (b"RIFF....WAVEfmt and so on", "project.sqlite is not a database"),
        (b"SQLite format 3\x00" + b"\x00" * 4080, "is damaged"),
    ],
)
def test_what_is_no_database_is_refused_naming_the_newest_good_backup(
    full_project, tmp_path, content, said, write
):
    copy = tmp_path / "copy.curator"
    shutil.copytree(full_project, copy)
    spoiled(copy, content)
    with pytest.raises(BrokenProject) as caught:
        Project.open(copy, write=write)
    assert said in caught.value.sentence
    assert "backups/000001_" in caught.value.hint
    assert "_good.sqlite" in caught.value.hint
    assert (copy / "project.sqlite").read_bytes() == content


def test_what_the_hint_says_brings_the_project_back(full_project, tmp_path):
    copy = tmp_path / "copy.curator"
    shutil.copytree(full_project, copy)
    spoiled(copy, b"")
    with pytest.raises(BrokenProject) as caught:
        Project.open(copy)
    named = next(word for word in caught.value.hint.split() if word.startswith("backups/"))
    shutil.copy(copy / named.rstrip("."), copy / "project.sqlite")
    with Project.open(copy) as project, Project.open(full_project) as original:
        assert project.decisions.state_hash() == original.decisions.state_hash()


def test_without_a_good_backup_the_hint_says_so(project):
    project.close()
    spoiled(project.path, b"")
    with pytest.raises(BrokenProject, match="no good backup"):
        Project.open(project.path)


def test_a_damaged_backup_is_never_named(project):
    good = project.backup("good")
    project.facts.set_project_fact("changed", "yes")
    bad = project.backup("bad")
    project.close()
    bad.write_bytes(bad.read_bytes()[:5000])
    spoiled(project.path, b"")
    with pytest.raises(BrokenProject, match=good.name):
        Project.open(project.path)


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "x").mkdir()
    connection = sqlite3.connect(tmp_path / "x" / "project.sqlite")
    connection.execute("CREATE TABLE bookmarks(url)")
    connection.commit()
    connection.close()
    before = (tmp_path / "x" / "project.sqlite").read_bytes()
    with pytest.raises(BrokenProject, match="a database of another program"):
        Project.open(tmp_path / "x")
    assert (tmp_path / "x" / "project.sqlite").read_bytes() == before


def test_a_missing_table_is_noticed_at_the_door(project):
    with project.writing():
        project._database.write("DROP INDEX clip_by_time")
    project.close()
    with pytest.raises(BrokenProject, match="tables are not as they should be"):
        Project.open(project.path)


@pytest.mark.parametrize("name", ["nowhere.curator", "folder", "file"])
def test_what_is_no_project_is_refused_in_a_sentence(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("hello")
    with pytest.raises(BrokenProject) as caught:
        Project.open(tmp_path / name)
    assert name in caught.value.sentence
    assert "curator new" in caught.value.hint
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_newer_project_is_refused_saying_what_to_do_and_left_as_it_is(project):
    project.backup("of today")
    with project.writing():
        project._database.read(f"PRAGMA user_version = {schema.VERSION + 1}")
    project.close()
    before = (project.path / "project.sqlite").read_bytes()
    for write in (True, False):
        with pytest.raises(BrokenProject) as caught:
            Project.open(project.path, write=write)
        assert "made by a newer version" in caught.value.sentence
        assert "Update the program" in caught.value.hint
        assert "of-today.sqlite" in caught.value.hint
    assert (project.path / "project.sqlite").read_bytes() == before


def test_a_version_that_never_was_is_damage(project):
    with project.writing():
        project._database.read("PRAGMA user_version = 0")
    project.close()
    with pytest.raises(BrokenProject, match="says it is of version 0"):
        Project.open(project.path)


def test_settings_that_make_no_sense_are_damage(project):
    with project.writing():
        project._database.write("UPDATE setting SET value = 'x' WHERE key = 'categories'")
    project.close()
    with pytest.raises(BrokenProject, match="the settings cannot be read"):
        Project.open(project.path)


def test_verify_finds_what_should_not_be(project):
    with project.writing():
        project._database.write("UPDATE clip SET stop = 1000000000 WHERE id = 1")
    assert project.verify() == [
        "1 clip reach beyond the end of their recording.",
        "1 clip are not where they were cut or moved to.",
    ]


def test_verify_finds_what_refers_to_something_that_is_gone(project):
    score(project, 1, snr=1.0)
    project.close()
    connection = sqlite3.connect(project.path / "project.sqlite")
    connection.execute("DELETE FROM clip WHERE id = 1")
    connection.commit()
    connection.close()
    with Project.open(project.path, write=False) as reader:
        assert any("table score" in sentence for sentence in reader.verify())


def test_verify_names_damage_inside_the_file(full_project, tmp_path):
    copy: Path = tmp_path / "copy.curator"
    shutil.copytree(full_project, copy)
    file = copy / "project.sqlite"
    content = file.read_bytes()
    at = content.rindex(b"It is clipped.")
    file.write_bytes(content[: at - 60] + b"\xee" * 40 + content[at - 20 :])
    try:
        with Project.open(copy, write=False) as project:
            faults = project.verify()
    except CuratorError as error:
        faults = [error.sentence]
    assert faults
