"""Snapshots and comparisons as people and programs see them."""

import json

import pytest

from curator.cli.arguments import parser
from curator.domain.decision import keep
from curator.export.formats import formats
from tests.helpers.factories import a_project


@pytest.fixture
def project(tmp_path):
    """Six undecided clips of one recording."""
    a_project(tmp_path).close()
    return tmp_path / "show.curator"


def test_a_snapshot_is_taken_listed_compared_gone_back_to_and_removed(curator, project):
    assert curator("snapshot", project, "monday")[:2] == (0, "Took monday: 0 of 6 clips kept.\n")
    curator("decide", project, "--query", "", "--keep")
    code, out, _ = curator("compare", project, "monday")
    assert (code, out.splitlines()[0]) == (0, "From monday to now: 6 added.")
    code, out, _ = curator("snapshot", project, "--back", "monday")
    assert (code, out) == (0, "Go back to: monday (6 clips).\n")
    assert curator("compare", project, "monday")[1] == "monday and now are the same.\n"
    assert curator("undo", project)[1] == "Undid: Go back to: monday.\n"
    assert "monday  0 of 6 clips kept" in curator("snapshot", project, "--list")[1]
    assert curator("snapshot", project, "--remove", "monday")[0] == 0
    assert curator("snapshot", project, "--list")[1] == ""


def test_going_back_says_that_weights_and_categories_are_what_they_were(curator, project):
    curator("snapshot", project, "monday")
    curator("weights", project, "--temperature", "0.5")
    curator("categories", project, "remove", "tension")
    assert curator("compare", project, "monday")[1].splitlines() == [
        "From monday to now: no clip differs.",
        "No longer among the categories: Tension.",
        "Categories are heard by a temperature of 0.5 instead of 1.",
    ]
    _, out, _ = curator("compare", project, "monday", "--json")
    assert len(json.loads(out)["summary"]["of_project"]) == 2
    _, out, _ = curator("snapshot", project, "--back", "monday")
    assert out == "Go back to: monday (categories, weights).\n"
    assert curator("compare", project, "monday")[1] == "monday and now are the same.\n"
    assert curator("snapshot", project, "--back", "monday")[1] == "Nothing to change.\n"


def test_differences_are_lines_of_json_for_programs(curator, project):
    curator("snapshot", project, "monday")
    curator("decide", project, "--query", "id:1", "--emotion", "tension")
    taken = json.loads(curator("snapshot", project, "tuesday", "--json")[1])
    assert (taken["name"], taken["clips"]) == ("tuesday", 6)
    _, out, _ = curator("compare", project, "monday", "tuesday", "--json")
    difference, summary = map(json.loads, out.splitlines())
    assert difference["kinds"] == ["relabelled"]
    assert (difference["before"]["emotion"], difference["after"]["emotion"]) == (None, "tension")
    assert summary["summary"]["relabelled"] == 1


def test_a_name_that_is_not_there_is_answered_with_those_that_are(curator, project):
    curator("snapshot", project, "monday")
    code, _, errors = curator("compare", project, "friday")
    assert code == 1
    assert "'monday'" in errors
    assert curator("snapshot", project, "x", "--list")[0] == 1


def test_another_project_is_merged_dry_asked_about_and_by_rule(curator, project, tmp_path):
    with a_project(tmp_path, name="other.curator") as other:
        other.decisions.apply(keep(other.clips.ids()[:2]))
    curator("decide", project, "--query", "id:1", "--drop")
    other = tmp_path / "other.curator"
    code, out, _ = curator("merge", project, other, "--dry-run")
    assert code == 0
    assert "1. clip 1: state is 'dropped' here and 'kept' there." in out
    code, _, errors = curator("merge", project, other)
    assert code == 1
    assert "mine, theirs or newer" in errors
    assert curator("merge", project, other, "--choose", "2=mine")[0] == 1
    code, out, _ = curator("merge", project, other, "--choose", "1=theirs", "--json")
    plan, done = [json.loads(line) for line in out.splitlines()][-2:]
    assert plan["plan"] == {"new": 0, "here": 6, "taken": 1, "left_out": 0, "conflicts": 1}
    assert done["merged"] == 2
    assert curator("undo", project)[1] == "Undid: Merge: other.curator.\n"


def test_every_export_format_is_named_in_the_help_and_can_be_asked_for(curator, project, tmp_path):
    export = parser()._subparsers._group_actions[0].choices["export"]
    words = " ".join(export.format_help().replace(",", " ").split())
    assert not [key for key in formats() if f" {key} " not in f"{words} "]
    code, _, errors = curator("export", project, tmp_path / "out", "--format", "wav2vec")
    assert (code, "no export format 'wav2vec'" in errors) == (1, True)
    code, out, _ = curator("export", project, tmp_path / "table", "--format", "table")
    assert (code, "Exported 6 clips to" in out and "0 kept" in out) == (0, True)
    assert (tmp_path / "table" / "clips.csv").is_file()
    assert curator("snapshot", project, "--list")[1].rstrip().endswith("(export)")
