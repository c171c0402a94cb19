"""Encoder output of recordings: means over half seconds and over clips."""

import numpy as np
import pytest

from curator.domain.span import Span
from curator.stages.transcription.encodings import (
    BLOCK,
    FRAME,
    block_means,
    mean_of,
    recording_blocks,
    stored_blocks,
    write_blocks,
)

HASH, OTHER = "a" * 64, "b" * 64


def frames_of(seconds, value):
    return np.full((round(seconds * 50), 3), value, np.float32)


def test_a_block_is_the_mean_of_its_frames():
    frames = np.arange(60, dtype=np.float32)[:, None]
    assert block_means(frames).ravel().tolist() == [12.0, 37.0, 54.5]


def test_pieces_lie_where_they_were_spoken_and_silence_is_unknown():
    pieces = [
        (Span(0, 2 * BLOCK), block_means(frames_of(1, 1.0))),
        (Span(4 * BLOCK, 6 * BLOCK), block_means(frames_of(1, 5.0))),
        (Span(6 * BLOCK, 7 * BLOCK), None),
    ]
    blocks = recording_blocks(pieces, 7 * BLOCK + 1)
    assert blocks.shape == (8, 3)
    assert blocks[:, 0].tolist()[:2] == [1.0, 1.0]
    assert np.isnan(blocks[2:4]).all()
    assert blocks[4:6, 0].tolist() == [5.0, 5.0]
    assert np.isnan(blocks[6:]).all()
    assert recording_blocks([(Span(0, BLOCK), None)], BLOCK) is None


def test_the_mean_of_a_clip_weighs_what_lies_in_it():
    blocks = np.array([[0.0], [1.0], [np.nan], [4.0]], np.float16)
    assert mean_of(blocks, Span(BLOCK // 2, 2 * BLOCK)) == pytest.approx(2 / 3)
    assert mean_of(blocks, Span(2 * BLOCK, 4 * BLOCK)) == pytest.approx(4.0)
    assert mean_of(blocks, Span(2 * BLOCK, 3 * BLOCK)) is None
    assert mean_of(blocks, Span(9 * BLOCK, 10 * BLOCK)) is None
    assert BLOCK == 25 * FRAME


def test_blocks_of_the_model_that_most_recordings_have_are_read(tmp_path):
    one, two = np.ones((4, 3), np.float16), np.zeros((2, 5), np.float16)
    write_blocks(tmp_path, HASH, "base:1", one)
    write_blocks(tmp_path, OTHER, "base:1", 2 * one)
    write_blocks(tmp_path, HASH, "small.en", two)
    stored = stored_blocks(tmp_path, {1: HASH, 2: OTHER, 3: "c" * 64})
    assert sorted(stored) == [1, 2]
    np.testing.assert_array_equal(stored[1], one)
    np.testing.assert_array_equal(stored[2], 2 * one)
    assert stored_blocks(tmp_path, {3: "c" * 64}) == {}


@pytest.mark.parametrize("damage", [b"", b"short", b"\xff" * 24, b"\x01" + b"\0" * 300])
def test_a_damaged_file_is_left_out(tmp_path, damage):
    write_blocks(tmp_path, HASH, "base", np.ones((4, 3), np.float16))
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage)
    assert stored_blocks(tmp_path, {1: HASH}) == {}
