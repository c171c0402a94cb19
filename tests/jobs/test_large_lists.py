"""Lists that would take gigabytes or minutes are refused by a sentence."""

import gzip

import pytest

from curator.domain.errors import CuratorError
from curator.domain.foreign_files import MOST_VALUES, parse_json
from curator.jobs.lists import read_list
from curator.jobs.lists.text_file import LONGEST_LINE, MOST_LIST_LINES
from tests.helpers.fuzz import counted

pytestmark = pytest.mark.timeout(120)
MB = 1 << 20
HEAD = b"file_name|text\n"
LARGE = {
    "rows": (".csv", HEAD + b"a.wav|t\n" * (MOST_LIST_LINES + 1), "more than 500,000 lines"),
    "blank lines": (".csv", HEAD + b"\n" * (120 * MB), "more than 500,000 lines"),
    "one line": (".csv", b"|" * (100 * MB), "shorter than a million letters"),
    "wide letters": (
        ".csv", HEAD + "\U0001f600".encode() + b"a" * (70 * MB), "more than 256 MB of memory"
    ),
    "an array of lists": (".json", b"[" + b"[]," * (40 * MB) + b"[]]", "4,000,000 values"),
    "compressed": (".csv.gz", gzip.compress(HEAD + b"a|t\n" * (30 * MB)), "500,000 lines"),
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_a_list_beyond_the_limits_is_one_sentence(tmp_path, name):
    suffix, content, sentence = LARGE[name]
    path = tmp_path / f"list{suffix}"
    path.write_bytes(content)
    with counted("large lists", name), pytest.raises(CuratorError, match=sentence):
        read_list(path)


def test_all_lists_of_a_folder_together_are_limited(tmp_path, monkeypatch):
    monkeypatch.setattr("curator.jobs.lists.LARGEST", MB)
    text = HEAD + (b"a.wav|" + b"t" * 1000 + b"\n") * (MB // 2 // 1007)
    for number in range(8):
        (tmp_path / f"{number}.csv.gz").write_bytes(gzip.compress(text, 1))
    notes = " ".join(read_list(tmp_path).notes)
    assert notes.count("the lists before it have 1 MB; it was not read") == 5


def test_a_long_row_costs_only_itself(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"")
    long = "a" * (LONGEST_LINE + 1)
    (tmp_path / "l.csv").write_text(f"file_name|text\na.wav|{long}\na.wav|short\n")
    (tmp_path / "l.jsonl").write_text(
        f'{{"audio_filepath": "a.wav", "text": "{long}"}}\n{{"audio_filepath": "a.wav"}}\n'
    )
    for name, line in (("l.csv", 2), ("l.jsonl", 1)):
        listed = read_list(tmp_path / name)
        assert len(listed.clips) == 1
        (refused,) = listed.refused
        assert (refused.line, refused.reason) == (line, "it is longer than a million letters")


def test_an_open_quote_is_looked_for_in_linear_time(tmp_path):
    row = '"' + "a" * 2000 + "\n" + ('x"b"y' + "b" * 2000 + "\n") * 49
    (tmp_path / "l.csv").write_text("file_name,text\n" + row * (16 * MB // len(row)))
    with counted("large lists", "quotes"), pytest.raises(CuratorError, match="None of the"):
        read_list_and_use(tmp_path / "l.csv")


def read_list_and_use(path):
    if not read_list(path).clips:
        raise CuratorError("None of the rows can be used.")


def test_json_of_very_many_values_is_not_parsed():
    for text in (b"[" + b"[]," * MOST_VALUES + b"[]]", "[" + "1," * MOST_VALUES + "1]"):
        with pytest.raises(ValueError, match="4,000,000 values"):
            parse_json(text)
    assert parse_json(b"[1, 2]") == [1, 2]
