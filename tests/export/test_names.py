"""Names of exported files: unique and allowed on every system."""

import dataclasses
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.system import FORBIDDEN, MAX_STEM_BYTES, RESERVED, portable_stem
from curator.export.listing import safe_names
from tests.helpers.factories import a_recording, an_empty_project

PARTS = [
    "a",
    "A",
    "-",
    "1",
    "2",
    "_",
    ".",
    " ",
    "\u00e9",
    "e\u0301",
    "\u00df",
    "ss",
    "\u0130",
    "CON",
    "\u212b",
]
CLASHES = [
    ["a", "A"],
    ["\u00e9", "e\u0301"],
    ["a", "A", "a-2"],
    ["a", "A", "a-1", "A-2", "a-2_"],
    ["a.", "a ", "a"],
    ["CON", "con", "_con", "_CON"],
    ["stra\u00dfe", "STRASSE"],
    ["\u212b", "\u00c5", "a\u030a"],
    ["?", "*", "_"],
    ["", ".", " . "],
]


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    with an_empty_project(tmp_path_factory.mktemp("names")) as project:
        a_recording(project)
        return project.recordings.all()[0]


def compared(name: str) -> str:
    """Name as NTFS and APFS compare it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def assert_apart(recording, stems):
    recordings = {
        number: dataclasses.replace(recording, id=number, path=Path("/speech") / f"{stem}.wav")
        for number, stem in enumerate(stems, start=1)
    }
    names = safe_names(recordings)
    assert names.keys() == recordings.keys()
    assert len({compared(name) for name in names.values()}) == len(stems)
    for name in names.values():
        assert unicodedata.is_normalized("NFC", name)
        assert name == name.strip(" ").rstrip(".")
        assert not set(name) & FORBIDDEN
        assert name.partition(".")[0].rstrip().casefold() not in RESERVED


@pytest.mark.parametrize("stems", CLASHES, ids=map(repr, CLASHES))
def test_names_that_some_file_systems_do_not_tell_apart(recording, stems):
    assert_apart(recording, stems)


@given(st.lists(st.lists(st.sampled_from(PARTS), max_size=5).map("".join), max_size=8))
def test_any_names_of_recordings_are_apart(recording, stems):
    assert_apart(recording, stems)


@pytest.mark.parametrize(
    "name",
    [
        "CON",
        "con.txt",
        "Nul ",
        "COM1",
        "com\u00b9",
        "LPT\u00b3.a",
        "CONIN$",
        "aux.",
        "lpt0",
        "PRN . x",
    ],
)
def test_names_of_devices_are_changed(name):
    stem = portable_stem(name, "recording")
    assert stem.startswith("_")
    assert len(stem.encode()) <= MAX_STEM_BYTES + 1
