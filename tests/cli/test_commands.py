"""What people and programs see of the commands; the work behind them is tested where it is done."""

import json
import subprocess
import sys

import numpy as np
import pytest

from curator.cli.arguments import parser, run
from curator.domain.fact import Producer, RecordingTranscript, Transcript
from curator.store.project import Project
from tests.helpers.factories import a_finding, a_project, a_vector, found, say, score
from tests.helpers.sounds import tone, write_sound

COMMANDS = sorted(parser()._subparsers._group_actions[0].choices)
HEAVY = ("torch", "numpy", "faster_whisper", "umap", "sklearn", "PySide6", "msgspec", "rich")


@pytest.fixture
def project(tmp_path):
    """Six clips of one recording; the second is clipped, the third has a text."""
    with a_project(tmp_path) as opened:
        first, second, third, *_ = opened.clips.ids()
        score(opened, first, snr=31.5)
        opened.facts.set_findings({second: [a_finding("clipped")]})
        say(opened, third, "What a fantastic answer")
        opened.facts.add(
            found(opened, clip, a_vector(place % 2))
            for place, clip in enumerate(opened.clips.ids())
        )
    return tmp_path / "show.curator"


def listed(curator, project, query=""):
    code, out, _ = curator("clips", project, "--json", "--query", query)
    assert code == 0
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)], ids=" ".join)
def test_help_imports_nothing_heavy(command):
    code = (
        "import sys; from curator.cli.arguments import run\n"
        "try: run(sys.argv[1:])\n"
        "except SystemExit as end: assert end.code == 0\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "usage: curator" in done.stdout
    assert done.stderr == "[]\n"


def test_new_makes_a_project_and_never_over_an_old_one(curator, tmp_path):
    path = tmp_path / "quiz.curator"
    assert curator("new", path, "--language", "hu")[0] == 0
    code, _, errors = curator("new", path)
    assert code == 1
    assert "already exists" in errors


@pytest.mark.parametrize(
    ("options", "reason"),
    [(("--target", "xtts_v9"), "xtts_v2"), (("--categories", "opera"), "quiz_show")],
)
def test_new_names_what_there_is_to_choose_from(curator, tmp_path, options, reason):
    code, _, errors = curator("new", tmp_path / "q.curator", *options)
    assert code == 1
    assert reason in errors
    assert not (tmp_path / "q.curator").exists()


def test_new_takes_a_language_by_name_and_refuses_what_is_none(curator, tmp_path):
    path = tmp_path / "quiz.curator"
    assert curator("new", path, "--language", "Vietnamese")[0] == 0
    with Project.open(path, write=False) as opened:
        assert opened.settings.language == "vi"
    code, _, errors = curator("new", tmp_path / "q.curator", "--language", "Hungaryan")
    assert code == 1
    assert "Hungarian" in errors
    assert not (tmp_path / "q.curator").exists()


def test_analyse_refuses_an_english_only_model_for_another_language(curator, tmp_path):
    path = tmp_path / "quiz.curator"
    curator("new", path, "--language", "hu")
    code, _, errors = curator("analyse", path, "--whisper", "tiny.en")
    assert code == 1
    assert "tiny.en transcribes English only; the project's language is Hungarian" in errors
    assert "--whisper auto" in errors
    assert curator("analyse", path)[0] == 0


def test_an_english_only_model_that_cannot_detect_a_language_is_noted(curator, tmp_path):
    path = tmp_path / "quiz.curator"
    curator("new", path)
    _, _, errors = curator("analyse", path, "--whisper", "tiny.en")
    assert "all recordings are taken to be English" in errors
    _, _, errors = curator("analyse", path)
    assert "English" not in errors


def test_the_languages_of_clips_and_recordings_are_shown(curator, project):
    with Project.open(project) as opened:
        (recording,) = opened.recordings.all()
        made_by = Producer("transcribe", 1, "tiny.en")
        heard = Transcript("Jó estét!", (), "hu", 1.0, 0.0, 1.0)
        opened.facts.add_transcript(RecordingTranscript(recording.id, made_by, heard))
        assert opened.facts.languages() == {recording.id: "hu"}
    _, out, _ = curator("clips", project)
    assert "  en " in next(line for line in out.splitlines() if "fantastic" in line)


def test_clips_say_all_that_is_known_as_json(curator, project):
    clips = listed(curator, project)
    assert len(clips) == 6
    first, second, third = clips[:3]
    assert set(first) == {
        "id", "recording", "start_s", "end_s", "duration_s", "text", "machine_text", "words",
        "language", "speaker_similarity", "scores", "findings", "state", "emotion", "map",
        "cluster",
    }  # fmt: skip
    assert first["scores"] == {"snr": 31.5}
    assert second["findings"][0]["key"] == "clipped"
    assert third["words"][0]["start_s"] == pytest.approx(third["start_s"])


def test_decisions_are_made_undone_and_made_again(curator, project):
    assert curator("decide", project, "--query", "finding:clipped", "--drop")[0] == 0
    (dropped,) = (clip["id"] for clip in listed(curator, project) if clip["state"] == "dropped")
    code, out, _ = curator("undo", project)
    assert (code, out) == (0, f"Undid: Drop (clip {dropped}).\n")
    assert {clip["state"] for clip in listed(curator, project)} == {"undecided"}
    assert curator("redo", project)[0] == 0
    assert [clip["state"] for clip in listed(curator, project)].count("dropped") == 1
    _, history, _ = curator("history", project, "--json")
    assert json.loads(history)["label"] == f"Drop (clip {dropped})"


def test_a_corrected_text_wins_and_is_judged_anew(curator, project):
    curator("decide", project, "--query", "fantastic", "--text", "- What a fantastic show")
    (clip,) = listed(curator, project, '"fantastic show"')
    assert clip["text"] == "- What a fantastic show"
    assert clip["machine_text"] == "What a fantastic answer"


def test_a_query_may_begin_with_a_minus(curator, project):
    assert len(listed(curator, project, "-fantastic")) == 5


def test_a_wrong_query_says_where_and_what_was_meant(curator, project):
    code, _, errors = curator("clips", project, "--query", "state:kept snrr>3")
    assert code == 1
    assert "snrr" in errors
    assert "column 12" in errors
    assert "snr" in errors.split("snrr", 1)[1]


def test_an_emotion_the_project_does_not_have_is_refused(curator, project):
    code, _, errors = curator("decide", project, "--query", "", "--emotion", "anger")
    assert code == 1
    assert "anger" in errors
    assert "greeting" in errors


def test_choosing_a_voice_finds_the_others_and_undo_forgets_them(curator, project):
    first = listed(curator, project)[0]["id"]
    assert curator("speaker", project, "--clip", first)[0] == 0
    flagged = [clip["id"] for clip in listed(curator, project, "finding:other_voice")]
    assert len(flagged) == 3
    assert first not in flagged
    assert curator("undo", project)[0] == 0
    clips = listed(curator, project)
    assert all(clip["speaker_similarity"] is None for clip in clips)
    assert listed(curator, project, "finding:other_voice") == []


def test_nothing_to_undo_is_said(curator, project):
    code, _, errors = curator("undo", project)
    assert code == 1
    assert "Nothing to undo" in errors


def test_a_second_writer_is_told_who_has_the_project(curator, project):
    from curator.store.project import Project

    with Project.open(project):
        code, _, errors = curator("decide", project, "--query", "", "--keep")
        assert code == 1
        assert "show.curator" in errors
        assert len(listed(curator, project)) == 6, "reading goes on beside a writer"


def test_what_is_no_project_is_said_in_a_sentence(curator, tmp_path):
    code, _, errors = curator("clips", tmp_path / "none.curator")
    assert code == 1
    assert errors.count("\n") == 1
    assert "none.curator" in errors


def test_balance_names_what_is_missing(curator, project):
    curator("decide", project, "--query", "", "--emotion", "tension")
    curator("decide", project, "--query", "", "--keep")
    code, out, _ = curator("balance", project)
    assert code == 0
    assert "Tension needs 9 more clips" in out
    code, out, _ = curator("balance", project, "--json")
    assert code == 0
    assert json.loads(out)


def test_check_refuses_what_the_trainer_would_and_says_so(curator, project):
    curator("decide", project, "--query", "", "--keep")
    code, out, _ = curator("check", project, "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines[-1]["summary"]["usable"] + lines[-1]["summary"]["refused"] == 6
    assert code in (0, 1)


def test_check_and_export_take_another_family_than_the_projects(curator, project, tmp_path):
    curator("decide", project, "--query", "", "--keep")
    code, out, _ = curator("check", project, "--target", "chatterbox")
    assert "kept clips" in out
    assert code in (0, 1)
    for command in (["check", project], ["export", project, tmp_path / "out"]):
        code, _, err = curator(*command, "--target", "bark")
        assert code == 1
        assert "chatterbox, xtts_v2" in err


def test_wrong_usage_exits_with_2():
    with pytest.raises(SystemExit) as end:
        run(["decide", "p.curator", "--query", "x"])
    assert end.value.code == 2


def test_lengths_of_clips_are_set_and_shown(curator, project):
    code, said, _ = curator("segment", project, "--min", "1", "--max", "6", "--json")
    assert code == 1  # its file is gone, so nothing is cut
    assert json.loads(said.splitlines()[-1])["lengths"] == {
        "shortest_s": 1.0, "longest_s": 6.0, "preferred_s": 3.5
    }  # fmt: skip
    code, said, _ = curator("segment", project, "--max", "5")
    assert "clips of 1 to 5 s, about 3.5 s" in said
    code, _, reason = curator("segment", project, "--max", "40")
    assert code == 1
    assert "within 0.5 to 11.6 s" in reason
    code, said, _ = curator("segment", project, "--reset")
    assert "clips of 0.5 to 11.6 s, about 7 s" in said


def test_import_takes_a_track_and_a_channel(curator, project, tmp_path):
    both = np.stack([tone(0.5, 300.0), tone(0.5, 1000.0)], axis=1)
    file = write_sound(tmp_path / "call.wav", both)
    code, said, _ = curator("import", project, file, "--channel", "each", "--jobs", "1")
    assert (code, said.split(" recordings")[0]) == (0, "3")
    code, _, _ = curator("import", project, file, "--track", "2", "--json")
    assert code == 1
    with pytest.raises(SystemExit):
        curator("import", project, file, "--channel", "middle")
