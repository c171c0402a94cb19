"""The commands about categories, as people and programs see them."""

import json

import pytest

from curator.domain.decision import keep
from tests.helpers.factories import a_project, say
from tests.helpers.labels import give_deliveries, give_labels, kind_of


@pytest.fixture
def project(tmp_path):
    """48 clips, the first 24 with their categories and kept."""
    with a_project(tmp_path, clips=48) as opened:
        clips = opened.clips.ids()
        for clip in clips:
            say(opened, clip, f"This is sentence {clip}.")
        give_deliveries(opened)
        give_labels(opened, range(24))
        opened.decisions.apply(keep(clips[:24]))
    return tmp_path / "show.curator"


@pytest.fixture
def curator(curator):
    """Runs a command in this process; gives its exit code and stdout, or stderr if it failed."""

    def call(*words):
        code, out, errors = curator(*words)
        return code, errors if code else out

    return call


def test_suggestions_are_for_the_category_that_lacks_most_or_the_one_asked_for(curator, project):
    code, out = curator("suggest", project, "--category", "excitement")
    assert code == 0
    assert out.startswith("Cross-validated accuracy on 24 labels: ")
    assert "Suggested clips of Excitement:\n" in out
    code, out = curator("suggest", project, "--category", "excitement", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert all(line["suggested"] == "excitement" and line["reason"] for line in lines)
    right = [kind_of(line["clip"] - 1) == "excitement" for line in lines]
    assert sum(right) >= 6
    code, out = curator("suggest", project, "--suspects")
    assert code == 0
    code, out = curator("suggest", project, "--doubtful", "--most", "3")
    assert code == 0
    assert len(out.splitlines()) <= 5
    code, out = curator("suggest", project, "--category", "nonsense")
    assert code == 1
    assert "no category 'nonsense'" in out


def test_a_list_names_weak_categories_and_why_it_is_empty(curator, project):
    _, out = curator("suggest", project, "--category", "tension")
    title = "Suggested clips of Tension, not better than chance until more clips are labelled: "
    assert f"{title}none. No clip is similar.\n" in out
    curator("decide", project, "--query", "emotion:none", "--drop")
    _, out = curator("suggest", project, "--doubtful")
    assert out.endswith(": none. All clips have a category.\n")


def test_weights_are_in_the_order_of_the_categories_and_say_what_cannot_be(curator, project):
    _, out = curator("weights", project, "--category", "excitement=2")
    assert [line.split()[0] for line in out.splitlines()] == ["question", "excitement", "neutral"]
    assert "excitement            8 clips, 2.00 times per epoch" in out
    assert (
        "A weight of 20 for neutral is out of range"
        in curator("weights", project, "--category", "neutral=20")[1]
    )
    assert (
        "A temperature of 2 is out of range" in curator("weights", project, "--temperature", "2")[1]
    )


def test_a_file_that_is_no_category_set_is_refused_in_a_sentence(curator, project, tmp_path):
    (tmp_path / "sound.flac").write_bytes(bytes(range(128, 256)))
    (tmp_path / "half.toml").write_text("key = 'half'\nname = 'Half'\n")
    code, errors = curator("categories", project, "use", tmp_path / "sound.flac")
    assert (code, "sound.flac is not a text file" in errors) == (1, True)
    code, errors = curator("categories", project, "use", tmp_path / "half.toml")
    assert (code, "it has no emotion." in errors) == (1, True)
    code, errors = curator("categories", project, "change", "neutral")
    assert (code, "No change was given." in errors) == (1, True)


def test_the_balance_tells_of_likely_clips_once_something_is_learned(curator, project):
    _, out = curator("balance", project)
    assert "likely" not in out
    assert "Export size:" in out
    curator("suggest", project)
    _, out = curator("balance", project)
    assert "suggested clips." in out
    _, out = curator("balance", project, "--json")
    found = json.loads(out)
    assert sum(each["likely"] for each in found["categories"]) > 5
    assert sum(found["lengths"]) == 24


def test_categories_are_listed_changed_and_brought_back(curator, project):
    _, out = curator("categories", project)
    assert "neutral" in out
    assert "8 clips, target 15 clips, 1 minutes" in out
    code, out = curator(
        "categories", project, "change", "neutral", "--name", "Calm", "--key", "calm"
    )
    assert (code, out) == (0, "Rename category: Neutral to Calm (8 clips).\n")
    code, out = curator("categories", project, "merge", "excitement", "calm")
    assert (code, out) == (0, "Merge category: Excitement into Calm (8 clips).\n")
    code, out = curator(
        "categories", project, "add", "Whisper", "--clips", "5", "--colour", "#112233"
    )
    assert code == 0
    _, out = curator("categories", project, "--json")
    listed = {line["key"]: line for line in map(json.loads, out.splitlines())}
    assert listed["calm"]["clips"] == 16
    assert (listed["whisper"]["target_clips"], listed["whisper"]["colour"]) == (5, "#112233")
    assert "excitement" not in listed
    for _ in range(3):
        curator("undo", project)
    _, out = curator("categories", project, "--json")
    listed = {line["key"]: line["clips"] for line in map(json.loads, out.splitlines())}
    assert (listed["neutral"], listed["excitement"]) == (8, 8)
    code, out = curator("categories", project, "add", "Neutral")
    assert code == 1
    assert "already" in out


def test_another_set_can_be_used(curator, project, tmp_path):
    code, out = curator("categories", project, "use", "audiobook")
    assert code == 0
    _, out = curator("categories", project, "--json")
    keys = [json.loads(line)["key"] for line in out.splitlines()]
    assert keys[:2] == ["narration", "dialogue"]
    assert "excitement" in keys
    (tmp_path / "bad.toml").write_text("key = 3")
    code, out = curator("categories", project, "use", tmp_path / "bad.toml")
    assert code == 1
    assert "cannot be read" in out


def test_weights_are_said_and_decided(curator, project):
    curator("decide", project, "--query", "id:1,4,7,10,13,16", "--emotion", "question")
    _, out = curator("weights", project)
    assert "question             14 clips, 1.00 times per epoch" in out
    _, out = curator("weights", project, "--temperature", "0", "--json")
    heard = {line["emotion"]: line["heard"] for line in map(json.loads, out.splitlines())}
    assert heard["neutral"] == pytest.approx(7.0)
    _, out = curator("weights", project, "--category", "neutral=0.5", "--temperature", "1")
    assert "neutral               2 clips, 0.50 times per epoch" in out
    for wrong in ("neutral=much", "nobody=2", "neutral=99"):
        assert curator("weights", project, "--category", wrong)[0] == 1
    assert curator("weights", project, "--temperature", "2")[0] == 1
    curator("undo", project)
    curator("undo", project)
    _, out = curator("weights", project)
    assert "clips, 1.00" in out
