"""Lists of two rows, one of them damaged: neither takes the other with it, and none is lost."""

import pytest

from curator.jobs.lists import read_list
from tests.helpers.sounds import tone, write_sound

ONE, TWO = "wavs/one.wav", "wavs/two.wav"


@pytest.fixture
def folder(tmp_path):
    for name in (ONE, TWO):
        write_sound(tmp_path / name, tone())
    return tmp_path


@pytest.mark.parametrize(
    ("rows", "texts", "refused"),
    [
        ((f"{ONE}|0", f"{TWO}|1|go home"), ["go home"], [1]),
        ((f"{ONE}|0|go home", f"{TWO}|"), ["go home"], [2]),
        (("one|go 9", "two|Mr. Hill|Mister Hill"), ["Mister Hill"], [1]),
        (("one|Mr. Hill|Mister Hill", "two|go"), ["Mister Hill"], [2]),
        (("one|go 9", "two|either|or"), ["go 9"], [2]),
        ((f"{ONE}|0|go", f"{TWO}|1|bye\0\x1b"), ["go"], [2]),
        ((f'{ONE}|joe|EN|"go', f'{TWO}|joe|EN|now | "stop'), ['"go', 'now | "stop'], []),
        (("text,file_name", f"go,{ONE}", '""'), ["go"], [3]),
    ],
)
def test_each_row_is_read_or_refused(folder, rows, texts, refused):
    (folder / "filelist.txt").write_text("\n".join(rows))
    listed = read_list(folder)
    assert [clip.text for clip in listed.clips] == texts
    assert [row.line for row in listed.refused] == refused


def test_a_file_beside_labelled_folders_that_is_not_read_is_named(folder):
    (folder / "notes.txt").write_bytes(bytes(range(32)) * 3)
    listed = read_list(folder)
    assert [clip.emotion for clip in listed.clips] == ["wavs", "wavs"]
    assert listed.notes == ("notes.txt: it is not text; it was not read.",)
