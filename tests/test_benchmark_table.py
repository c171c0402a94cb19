"""The table of `make bench` leaves nothing out and hides no failure."""

import json

from tests.benchmarks import __main__ as bench
from tests.benchmarks.rows import Row


def a_row(identity: str = "S1", **changed: object) -> Row:
    row = {
        "id": identity,
        "measure": "embeddings",
        "peer_name": "the peer",
        "peer": 9.0,
        "ours": 3.0,
        "unit": "s",
        "pass_line": 3.0,
        "equal": True,
        "note": "cosine 1.0",
    }
    return Row(**{**row, **changed})


def lines_of(*rows: Row, failure: str = "", expected: tuple[str, ...] = ()) -> list[bench.Line]:
    taken = tuple(bench.as_line(row) for row in rows)
    return bench.all_lines([bench.Outcome("voices", taken, failure)], expected)


def test_a_row_carries_what_readers_of_the_file_expect():
    (line,) = lines_of(a_row())
    asked = ("id", "measure", "peer", "ours", "ratio", "pass_line", "equal", "passed")
    assert [line[key] for key in asked] == ["S1", "embeddings", 9.0, 3.0, 3.0, 3.0, True, True]


def test_a_module_that_breaks_keeps_its_rows_and_adds_a_failed_one():
    lines = lines_of(a_row(), failure="ValueError: no")
    assert [line["passed"] for line in lines] == [True, False]
    assert lines[1]["note"] == "ValueError: no"


def test_a_module_without_rows_is_a_failed_row():
    (line,) = lines_of()
    assert not line["passed"]


def test_a_measure_that_nothing_took_is_a_failed_row():
    lines = lines_of(a_row("S16"), expected=("S1", "S16"))
    assert [(line["id"], line["passed"]) for line in lines] == [("S1", False), ("S16", True)]


def test_a_variant_counts_as_its_measure():
    for identity, name in (("S4 exact", "S4"), ("S8-p95", "S8"), ("map-open", "map-open")):
        assert [line["id"] for line in lines_of(a_row(identity), expected=(name,))] == [identity]


def test_rows_stand_in_the_order_of_their_numbers():
    lines = lines_of(a_row("S16"), a_row("S3"), a_row("S1"))
    assert [line["id"] for line in lines] == ["S1", "S3", "S16"]


def test_a_row_that_is_fast_but_not_equal_does_not_pass():
    (line,) = lines_of(a_row(equal=False))
    assert not line["passed"]
    assert bench.verdict(line) == "NOT EQUAL"


def test_a_row_below_its_line_says_so():
    (line,) = lines_of(a_row(ours=8.0))
    assert bench.verdict(line) == "MISSED"
    assert "MISSED" in bench.table([line])


def test_figures_that_are_no_numbers_do_not_reach_the_file():
    (line,) = lines_of(a_row(ours=0.0, peer=float("nan")))
    assert json.loads(json.dumps(line, allow_nan=False))["passed"] is False


def test_a_process_that_was_killed_is_named_by_its_signal():
    assert bench.reason_of(-9, "") == "ended by SIGKILL"
    assert bench.reason_of(1, "Traceback\nValueError: no\n") == "ValueError: no"
