"""What the peer's own formatter reads from the metadata files is what was exported."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curator.domain.languages import folded
from curator.export.formats.coqui import metadata
from tests.export.test_manifest import a_row
from tests.helpers.bundles import a_bundle

HARD_TEXTS = [
    '"Quoted," he said.',
    'He said "stop" twice.',
    '"',
    '""',
    "one|two",
    "it's; a, test\tof\nlines\r\nand more",
    "=HYPERLINK(1)",
    "+1 -2 @home",
    "'",
    "\u2028 line \x0b separators \x0c and \x85 more",
    "Ünï “çödé” ő",
    "\\n \\",
]


def read_as_coqui_does(content: bytes) -> list[dict[str, str]]:
    """The same calls as its formatter makes, without its 10 seconds of imports."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter="|"))


def rows_of(texts, **different):
    return [a_row(i, text=folded(text), **different) for i, text in enumerate(texts)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",))), max_size=4))
@example(HARD_TEXTS)
def test_any_text_comes_back_as_it_is_in_the_manifest(texts):
    rows = rows_of(texts)
    found = read_as_coqui_does(metadata(rows))
    assert [line["text"] for line in found] == [row.text for row in rows]
    assert [line["audio_file"] for line in found] == [row.audio for row in rows]


def test_columns_are_those_of_the_coqui_formatter():
    content = metadata(rows_of(["Hello"], emotion="tension"))
    assert content == (
        b"audio_file|text|speaker_name|emotion_name\nwavs/clip_000000.wav|Hello|host|tension\n"
    )


def test_a_clip_without_a_category_has_an_empty_one():
    (line,) = read_as_coqui_does(metadata(rows_of(["Hello"])))
    assert line["emotion_name"] == ""


def test_a_text_that_a_spreadsheet_would_run_is_not_altered():
    content = metadata(rows_of(["=HYPERLINK(1)"]))
    assert b"|=HYPERLINK(1)|" in content


@pytest.mark.slow
@pytest.mark.model
def test_coqui_tts_reads_the_clips_back(tmp_path):
    from trainer.backends.xtts.coqui import coqui

    read_back = coqui("tts.datasets.formatters").coqui
    bundle = a_bundle(tmp_path)
    hard = rows_of(HARD_TEXTS, emotion="tension")
    for row in hard:
        (bundle.path / row.audio).touch()
    (bundle.path / "metadata_hard.csv").write_bytes(metadata(hard))
    read = {name: read_back(str(bundle.path), f"metadata_{name}.csv") for name in ("train", "eval")}
    assert (len(read["train"]), len(read["eval"])) == (bundle.train, bundle.evaluation)
    found = read_back(str(bundle.path), "metadata_hard.csv")
    assert [item["text"] for item in found] == [row.text for row in hard]
    assert {item["speaker_name"] for item in found} == {"host"}
    assert {item["emotion_name"] for item in found} == {"tension"}
