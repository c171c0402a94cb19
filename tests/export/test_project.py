import pytest
from msgspec import UNSET

from curator.domain.decision import correct_text, drop, keep
from curator.domain.errors import CuratorError
from curator.domain.recording import Recording
from curator.export.manifest import read_manifest
from curator.export.project import check_project, export_project, speaker_name
from curator.export.settings import ExportSettings
from curator.export.summary import summary_from
from curator.export.verify import verify_bundle
from curator.store.project import Project
from tests.helpers.bundles import a_source, as_recording
from tests.helpers.factories import an_empty_project, say, some_clips


@pytest.fixture
def project(tmp_path):
    """Five clips of a real file, all of them kept; the fourth has no text."""
    source = as_recording(a_source(tmp_path, seconds=20.0))
    with an_empty_project(tmp_path) as project:
        recording = project.recordings.add(
            Recording(
                id=0,
                path=source.path,
                content_hash=source.content_hash,
                size=source.size,
                mtime_ns=source.mtime_ns,
                rate=source.rate,
                channels=source.channels,
                samples=source.samples,
                container=source.container,
                licence="CC0",
                consent="",
            )
        )
        clips = some_clips(project, recording, 5, seconds=2.0)
        for number, clip in enumerate(clips):
            say(project, clip, "" if number == 3 else f"Sentence {number}.")
        project.decisions.apply(keep(clips))
        yield project


def test_what_is_checked_as_usable_is_what_is_exported(project, tmp_path):
    checked = check_project(project)
    export_project(project, tmp_path / "out")
    rows = read_manifest(tmp_path / "out" / "manifest.jsonl")
    assert [row.id for row in rows] == [f"clip_{clip.id:06d}" for clip in checked.usable]
    assert [refusal.reason_key for refusal in checked.refusals] == ["empty_text"]
    assert verify_bundle(tmp_path / "out") == []


def test_one_set_is_exported_for_two_families(project, tmp_path):
    bundles = {}
    for key, rate in (("", 22_050), ("chatterbox", 24_000)):
        out = tmp_path / f"out{key}"
        checked = check_project(project, target_key=key)
        export_project(project, out, ExportSettings(target=key))
        bundles[rate] = read_manifest(out / "manifest.jsonl")
        assert {row.rate for row in bundles[rate]} == {rate}
        assert len(bundles[rate]) == len(checked.usable) == 4
        assert summary_from((out / "bundle.json").read_bytes()).target == (key or "xtts_v2")
        assert f"{rate} Hz" in (out / "data_card.md").read_text("utf-8")
        assert verify_bundle(out) == []
    for theirs, ours in zip(*bundles.values(), strict=True):
        assert (theirs.id, theirs.text, theirs.split) == (ours.id, ours.text, ours.split)
        assert theirs.source == ours.source
    assert "Chatterbox: MIT" in (tmp_path / "outchatterbox" / "data_card.md").read_text("utf-8")
    assert project.settings.target == "xtts_v2"


def test_a_family_that_is_not_known_is_refused_before_anything_is_written(project, tmp_path):
    with pytest.raises(CuratorError, match="no target called 'bark'"):
        export_project(project, tmp_path / "out", ExportSettings(target="bark"))
    assert not (tmp_path / "out").exists()


def test_an_export_names_the_snapshot_it_is_of(project, tmp_path):
    export_project(project, tmp_path / "one")
    (snapshot,) = project.snapshots.all()
    summary = summary_from((tmp_path / "one" / "bundle.json").read_bytes())
    assert summary.snapshot == snapshot.name
    assert summary.state_hash == snapshot.state_hash == project.decisions.state_hash()
    assert snapshot.name in (tmp_path / "one" / "data_card.md").read_text("utf-8")
    export_project(project, tmp_path / "two")
    assert project.snapshots.all() == [snapshot]
    assert verify_bundle(tmp_path / "two") == []


def test_an_export_beside_the_writer_says_that_it_took_no_snapshot(project, tmp_path):
    with Project.open(project.path, write=False) as reader:
        exported = export_project(reader, tmp_path / "out")
        with_help = export_project(
            reader, tmp_path / "helped", take=lambda: project.snapshots.for_export().name
        )
    summary = summary_from((tmp_path / "out" / "bundle.json").read_bytes())
    assert summary.snapshot is UNSET
    assert any("No snapshot" in note for note in exported.notes)
    assert not any("No snapshot" in note for note in with_help.notes)


def test_what_is_decided_while_the_snapshot_is_taken_is_in_neither_or_both(project, tmp_path):
    clips = project.clips.ids()

    def take():
        name = project.snapshots.for_export().name
        if clips:
            project.decisions.apply(drop([clips.pop()]))
        return name

    with pytest.raises(CuratorError, match="was changed during the export"):
        export_project(project, tmp_path / "out", take=take)
    clips[1:] = []
    exported = export_project(project, tmp_path / "out", take=take)
    assert exported.train + exported.evaluation + len(exported.refused) == 1


def test_a_decided_text_is_the_one_exported(project, tmp_path):
    refused = check_project(project).refusals[0].clip_id
    project.decisions.apply(correct_text([refused], "Here it is."))
    assert check_project(project).refusals == ()
    export_project(project, tmp_path / "out")
    texts = [row.text for row in read_manifest(tmp_path / "out" / "manifest.jsonl")]
    assert "Here it is." in texts


def test_a_check_notices_a_source_that_is_gone(project):
    project.recordings.all()[0].path.unlink()
    checked = check_project(project)
    assert checked.usable == ()
    assert {r.reason_key for r in checked.refusals} == {"empty_text", "source_missing"}


def test_an_export_without_its_source_says_so_and_writes_nothing(project, tmp_path):
    project.recordings.all()[0].path.unlink()
    with pytest.raises(CuratorError, match=r"show\.wav is missing from where it was imported"):
        export_project(project, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_speaker_is_called_after_the_project(project, tmp_path):
    export_project(project, tmp_path / "out")
    assert {r.speaker for r in read_manifest(tmp_path / "out" / "manifest.jsonl")} == {"show"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Joe.curator", "Joe"), ("my show|1", "my_show_1"), ("👻", "voice"), ("a.b.curator", "a_b")],
)
def test_speakers_names_are_plain_words(tmp_path, name, expected):
    assert speaker_name(tmp_path / name) == expected
