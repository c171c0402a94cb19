"""The recordings of S24 are as long as asked, none is another's copy, and pieces make an hour."""

import numpy as np
import soundfile

from tests.benchmarks import analysis_hour
from tests.benchmarks.__main__ import modules
from tests.benchmarks.analysis import RECORDINGS, Agreement, Piece, recordings


def test_speech_that_is_repeated_is_varied(tmp_path):
    minutes = 16.0  # more than there is of real or made-up speech
    paths = recordings(tmp_path, minutes)
    sounds = [soundfile.read(path, dtype="int16")[0] for path in paths]
    assert len(sounds) == RECORDINGS
    assert sum(map(len, sounds)) == round(minutes * 60 * 16_000)
    starts = [sound[16_000:48_000].tobytes() for sound in sounds]
    assert len(set(starts)) == RECORDINGS
    whole = np.concatenate(sounds)
    first, again = whole[16_000:17_600], whole[48_000:]
    assert first.std() > 0
    assert first.tobytes() not in again.tobytes()


def test_pieces_are_other_speech(tmp_path):
    (first,) = recordings(tmp_path, 0.5, 1)
    whole = soundfile.read(first, dtype="int16")[0]
    (second,) = recordings(tmp_path, 0.25, 1, 0.25)
    assert np.array_equal(soundfile.read(second, dtype="int16")[0], whole[whole.size // 2 :])


def test_an_hour_goes_on_with_the_pieces_that_lack(tmp_path, monkeypatch):
    asked = []

    def fake_piece(number):
        asked.append(number)
        same = Agreement(0.01 * number, 0.01, 1.0 - 0.001 * number, 0.1)
        return Piece(240.0, 2, 10, "fake", 40.0, {"score": 30.0}, 120.0, {"speechmos": 90.0}, same)

    monkeypatch.setattr(analysis_hour, "piece", fake_piece)
    first = analysis_hour.hour_row(tmp_path, cpu_minutes=-1.0)
    assert (asked, first.measure) == ([0], "analysis of 4 min in 2 recordings, Whisper fake")
    monkeypatch.setattr(analysis_hour, "PIECES", 3)
    row = analysis_hour.hour_row(tmp_path)
    assert asked == [0, 1, 2]
    assert (row.ours, row.peer, row.ratio, row.passed) == (600.0, 1800.0, 3.0, True)
    assert row.measure.startswith("analysis of 12 min in 6 recordings")
    assert row.note.startswith("30 clips; words that differ 2.0%")
    assert "ours score 450; the peers speechmos 1350" in row.note


def test_an_hour_is_measured_on_request_only():
    assert "analysis_hour" not in modules()
