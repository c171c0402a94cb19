"""Times and media types in lists that refer to a film, a call or one channel."""

import gzip
import json
import re

import numpy as np
import pytest

from curator.audio.intake import take_in
from curator.audio.media_type import media_type
from curator.domain.decision import keep
from curator.domain.errors import CuratorError
from curator.domain.recording import USUAL, SoundChoice
from curator.export.project import export_project
from curator.export.settings import ExportSettings
from tests.helpers.factories import a_cut, an_empty_project
from tests.helpers.films import RATE, write_call, write_late_film, write_tracks
from tests.helpers.sounds import speech_like, tone, write_sound

VOICE = speech_like(2, rate=RATE)


def exported(folder, file, form, spans, choice=USUAL):
    """One kept clip for each span, seconds, in a format; the folder."""
    with an_empty_project(folder) as project:
        intake = take_in(file, project.cache, choice)
        recording = project.recordings.add(intake.recording(0, "", ""))
        project.clips.replace_cut(a_cut(recording, spans))
        project.decisions.apply(keep(project.clips.ids()))
        export_project(project, folder / form, ExportSettings(form))
    return folder / form


@pytest.fixture
def film(tmp_path):
    return write_late_film(tmp_path / "late.mp4", VOICE, 1.5)


def test_elan_names_the_film_as_one_with_the_times_of_its_picture(film, tmp_path):
    (path,) = exported(tmp_path, film, "elan", [(1.6, 2.6)]).glob("*.eaf")
    text = path.read_text(encoding="utf-8")
    assert f'MEDIA_URL="{film.as_uri()}"' in text
    assert 'MIME_TYPE="video/mp4"' in text
    assert sorted(set(re.findall(r'TIME_VALUE="(\d+)"', text))) == ["1600", "2600"]


def test_audacity_and_praat_have_the_times_of_the_film(film, tmp_path):
    folder = exported(tmp_path, film, "audacity", [(1.6, 2.6)])
    assert (folder / "late.txt").read_text().startswith("1.600000\t2.600000\t")
    again = tmp_path / "praat"
    again.mkdir()
    grid = (exported(again, film, "textgrid", [(1.6, 2.6)]) / "late.TextGrid").read_text()
    assert "xmin = 1.6" in grid
    assert float(re.findall(r"xmax = ([\d.]+)", grid)[0]) == pytest.approx(3.5, abs=0.1)


def cuts(folder):
    return [json.loads(line) for line in gzip.open(folder / "cuts.jsonl.gz", "rt")]


def test_lhotse_has_the_times_of_the_decoded_sound_which_has_no_gaps(tmp_path):
    call = write_call(tmp_path / "call.mkv", [(0.0, VOICE), (4.0, VOICE)])
    first, second = cuts(exported(tmp_path, call, "lhotse", [(0.5, 1.5), (4.5, 5.5)]))
    assert (first["start"], first["duration"]) == (0.5, 1.0)
    gap = 4.5 - second["start"]
    assert gap == pytest.approx(2.0, abs=0.05)
    assert second["recording"]["duration"] == pytest.approx(4.0, abs=0.1)


def test_lhotse_names_the_channel_and_refuses_a_further_track(tmp_path):
    stereo = write_sound(tmp_path / "s.wav", np.stack([VOICE, VOICE[::-1]], axis=1), RATE)
    choice = SoundChoice(channel="right")
    (cut,) = cuts(exported(tmp_path, stereo, "lhotse", [(0.5, 1.5)], choice))
    assert (cut["channel"], cut["type"]) == (1, "MonoCut")
    other = tmp_path / "other"
    other.mkdir()
    obs = write_tracks(other / "obs.mkv", [("Desktop", tone(1, rate=RATE)), ("Mic", VOICE)], 1)
    with pytest.raises(CuratorError, match="not the first track of its file"):
        exported(other, obs, "lhotse", [(0.5, 1.5)])


def test_media_types_are_those_of_what_is_in_the_file(film, tmp_path):
    call = write_call(tmp_path / "call.mkv", [(0.0, VOICE)])
    for path, container, expected in (
        (film, "mp4", "video/mp4"),
        (call, "mkv", "audio/x-matroska"),
        (write_sound(tmp_path / "a.wav", VOICE), "wav", "audio/x-wav"),
        (write_sound(tmp_path / "a.mp3", VOICE), "mp3", "audio/mpeg"),
        (tmp_path / "gone.mp4", "mp4", "audio/mp4"),
        (tmp_path / "gone.xyz", "xyz", "audio/*"),
    ):
        assert media_type(path, container) == expected
