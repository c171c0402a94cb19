"""Import: tracks, channels, gaps and re-tagged files."""

import json
from pathlib import Path

import numpy as np
import pytest

from curator.audio.excerpts import Excerpts
from curator.cli.arguments import run
from curator.domain.decision import keep
from curator.domain.recording import EACH, MIX, USUAL, SoundChoice
from curator.domain.span import Span
from curator.jobs.context import JobContext
from curator.jobs.intake import import_paths
from curator.jobs.merging import merge, plan_merge
from tests.helpers.factories import an_empty_project, some_clips
from tests.helpers.films import RATE, write_call, write_late_film, write_tracks
from tests.helpers.sounds import speech_like, tone, write_sound

VOICE = speech_like(2, rate=RATE)


class Said:
    """Progress that keeps what is said."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.failures: list[str] = []

    def started(self, step: str, items: int, seconds: float) -> None:
        pass

    def progressed(self, items: int, seconds: float) -> None:
        pass

    def failed(self, sentence: str) -> None:
        self.failures.append(sentence)

    def noted(self, sentence: str) -> None:
        self.notes.append(sentence)

    def finished(self) -> None:
        pass


@pytest.fixture
def project(tmp_path):
    with an_empty_project(tmp_path) as made:
        yield made


def imported(project, *paths: Path, choice: SoundChoice = USUAL) -> Said:
    said = Said()
    import_paths(JobContext.at_once(project, said), paths, choice=choice)
    return said


def whole(recording) -> np.ndarray:
    with Excerpts() as excerpts:
        return excerpts.read(recording, Span(0, recording.samples)).samples


def loudest_hz(sound: np.ndarray, rate: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * rate / sound.size)


# Tracks and channels


@pytest.fixture
def obs(tmp_path):
    tracks = [("Desktop", tone(1, 300, RATE)), ("Mic", tone(1, 1000, RATE))]
    return write_tracks(tmp_path / "obs.mkv", tracks, default=1)


def test_the_track_with_the_default_flag_is_taken_and_said(project, obs):
    said = imported(project, obs)
    (recording,) = project.recordings.all()
    assert recording.name == "obs.mkv (track 2)"
    assert loudest_hz(whole(recording), RATE) == pytest.approx(1000, abs=2)
    assert said.notes == [
        'obs.mkv (track 2): it has 2 sound tracks (1 "Desktop", 2 "Mic"); its default, track 2 '
        '"Mic" was taken'
    ]


@pytest.mark.parametrize("track", ["1", "desktop"])
def test_a_track_is_chosen_by_number_or_title(project, obs, track):
    imported(project, obs, choice=SoundChoice(track))
    (recording,) = project.recordings.all()
    assert loudest_hz(whole(recording), RATE) == pytest.approx(300, abs=2)
    imported(project, obs, choice=SoundChoice("2"))
    assert [each.name for each in project.recordings.all()] == ["obs.mkv", "obs.mkv (track 2)"]


def test_a_track_that_is_not_there_is_refused_with_those_there_are(project, obs, tmp_path):
    said = imported(project, obs, choice=SoundChoice("Music"))
    assert "no sound track 'Music'" in said.failures[0]
    assert '1 "Desktop", 2 "Mic"' in said.failures[0]
    plain = write_sound(tmp_path / "a.wav", tone(0.2))
    assert "no sound track '2'" in imported(project, plain, choice=SoundChoice("2")).failures[0]
    assert project.recordings.all() == []


def stereo(folder: Path, left: np.ndarray, right: np.ndarray, name: str = "call.wav") -> Path:
    return write_sound(folder / name, np.stack([left, right], axis=1), RATE)


def test_one_recording_a_channel(project, tmp_path):
    call = stereo(tmp_path, tone(1, 300, RATE), tone(1, 1000, RATE))
    said = imported(project, call)
    assert "its two channels hold different sound" in said.notes[0]
    imported(project, call, choice=SoundChoice(channel=EACH))
    mixed, left, right = project.recordings.all()
    assert [each.name for each in (mixed, left, right)] == [
        "call.wav", "call.wav (left)", "call.wav (right)"
    ]  # fmt: skip
    assert loudest_hz(whole(left), RATE) == pytest.approx(300, abs=2)
    assert loudest_hz(whole(right), RATE) == pytest.approx(1000, abs=2)
    assert len({each.cache_key for each in (mixed, left, right)}) == 3
    imported(project, call, choice=SoundChoice(channel="left"))
    assert len(project.recordings.all()) == 3


def test_a_channel_that_is_not_there_is_refused(project, tmp_path):
    call = stereo(tmp_path, VOICE, VOICE)
    said = imported(project, call, choice=SoundChoice(channel="3"))
    assert "it has 2 channels; there is no channel 3" in said.failures[0]
    plain = write_sound(tmp_path / "mono.wav", VOICE, RATE)
    assert imported(project, plain, choice=SoundChoice(channel="right")).failures == []


@pytest.mark.parametrize("times", [-1.0, -0.98])
def test_channels_of_opposite_phase_are_not_mixed_unless_it_is_chosen(project, tmp_path, times):
    call = stereo(tmp_path, VOICE, VOICE * np.float32(times))
    said = imported(project, call)
    (recording,) = project.recordings.all()
    assert np.abs(whole(recording) - VOICE).max() < 1e-4
    sentence = "its channels are of nearly opposite phase and would cancel each other; the left"
    assert sentence in said.notes[0]
    assert recording.notes[0].startswith(sentence)
    said = imported(project, call, choice=SoundChoice(channel=MIX))
    assert "cancel each other in the mix, as chosen" in said.notes[0]
    assert np.abs(whole(project.recordings.all()[1])).max() < 0.02


# The clock of the file


@pytest.mark.parametrize("form", ["matroska", "mp4"])
def test_a_gap_in_the_time_stamps_is_kept_as_silence_of_its_length(project, tmp_path, form):
    call = write_call(tmp_path / "call", [(0.0, VOICE), (4.0, VOICE)], form)
    said = imported(project, call)
    (recording,) = project.recordings.all()
    sound = whole(recording)
    second = np.flatnonzero(np.abs(sound[3 * RATE :]) > 0.02)[0] / RATE + 3
    first = np.flatnonzero(np.abs(sound) > 0.02)[0] / RATE
    assert second - first == pytest.approx(4.0, abs=0.03)
    assert recording.seconds == pytest.approx(4.0 + VOICE.size / RATE, abs=0.05)
    assert not sound[round(2.2 * RATE) : round(3.8 * RATE)].any()
    assert "it has a gap of 2.0" in said.notes[0]


def test_sound_that_begins_late_stands_at_the_time_of_the_film(project, tmp_path):
    said = imported(project, write_late_film(tmp_path / "late.mp4", VOICE, 1.5))
    (recording,) = project.recordings.all()
    sound = whole(recording)
    late = (np.flatnonzero(np.abs(sound) > 0.02)[0] - np.flatnonzero(VOICE > 0.02)[0]) / RATE
    assert late == pytest.approx(1.5, abs=0.06)
    assert recording.seconds == pytest.approx(3.5, abs=0.1)
    assert "its sound starts 1." in said.notes[0]


# Re-tagged files


def tagged(path: Path) -> Path:
    """The same file with another tag in front of its frames."""
    body = path.read_bytes()
    path.write_bytes(b"ID3\x04\x00\x00\x00\x00\x02\x00" + bytes(256) + body)
    return path


def a_kept_clip(project, folder: Path) -> Path:
    path = write_sound(folder / "show.flac", VOICE, RATE)
    imported(project, path)
    clips = some_clips(project, project.recordings.all()[0], 1, seconds=1.0)
    project.decisions.apply(keep(clips))
    return path


@pytest.mark.parametrize("has_cache", [True, False])
def test_a_re_tagged_file_keeps_its_clips_and_decisions(project, tmp_path, has_cache):
    path = a_kept_clip(project, tmp_path)
    before = project.recordings.all()[0]
    if not has_cache:
        for file in project.cache.iterdir():
            file.unlink()
    said = imported(project, tagged(path))
    (after,) = project.recordings.all()
    assert "its clips and decisions now belong to this file" in said.notes[0]
    assert (after.cache_key, after.samples) == (before.cache_key, before.samples)
    assert after.content_hash != before.content_hash
    (clip,) = project.clips.find()
    assert clip.state == "kept"
    assert whole(after).size == after.samples


def test_verify_tells_changed_tags_from_changed_sound(project, tmp_path, capsys):
    path = a_kept_clip(project, tmp_path)
    content = tagged(path).read_bytes()
    assert run(["verify", str(project.path)]) == 0
    note = (
        "show.flac: same sound, other bytes (its tags changed). Import it again to use this file; "
        "its clips and decisions stay."
    )
    assert capsys.readouterr().out.splitlines() == [note, "No problems."]
    assert run(["verify", str(project.path), "--json"]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"note": note}]
    write_sound(path, VOICE * np.float32(0.5), RATE)
    path.write_bytes(tagged(path).read_bytes())
    assert run(["verify", str(project.path)]) == 1
    path.write_bytes(content[: len(content) // 2])
    assert run(["verify", str(project.path)]) == 1
    assert (
        capsys.readouterr().out.splitlines() == ["show.flac has changed since it was imported."] * 2
    )


def test_a_re_tagged_copy_beside_the_original_is_a_recording_of_its_own(project, tmp_path):
    path = a_kept_clip(project, tmp_path)
    copy = tmp_path / "copy.flac"
    copy.write_bytes(path.read_bytes())
    said = imported(project, tagged(copy))
    assert said.notes == ["copy.flac: same sound as show.flac."]
    assert len(project.recordings.all()) == 2


def test_another_sound_does_not_take_the_place_of_a_file_that_is_gone(project, tmp_path):
    path = a_kept_clip(project, tmp_path)
    path.unlink()
    imported(project, write_sound(tmp_path / "other.flac", VOICE * np.float32(0.7), RATE))
    assert [each.path.name for each in project.recordings.all()] == ["show.flac", "other.flac"]


def test_sound_that_an_earlier_import_did_not_read_is_added_and_analysed(project, tmp_path):
    path = a_kept_clip(project, tmp_path)
    (recording,) = project.recordings.all()
    with project.writing():
        project._database.write("UPDATE recording SET samples = ?", (RATE,))
    said = imported(project, path)
    assert "1.0 s that an earlier version did not read were added" in said.notes[0]
    assert project.recordings.all()[0].samples == recording.samples


# Channels of lists


@pytest.mark.parametrize("kind", ["nemo", "lhotse"])
def test_channels_of_a_list_are_imported(project, tmp_path, kind):
    stereo(tmp_path, tone(1, 300, RATE), tone(1, 1000, RATE))
    rows = []
    for channel, text in ((0, "low"), (1, "high")):
        if kind == "nemo":
            row = {"audio_filepath": "call.wav", "duration": 1.0, "text": text}
            rows.append({**row, "channel_selector": channel})
        else:
            source = {"type": "file", "channels": [0, 1], "source": "call.wav"}
            recording = {"id": "r", "sources": [source], "sampling_rate": RATE,
                         "num_samples": RATE, "duration": 1.0, "channel_ids": [0, 1]}  # fmt: skip
            supervision = {"id": text, "recording_id": "r", "start": 0.0, "duration": 1.0,
                           "channel": channel, "text": text}  # fmt: skip
            rows.append({"id": text, "start": 0.0, "duration": 1.0, "channel": channel,
                         "supervisions": [supervision], "recording": recording,
                         "type": "MonoCut"})  # fmt: skip
    manifest = tmp_path / ("cuts.jsonl" if kind == "lhotse" else "train.json")
    manifest.write_text("\n".join(map(json.dumps, rows)))
    work = JobContext.at_once(project, Said())
    merge(work, plan_merge(work, manifest))
    heard = {}
    for clip in project.clips.find():
        recording = project.recordings.get(clip.recording_id)
        heard[clip.text] = round(loudest_hz(whole(recording), RATE), -1)
    assert heard == {"low": 300, "high": 1000}
