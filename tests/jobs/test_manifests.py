"""Lists of other programs, read as sets and merged."""

import gzip
import json
import shutil

import pytest

from curator.domain.decision import correct_text, give_emotion, keep
from curator.domain.errors import CuratorError
from curator.domain.merging import Rule
from curator.domain.progress import Nobody
from curator.export.project import export_project
from curator.jobs.context import Work
from curator.jobs.manifests import read_manifest
from curator.jobs.merging import merge, plan_merge
from curator.store.project import Project
from tests.helpers.factories import an_empty_project
from tests.helpers.sets import a_set, truth
from tests.helpers.sounds import tone, write_sound

TEXTS = ("Plain words", 'He said "stop".', "Na, mi ez?", "It's; done", "- Sum it up", "NA")
EXPORTED = ("bundle", "coqui", "ljspeech", "audiofolder", "nemo", "gpt_sovits", "lhotse")


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """A set of two shows, exported in every format that can be merged."""
    folder = tmp_path_factory.mktemp("exports")
    with a_set(folder, "show", [(1, "wav"), (2, "wav")]) as project:
        clips = project.clips.ids()
        project.decisions.apply(keep(clips[:6]))
        project.decisions.apply(give_emotion(clips[:3], "tension"))
        for clip, text in zip(clips, TEXTS, strict=False):
            project.decisions.apply(correct_text([clip], text))
        for form in EXPORTED:
            export_project(project, folder / form, form=form)
    return folder


def merged(project, path):
    work = Work.at_once(project, Nobody())
    plan = plan_merge(work, path, licence="CC0", consent="by letter")
    merge(work, plan.decided(Rule.THEIRS))
    return plan


@pytest.mark.parametrize("form", EXPORTED)
def test_what_was_exported_is_merged_into_an_empty_project_as_it_was(exports, tmp_path, form):
    with an_empty_project(tmp_path) as project:
        plan = merged(project, exports / form)
        assert len(plan.come) == 6
        clips = {clip.text: clip for clip in project.clips.find()}
        assert set(clips) == set(TEXTS)
        assert {clip.state for clip in clips.values()} == {"kept"}
        told = form not in ("ljspeech", "gpt_sovits")  # these lists have no categories
        assert [clips[text].emotion for text in TEXTS[:3]] == ["tension" if told else None] * 3
        assert clips[TEXTS[3]].emotion is None
        assert {each.licence for each in project.recordings.all()} == {"CC0"}
        project.decisions.undo()
        assert project.clips.count() == 0


@pytest.mark.parametrize("form", ["coqui", "lhotse"])
def test_a_list_of_what_is_here_adds_nothing(exports, tmp_path, form):
    shutil.copytree(exports / "show.curator", tmp_path / "show.curator")
    with Project.open(tmp_path / "show.curator") as project:
        before, known = project.decisions.state_hash(), truth(project)
        plan = merged(project, exports / form)
        assert (len(plan.come), len(plan.pairs), plan.conflicts) == (0, 6, ())
        assert truth(project) == known
        assert project.decisions.state_hash() == before
        assert len(project.recordings.all()) == 2


@pytest.fixture
def sound(tmp_path):
    """A folder with two sounds of ten seconds."""
    for name in ("one", "two"):
        write_sound(tmp_path / "wavs" / f"{name}.wav", tone(10.0, 300 if name == "one" else 500))
    return tmp_path


def listed(path):
    return [
        (row.audio.name, row.text, row.emotion, row.start_s, row.stop_s)
        for row in read_manifest(path)
    ]


def test_parts_of_files_are_clips_of_them(sound, tmp_path):
    rows = [
        {"audio_filepath": "wavs/one.wav", "offset": 1, "duration": 2, "text": "a", "label": "Mad"},
        {"audio_filepath": "wavs/one.wav", "offset": 4, "duration": 2.5, "text": "b"},
        {"audio_filepath": "wavs/one.wav", "offset": 8.5, "duration": 1.0, "text": "e"},
        {"audio_filepath": "wavs/two.wav", "duration": 10.0, "text": "c"},
        {"audio_filepath": "wavs/gone.wav", "text": "d", "label": "Sad"},
    ]  # fmt: skip
    (sound / "train.json").write_text("\n".join(map(json.dumps, rows)))
    with an_empty_project(tmp_path) as project:
        plan = merged(project, sound / "train.json")
        assert "1 of its files could not be read." in plan.sentences
        assert [(c.text, c.span.start_s(c.rate), c.seconds) for c in project.clips.find()] == [
            ("a", 1.0, 2.0), ("b", 4.0, 2.5), ("e", 8.5, 1.0), ("c", 0.0, 10.0),
        ]  # fmt: skip
        assert [clip.pause_group for clip in project.clips.find()] == [0, 0, 1, 0]
        assert "mad" in project.settings.emotions.keys
        assert "sad" not in project.settings.emotions.keys
        assert project.clips.find()[0].emotion == "mad"


def test_a_list_of_which_no_sound_is_there_is_refused(tmp_path):
    (tmp_path / "train.json").write_text('{"audio_filepath": "wavs/gone.wav", "text": "a"}\n')
    with an_empty_project(tmp_path) as project:
        with pytest.raises(CuratorError, match="names cannot be read"):
            merged(project, tmp_path / "train.json")
        assert project.recordings.all() == []


def test_lhotse_supervisions_find_the_recordings_beside_them(sound):
    source = {"type": "file", "channels": [0], "source": "wavs/one.wav"}
    recording = {"id": "r", "sources": [source], "sampling_rate": 22050, "num_samples": 220500,
                 "duration": 10.0}  # fmt: skip
    said = {"id": "s", "recording_id": "r", "start": 2.0, "duration": 3.0, "channel": 0,
            "text": "hello", "custom": {"emotion": "calm"}}  # fmt: skip
    for name, row in (("recordings", recording), ("supervisions", said)):
        with gzip.open(sound / f"x_{name}_dev.jsonl.gz", "wt") as file:
            file.write(json.dumps(row) + "\n")
    expected = [("one.wav", "hello", "calm", 2.0, 5.0)]
    assert listed(sound / "x_supervisions_dev.jsonl.gz") == expected
    assert listed(sound) == expected
    cut = {"id": "c", "start": 1.0, "duration": 4.0, "channel": 0, "type": "MonoCut",
           "supervisions": [{**said, "start": 0.5}], "recording": recording}  # fmt: skip
    (sound / "cuts.jsonl").write_text(json.dumps(cut))
    assert listed(sound / "cuts.jsonl") == [("one.wav", "hello", "calm", 1.5, 4.5)]


def test_lists_without_quoting_and_with_foreign_paths_are_read(sound):
    (sound / "metadata.csv").write_text('one|He said "x|He said "ex"\ntwo|b|b\n')
    assert listed(sound / "metadata.csv")[0][:2] == ("one.wav", 'He said "ex"')
    (sound / "train.list").write_text("D:\\voices\\one.wav|me|EN|a | b\n".replace("a | b", "a b"))
    assert listed(sound / "train.list")[0][:2] == ("one.wav", "a b")


def test_folders_with_labels_for_names_are_a_set(tmp_path):
    write_sound(tmp_path / "set" / "happy" / "a.wav", tone())
    assert listed(tmp_path / "set") == [("a.wav", None, "happy", None, None)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.list", "a.wav|me|en|text\nb.wav|en|text\n", "line 2: it has 3 columns"),
        ("x.jsonl", '{"audio_filepath": "a.wav"}\n{"audio_filepath": \n', "line 2"),
        ("x.txt", "just words\n", "no format that can be merged"),
        ("x_supervisions.jsonl", '{"recording_id": "r", "start": 0, "duration": 1}', "recordings"),
    ],
)  # fmt: skip
def test_a_list_that_is_wrong_is_refused_with_the_line(tmp_path, name, content, said):
    (tmp_path / name).write_text(content)
    with pytest.raises(CuratorError) as refused:
        read_manifest(tmp_path / name)
    assert said in str(refused.value)
