import json
import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curator.domain.errors import CuratorError
from curator.export import manifest
from curator.export.manifest import (
    BrokenManifest,
    ManifestRow,
    Source,
    manifest_bytes,
    read_manifest,
    rows_from,
)


def a_row(number=1, **different):
    name = f"clip_{number:06d}"
    values = {
        "id": name,
        "audio": f"wavs/{name}.wav",
        "sha256": f"{number:064x}",
        "rate": 22_050,
        "samples": 44_100,
        "duration_s": 2.0,
        "text": f"Sentence {number}, “ő”.",
        "language": "en",
        "speaker": "host",
        "emotion": None,
        "split": "train",
        "weight": 1.0,
        "group": "abc-1",
        "source": Source("show.wav", "f" * 64, 1.0, 3.0),
        "scores": {"snr": 21.5},
        "recipe": None,
    }
    return ManifestRow(**(values | different))


ROWS = [a_row(1), a_row(2, emotion="tension", split="eval"), a_row(3, scores={})]

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
numbers = st.floats(0, 1e9, allow_nan=False)
rows = st.builds(
    a_row,
    st.integers(1, 10**6),
    text=texts,
    language=texts,
    speaker=texts.filter(bool),
    emotion=st.none() | texts,
    weight=st.floats(1e-6, 1e6),
    duration_s=numbers,
    scores=st.dictionaries(texts, st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    source=st.builds(Source, texts, st.just("0" * 64), numbers, numbers),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, max_size=5, unique_by=lambda row: row.id))
@example([])
def test_what_is_written_is_read_back(written):
    assert rows_from(manifest_bytes(written)) == written


def test_a_manifest_is_one_json_object_a_line_in_readable_utf_8():
    lines = manifest_bytes(ROWS).decode("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row.id for row in ROWS]
    assert "ő" in lines[0]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_is_not_written(value):
    with pytest.raises(ValueError, match="clip_000001"):
        manifest_bytes([a_row(scores={"snr": value})])


def broken_line(change):
    """The second of three lines changed; what reading it complains about."""
    lines = manifest_bytes(ROWS).split(b"\n")
    lines[1] = change(lines[1])
    with pytest.raises(BrokenManifest) as caught:
        rows_from(b"\n".join(lines))
    return caught.value.sentence


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace(b'"samples":44100', b'"samples":-1'),
        lambda line: line.replace(b'"samples":44100', b'"samples":"many"'),
        lambda line: line.replace(b'"split":"eval"', b'"split":"test"'),
        lambda line: line.replace(b'"weight":1.0', b'"weight":0'),
        lambda line: line.replace(b'"speaker":"host"', b'"speaker":""'),
        lambda line: line.replace(b'"rate":22050,', b""),
        lambda line: line.replace(b'"recipe":null', b'"recipe":null,"more":1'),
        lambda line: line.replace(b'"id":"clip_000002"', b'"id":"clip_000001"'),
        lambda line: line.replace(b"clip_000002", b"clip_000001"),
        lambda line: line.replace(b"clip_000002", b"../000002"),
        lambda line: line.replace(b"wavs/clip_000002.wav", b"/etc/passwd"),
        lambda line: line.replace(b'"sha256":"', b'"sha256":"X', 1),
        lambda line: line.replace(b"f" * 64, b"F" * 64),
        lambda line: line[:-1],
        lambda line: line + line,
        lambda line: line.replace(b"Sentence", b"\xff\xfe"),
        lambda line: b"",
        lambda line: b"null",
    ],
)
def test_a_wrong_line_is_named(change):
    assert "line 2:" in broken_line(change)


def test_a_last_line_without_an_end_is_cut_off():
    with pytest.raises(BrokenManifest, match="line 3: it is truncated"):
        rows_from(manifest_bytes(ROWS)[:-1])


def test_a_manifest_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BrokenManifest, match=r"manifest\.jsonl cannot be read"):
        read_manifest(tmp_path / "manifest.jsonl")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_flipped_byte_is_harmless_or_named_with_its_line(data):
    content = bytearray(manifest_bytes(ROWS))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    line = bytes(content[:place]).count(b"\n") + 1
    try:
        found = rows_from(bytes(content))
    except BrokenManifest as error:
        named = int(error.sentence.split("line ")[1].split(":")[0])
        assert named in (line, line + 1)  # a line end that is gone shows where the next one begins
    else:
        assert [row.split for row in found].count("eval") == 1
        assert len(found) == len(ROWS)


def test_a_manifest_that_no_reader_takes_is_not_written(monkeypatch):
    monkeypatch.setattr(manifest, "LARGEST", len(manifest_bytes(ROWS)))
    manifest_bytes(ROWS)
    monkeypatch.setattr(manifest, "LARGEST", len(manifest_bytes(ROWS)) - 1)
    with pytest.raises(CuratorError, match=r"The manifest of \d+ clips has .* MB; the"):
        manifest_bytes(ROWS)
