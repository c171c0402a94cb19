import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curator.stages.transcription.packing import GAP, ROOM, Chunk, packed


def pieces(*seconds):
    return [
        Chunk(number, np.full(round(s * 16_000), number + 1, np.float32))
        for number, s in enumerate(seconds)
    ]


@given(st.lists(st.floats(0.1, 28.0), max_size=20))
def test_every_piece_is_in_one_window_and_no_window_is_too_long(seconds):
    windows = list(packed(pieces(*seconds)))
    assert [p.owner for window in windows for p in window.pieces] == list(range(len(seconds)))
    assert all(len(window.samples) <= ROOM for window in windows)


def test_pieces_keep_their_sound_and_are_apart():
    (window,) = packed(pieces(1.0, 2.0))
    assert window.starts == (0, 16_000 + GAP)
    assert np.all(window.samples[:16_000] == 1)
    assert np.all(window.samples[16_000 : 16_000 + GAP] == 0)
    assert np.all(window.samples[16_000 + GAP :] == 2)


def test_a_time_in_a_gap_belongs_to_the_nearer_piece():
    (window,) = packed(pieces(1.0, 2.0, 0.5))
    assert window.place(8_000) == 0
    assert window.place(16_000 + GAP * 0.4) == 0
    assert window.place(16_000 + GAP * 0.6) == 1
    assert window.place(10**9) == 2
