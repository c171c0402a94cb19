"""Lists of other programs, read as sets and merged."""

import gzip
import json
import shutil

import pytest

from curator.domain.decision import correct_text, give_emotion, keep
from curator.domain.errors import CuratorError
from curator.domain.merging import Rule
from curator.domain.progress import NoProgress
from curator.export.project import export_project
from curator.export.settings import ExportSettings
from curator.jobs.context import JobContext
from curator.jobs.lists import read_list
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
            export_project(project, folder / form, ExportSettings(form))
    return folder


def merged(project, path):
    work = JobContext.at_once(project, NoProgress())
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
        for row in read_list(path).clips
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
        assert "train.json: 5 rows, 4 taken, 1 refused." in plan.sentences
        assert [row.sentence for row in plan.other.refused] == [
            "train.json, line 5: there is no file wavs/gone.wav."
        ]
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
        with pytest.raises(CuratorError, match=r"line 1: there is no file wavs/gone\.wav"):
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


def test_rows_that_share_their_sound_with_an_earlier_row_are_refused_by_line(sound, tmp_path):
    """Window after window: half of the sound may be shared, more is one clip with two texts."""
    spans = [(0, 2), (1, 2), (2, 2), (2.4, 1.7), (2.5, 2), (6, 3), (7.6, 2), (6, 3)]
    rows = [
        {"audio_filepath": "wavs/one.wav", "text": f"t{at}", "offset": start, "duration": length}
        for at, (start, length) in enumerate(spans)
    ]
    (sound / "train.json").write_text("\n".join(map(json.dumps, rows)))
    with an_empty_project(tmp_path) as project:
        plan = merged(project, sound / "train.json")
        assert [row.sentence for row in plan.other.refused] == [
            "train.json, line 4: more than half of its audio is that of line 3.",
            "train.json, line 5: more than half of its audio is that of line 3.",
            "train.json, line 8: it has the same audio as line 6 and another text or category.",
        ]
        assert plan.sentences[0] == "train.json: 8 rows, 5 taken, 3 refused."
        assert len(plan.come) == 5
        assert [clip.text for clip in project.clips.find()] == ["t0", "t1", "t2", "t5", "t6"]


def test_folders_with_labels_for_names_are_a_set(tmp_path):
    write_sound(tmp_path / "set" / "happy" / "a.wav", tone())
    assert listed(tmp_path / "set") == [("a.wav", None, "happy", None, None)]


def test_rows_that_are_wrong_are_refused_with_the_line_and_the_rest_is_read(sound):
    (sound / "x.list").write_text("wavs/one.wav|me|en|text\nb.wav|en|text\n")
    listed_set = read_list(sound / "x.list")
    assert [row.sentence for row in listed_set.refused] == [
        "x.list, line 2: it has 3 columns instead of 4."
    ]
    assert (listed_set.rows, len(listed_set.clips)) == (2, 1)
    (sound / "x.jsonl").write_text('{"audio_filepath": "wavs/one.wav"}\n{"audio_filepath": \n')
    listed_set = read_list(sound / "x.jsonl")
    assert listed_set.refused[0].line == 2
    assert "not valid JSON" in listed_set.refused[0].reason


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.txt", "just words\n", "no format that can be merged"),
        ("x_supervisions.jsonl", '{"recording_id": "r", "start": 0, "duration": 1}', "recordings"),
        ("x.csv", "a.wav,hello\nb.wav,there\n", "no header"),
        ("x.csv", "", "it is empty"),
        ("x.csv", "\0\1\2\3", "not text"),
        ("x.json", '[{"audio_filepath": "a.wav"}', "not valid JSON"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused_with_the_reason(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(CuratorError) as refused:
        read_list(tmp_path / name)
    assert message in str(refused.value)


def texts_of(path, language=""):
    return [clip.text for clip in read_list(path, language).clips]


def test_quotes_and_bars_never_shift_a_row(sound):
    """Lists of coqui-tts and LJ Speech are written without quoting."""
    (sound / "metadata_train.csv").write_text(
        "audio_file|text|speaker_name\n"
        'wavs/one.wav|"produced the block books.|joe\n'
        'wavs/two.wav|"Ten," he said.|joe\n'
        "wavs/one.wav|a | b|joe\n"
        'wavs/two.wav|"He said ""stop | go""."|joe\n'
    )
    listed_set = read_list(sound)
    assert [clip.text for clip in listed_set.clips] == [
        '"produced the block books.', '"Ten," he said.', 'He said "stop | go".',
    ]  # fmt: skip
    assert [row.sentence for row in listed_set.refused] == [
        'metadata_train.csv, line 4: it has 4 columns instead of 3; is "|" part of its text?'
    ]
    (sound / "x.list").write_text("wavs/one.wav|me|en|a | b\nwavs/two.wav|me|en|c\n")
    assert texts_of(sound / "x.list") == ["a | b", "c"]


def test_a_quoted_text_may_span_lines_where_a_spreadsheet_wrote_it(sound):
    (sound / "metadata.csv").write_bytes(
        b'file_name,transcription\r\nwavs/one.wav,"two\r\nlines, ""quoted"""\r\nwavs/two.wav,b\r\n'
    )
    assert texts_of(sound / "metadata.csv") == ['two\nlines, "quoted"', "b"]


def test_a_quotation_over_two_clips_joins_no_rows(sound):
    """As in LJ Speech: the quote opens in one clip and closes in another."""
    (sound / "metadata.csv").write_text('one|"He said\ntwo|go home"\n')
    assert texts_of(sound / "metadata.csv") == ['"He said', 'go home"']
    (sound / "metadata.csv").write_text('text|file\n"He said|wavs/one.wav\ngo"|wavs/two.wav\n')
    assert texts_of(sound / "metadata.csv") == ['"He said', 'go"']


def test_an_empty_cell_after_a_quoted_one_is_kept(sound):
    (sound / "metadata.tsv").write_text(
        'file_name\ttext\tspeaker\temotion\nwavs/one.wav\t"a ""b"""\t\tcalm\n'
        'wavs/two.wav\t"c"\t\t\n'
    )
    assert [(c.text, c.emotion) for c in read_list(sound).clips] == [('a "b"', "calm"), ("c", "")]


def test_control_characters_harm_their_row_alone(sound):
    (sound / "x.json").write_text(
        '{"audio_filepath": "wavs/one.wav", "text": "a\\u0000b"}\n'
        '{"audio_filepath": "wavs/two.wav", "text": "b"}\n{"audio_filepath": "wavs/one.wav"}\0\n'
    )
    listed_set = read_list(sound)
    assert [clip.text for clip in listed_set.clips] == ["b"]
    assert [row.line for row in listed_set.refused] == [1, 3]


def test_empty_rows_of_a_spreadsheet_are_no_rows(sound):
    (sound / "metadata.csv").write_bytes(
        b"file_name;transcription\r\nwavs/one.wav;a\r\n;\r\nwavs/two.wav;b;;\r\n;\r\n"
    )
    listed_set = read_list(sound)
    assert (listed_set.rows, texts_of(sound), listed_set.refused) == (2, ["a", "b"], ())


HUNGARIAN = "one|Árvíztűrő tükörfúrógép\r\ntwo|Öt szép szűzlány őrült írót nyúz.\r\n"


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("cp1250", "Windows-1250"),
    ],
)
def test_the_encoding_of_a_list_is_detected_and_reported(sound, encoding, note):
    (sound / "metadata.csv").write_bytes(HUNGARIAN.encode(encoding))
    listed_set = read_list(sound, "hu")
    assert [clip.text for clip in listed_set.clips] == [
        "Árvíztűrő tükörfúrógép", "Öt szép szűzlány őrült írót nyúz.",
    ]  # fmt: skip
    assert listed_set.notes == (
        (f"metadata.csv is not UTF-8; it was read as {note}.",) if note else ()
    )


def test_a_damaged_line_of_utf8_is_refused_and_the_others_are_read(sound):
    content = HUNGARIAN.encode() + b"one|\xff\xfe damaged\n"
    (sound / "metadata.csv").write_bytes(content)
    listed_set = read_list(sound, "hu")
    assert len(listed_set.clips) == 2
    assert "not valid UTF-8" in listed_set.refused[0].reason


@pytest.mark.parametrize("listed_as", ["D:\\voices\\{}.wav", "/data/anna/set/{}.wav", "{}.WAV"])
def test_paths_of_another_machine_are_matched_by_their_tail(sound, listed_as):
    rows = [f"{listed_as.format(name)}|me|en|{name}" for name in ("one", "two")]
    (sound / "x.list").write_text("\n".join(rows))
    assert [(c.audio.name, c.text) for c in read_list(sound).clips] == [
        ("one.wav", "one"), ("two.wav", "two"),
    ]  # fmt: skip


def test_files_of_one_name_in_two_folders_are_told_by_folder_or_refused(tmp_path):
    for day in ("day1", "day2"):
        write_sound(tmp_path / day / "0001.wav", tone())
    (tmp_path / "x.list").write_text("D:\\v\\day2\\0001.wav|me|en|b\nE:\\day1\\0001.wav|me|en|a\n")
    assert [(c.audio.parent.name, c.text) for c in read_list(tmp_path).clips] == [
        ("day2", "b"), ("day1", "a"),
    ]  # fmt: skip
    (tmp_path / "x.list").write_text("0001.wav|me|en|which\nD:\\v\\day3\\0001.wav|me|en|none\n")
    refused = read_list(tmp_path).refused
    assert "could be day1/0001.wav and day2/0001.wav" in refused[0].reason
    (tmp_path / "day1" / "0001.wav").unlink()
    (tmp_path / "x.list").write_text("D:\\v\\day1\\0001.wav|me|en|gone\n")
    assert "day2/0001.wav is in another folder" in read_list(tmp_path).refused[0].reason


def test_a_name_is_never_a_pattern(tmp_path):
    write_sound(tmp_path / "wavs" / "take1.wav", tone())
    (tmp_path / "x.list").write_text("wavs/take[1].wav|me|en|a\nwavs/*.wav|me|en|b\n")
    assert [row.reason for row in read_list(tmp_path).refused] == [
        "there is no file wavs/take[1].wav", "there is no file wavs/*.wav",
    ]  # fmt: skip


def test_lists_of_vits_and_json_arrays_are_read(sound):
    (sound / "filelist.txt").write_text("wavs/one.wav|0|hello there\nwavs/two.wav|12|bye | now\n")
    assert texts_of(sound) == ["hello there", "bye | now"]
    (sound / "x.json").write_text(
        json.dumps([{"audio_filepath": "wavs/one.wav", "text": "a", "duration": 2}, {"x": 1}])
    )
    listed_set = read_list(sound / "x.json")
    assert [(clip.start_s, clip.stop_s) for clip in listed_set.clips] == [(None, 2.0)]
    assert listed_set.refused[0].sentence == "x.json, line 2: it names no audio file."


@pytest.mark.parametrize("value", ["0.5", None, -1, True, 10**400, [1]])
def test_times_that_are_no_seconds_are_refused_by_name(sound, value):
    row = {"audio_filepath": "wavs/one.wav", "offset": value, "duration": 1, "text": "a"}
    (sound / "m.json").write_text(json.dumps(row))
    assert "its offset is" in read_list(sound).refused[0].reason


def test_a_span_beyond_its_sound_and_a_repeated_one_are_refused(sound, tmp_path):
    rows = [
        {"audio_filepath": "wavs/one.wav", "offset": 8, "duration": 9, "text": "beyond"},
        {"audio_filepath": "wavs/one.wav", "offset": 8, "duration": 2.04, "text": "rounded"},
        {"audio_filepath": "wavs/two.wav", "duration": 3, "text": "a"},
        {"audio_filepath": "wavs/two.wav", "duration": 3, "text": "a"},
        {"audio_filepath": "wavs/two.wav", "duration": 3, "text": "b"},
    ]
    (sound / "m.json").write_text("\n".join(map(json.dumps, rows)))
    with an_empty_project(tmp_path) as project:
        plan = merged(project, sound / "m.json")
        assert [row.reason for row in plan.other.refused] == [
            "it is 8.000 to 17.000 s of one.wav, which ends at 10.000 s",
            "it repeats line 3",
            "it has the same audio as line 3 and another text or category",
        ]
        assert any("1 clip ends up to 50 ms after the sound" in note for note in plan.other.notes)
        assert {clip.text: clip.seconds for clip in project.clips.find()} == {
            "rounded": 2.0, "a": 3.0,
        }  # fmt: skip


def test_a_list_that_is_not_understood_is_not_taken_for_labelled_folders(tmp_path):
    write_sound(tmp_path / "set" / "wavs" / "a.wav", tone())
    (tmp_path / "set" / "metadata.csv").write_text("a.wav,hello\n")
    with pytest.raises(CuratorError, match=r"metadata\.csv: its first line has no header"):
        read_list(tmp_path / "set")


def test_categories_are_kept_apart_and_in_one_normal_form(tmp_path):
    import unicodedata

    names = [
        "hận",
        "hân",
        "düh",
        unicodedata.normalize("NFD", "düh"),
        "😀",
        "😡",
        "none",
        "a b",
        "a-b",
    ]
    for number, name in enumerate(names):
        write_sound(tmp_path / "set" / name / f"{number}.wav", tone(1.0, 200 + 50 * number))
    with an_empty_project(tmp_path) as project:
        merged(project, tmp_path / "set")
        categories = {clip.emotion for clip in project.clips.find()}
        assert len(categories) == 8
        shown = {each.name for each in project.settings.emotions.emotions if each.key in categories}
        assert {"hận", "hân", "düh", "😀", "😡", "none", "a b", "a-b"} == shown


def a_list(folder, content):
    (folder / "list.csv").write_text(content, encoding="utf-8", newline="")
    return read_list(folder / "list.csv")


def test_the_separator_line_of_a_spreadsheet_is_no_row(sound):
    listed = a_list(
        sound, "\ufeffsep=;\r\naudio_file;text;speaker_name\r\nwavs/one.wav;Egy;anna\r\n"
    )
    assert [clip.text for clip in listed.clips] == ["Egy"]
    assert listed.rows == 1


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        ("0.25", "1.5", (0.25, 1.5)), ('"0,25"', '"1,50"', (0.25, 1.5)), ("", "1.5", (None, 1.5)),
        ("0:00:00.5", "00:01.5", (0.5, 1.5)), ("", "", (None, None)),
    ],
)  # fmt: skip
def test_times_of_a_table_are_parts_of_the_file(sound, start, stop, expected):
    listed = a_list(sound, f"file_name,start,end,text\nwavs/one.wav,{start},{stop},Part\n")
    assert [(clip.start_s, clip.stop_s) for clip in listed.clips] == [expected]


def test_milliseconds_and_times_that_are_none_are_told_apart(sound):
    listed = a_list(
        sound,
        "file_name;start_ms;end_ms;text\nwavs/one.wav;250;1500;Part\nwavs/one.wav;soon;1500;Part\n",
    )
    assert [(clip.start_s, clip.stop_s) for clip in listed.clips] == [(0.25, 1.5)]
    assert [row.reason for row in listed.refused] == ["its start_ms is 'soon', not a time"]


def test_a_third_column_of_names_is_not_the_text(sound):
    for name in ("two", "three"):
        shutil.copyfile(sound / "wavs" / "one.wav", sound / "wavs" / f"{name}.wav")
    rows = (("one", "Egy, kettő"), ("two", "Hello, you"), ("three", "Again"))
    named = a_list(sound, "".join(f"wavs/{file}.wav;{text};anna\n" for file, text in rows))
    assert [clip.text for clip in named.clips] == [text for _, text in rows]
    normal = a_list(
        sound, "".join(f"wavs/{file}.wav|{text}|{text.lower()}\n" for file, text in rows)
    )
    assert [clip.text for clip in normal.clips] == [text.lower() for _, text in rows]
    with pytest.raises(CuratorError, match="says which is the text"):
        a_list(sound, "wavs/one.wav;Egy;anna\n")


def test_a_header_alone_is_a_list_without_rows(sound, tmp_path):
    (sound / "list.csv").write_text("audio_file|text\n")
    with an_empty_project(tmp_path) as project:
        work = JobContext.at_once(project, NoProgress())
        with pytest.raises(CuratorError, match="has no rows"):
            plan_merge(work, sound / "list.csv")


BY_CASE = pytest.mark.posix(reason="Windows ignores case itself and reserves CON")


@pytest.mark.parametrize(
    ("there", "named"),
    [
        ("caf\u00e9.wav", "cafe\u0301.wav"),
        ("cafe\u0301.wav", "caf\u00e9.wav"),
        pytest.param("Clip.WAV", "clip.wav", marks=BY_CASE),
        pytest.param("STRASSE.wav", "stra\u00dfe.wav", marks=BY_CASE),
        pytest.param("CON.wav", "con.wav", marks=BY_CASE),
        ("a. .wav", "a. .wav"),
    ],
)
def test_names_of_other_systems_find_their_files(tmp_path, there, named):
    folder = tmp_path / "lists"
    write_sound(folder / there, tone(2), format="WAV")
    (folder / "list.csv").write_text(f"file,text\n{named},Good evening.\n", encoding="utf-8")
    with an_empty_project(tmp_path) as project:
        plan = merged(project, folder / "list.csv")
        assert len(plan.come) == 1
        assert project.recordings.all()[0].path.name == there
