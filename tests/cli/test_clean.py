"""What people and programs see of ``curator clean``; the work itself is stood in for."""

import json

import pytest

from curator.cli.arguments import run
from curator.domain.cleaning import BeforeAfter, CleaningComparison, judged
from curator.jobs import cleaning
from curator.stages.cleaning.recipes import read_recipe
from curator.store.project import Project
from tests.helpers.factories import a_project

GOOD = {"dnsmos_bak": BeforeAfter(2.1, 3.6), "similarity": BeforeAfter(0.91, 0.9)}
BAD = {"dnsmos_bak": BeforeAfter(2.1, 3.6), "similarity": BeforeAfter(0.91, 0.7)}


@pytest.fixture
def show(tmp_path, monkeypatch):
    """A project of six clips, of which the guard refuses the first and cannot judge the last."""
    with a_project(tmp_path) as opened:
        first, *others, _ = opened.clips.ids()

    def clean(work, options, recipe, clips):
        work.project.cleanings.add_recipe(recipe)
        work.project.cleanings.add_recipe(read_recipe("none"))
        measures = {clip: BAD if clip == first else GOOD for clip in (first, *others)}
        verdicts = {clip: judged(its) for clip, its in measures.items() if clip in clips}
        return cleaning.Outcome(recipe, verdicts, measures)

    monkeypatch.setattr(cleaning, "clean", clean)
    monkeypatch.setattr(cleaning, "follow", lambda work, options, clips: 0)
    return tmp_path / "show.curator"


def recipes_of(show):
    with Project.open(show, write=False) as project:
        return project.cleanings.of_clips()


def test_accepted_clips_get_the_recipe_and_refused_ones_a_reason(show, capsys):
    assert run(["clean", str(show), "--recipe", "noise", "--query", "duration>0"]) == 0
    said = capsys.readouterr().out
    assert "Clean by noise (4 clips)." in said
    assert "background 2.1 -> 3.6, voice 0.91 -> 0.90" in said
    assert "refused: the voice has changed: similarity 0.91 -> 0.70" in said
    assert "Not measured, left unchanged: 1." in said
    assert set(recipes_of(show).values()) == {read_recipe("noise").hash}
    assert len(recipes_of(show)) == 4
    assert run(["undo", str(show)]) == 0
    assert recipes_of(show) == {}


def test_whole_recordings_leave_the_others_as_recorded(show, capsys):
    assert run(["clean", str(show), "--recipe", "noise", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["accepted"] for line in lines] == [False, True, True, True, True]
    found = list(recipes_of(show).values())
    assert found.count(read_recipe("none").hash) == 2
    assert found.count(read_recipe("noise").hash) == 4


def test_a_comparison_is_a_table_with_the_best(show, capsys, monkeypatch):
    def compare(work, options, recipes):
        (recording,) = work.project.recordings.all()
        overall, voice = BeforeAfter(2.0, 3.0), BeforeAfter(0.9, 0.89)
        return {
            recording.id: [CleaningComparison(r.name, 6, 0.0, 1.0, overall, voice) for r in recipes]
        }

    monkeypatch.setattr(cleaning, "compare", compare)
    assert run(["clean", str(show), "--compare", "--recipe", "noise"]) == 0
    said = capsys.readouterr().out
    assert "show.wav: noise" in said
    assert "2.00 -> 3.00" in said
    assert run(["clean", str(show), "--compare", "--recipe", "noise", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["best"] == "noise"


def test_without_a_recipe_what_is_lacking_is_made_again(show, capsys):
    assert run(["clean", str(show)]) == 0
    assert "All cleaned audio is present." in capsys.readouterr().out


def test_wrong_words_are_refused_with_a_hint(show, capsys):
    assert run(["clean", str(show), "--recipe", "magic"]) == 1
    assert "Choose one of: none" in capsys.readouterr().err
    assert run(["clean", str(show), "--recipe", "noise", "--recipe", "hum"]) == 1
    assert "--compare" in capsys.readouterr().err
    assert run(["clean", str(show), "--recipe", "noise", "--query", "duration>9999"]) == 1
    assert run(["clean", str(show), "--list", "--json"]) == 0
