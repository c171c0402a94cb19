"""The demo does not tread on other people's things and says where it stopped."""

import json
import subprocess
import sys
from typing import ClassVar

import numpy as np
import pytest
import soundfile

from curator.demo import run
from curator.demo.playback import play
from curator.demo.run import MADE, MARK, curate, run_demo
from curator.demo.training import (
    AFTER,
    BASE,
    BEFORE,
    RANDOM,
    REPORT,
    RUN,
    SPEAKING,
    VOICE,
    changes,
    train_voice,
)
from curator.domain.errors import CuratorError


class StopsHere(Exception):
    """Raised in place of the recording."""


@pytest.fixture
def no_recording(monkeypatch):
    """The demo gets no further than making its folder."""

    def refuse(folder, seed):
        raise StopsHere

    monkeypatch.setattr(run, "make_recording", refuse)


def silent(words: str) -> None:
    """Nobody listens."""


def test_a_folder_with_other_peoples_things_is_refused_and_left_alone(tmp_path, no_recording):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CuratorError, match="was not created by the demo"):
        curate(tmp_path, silent)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(CuratorError, match="is a file"):
        curate(tmp_path / "out", silent)


def test_what_a_former_demo_made_is_replaced_and_nothing_else(tmp_path, no_recording):
    (tmp_path / MARK).touch()
    (tmp_path / "notes.txt").write_text("mine")
    for name in MADE[:3]:
        (tmp_path / name).write_text("old")
    for name in MADE[3:6]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "old").touch()
    with pytest.raises(StopsHere):
        curate(tmp_path, silent)
    assert {path.name for path in tmp_path.iterdir()} == {MARK, "notes.txt"}


def test_a_link_to_somewhere_else_is_removed_and_not_followed(tmp_path, no_recording):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    out = tmp_path / "out"
    out.mkdir()
    (out / MARK).touch()
    (out / MADE[3]).symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(StopsHere):
        curate(out, silent)
    assert (elsewhere / "kept").exists()
    assert not (out / MADE[3]).exists()


def test_a_command_that_fails_stops_the_demo_and_is_named(tmp_path, monkeypatch):
    class Recorded:
        truth = None
        path = tmp_path / "quiz_show.wav"

    said: list[str] = []
    monkeypatch.setattr(run, "make_recording", lambda folder, seed: Recorded)
    monkeypatch.setattr(
        subprocess, "run", lambda command, **options: subprocess.CompletedProcess(command, 1)
    )
    with pytest.raises(CuratorError, match="The demo stopped: curator new"):
        run_demo(tmp_path / "out", said.append)
    assert said[-1].startswith("\n$ curator new ")


def test_commands_run_with_this_python(monkeypatch, tmp_path):
    ran: list[list[str]] = []

    def remembered(command, **options):
        ran.append(command)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(run, "make_recording", lambda folder, seed: type("R", (), {"truth": 0}))
    monkeypatch.setattr(subprocess, "run", remembered)
    with pytest.raises(CuratorError):
        curate(tmp_path / "out", silent)
    assert ran[0][:4] == [sys.executable, "-m", "curator", "new"]


def test_the_base_is_fitted_trained_and_its_decoder_fine_tuned(tmp_path):
    ran: list[tuple[object, ...]] = []
    spoken = train_voice(lambda *words: ran.append(words), tmp_path / "b", tmp_path, SPEAKING)
    assert [words[0] for words in ran] == [
        *("base", "prepare", "train", "report", "speak", "decoder", "speak")
    ]
    assert ran[0][-2:] == ("--bundle", tmp_path / "b")
    assert [path.name for path in spoken] == [BEFORE, AFTER]
    assert {BASE, RUN, VOICE, REPORT, BEFORE, AFTER} <= set(MADE)


def test_the_random_network_takes_no_base(tmp_path):
    ran: list[tuple[object, ...]] = []
    spoken = train_voice(lambda *words: ran.append(words), tmp_path / "b", tmp_path, RANDOM)
    assert [words[0] for words in ran] == ["prepare", "train", "export", "speak", "report"]
    assert [path.name for path in spoken] == [AFTER]


def test_what_the_training_changed_is_read_from_the_record(tmp_path):
    assert changes(tmp_path) == []
    speech = "Similarity of test sentences: 0.506 before, 0.607 after (20 samples)."
    copies = "Similarity of copy-synthesis of held-out clips: 0.5 before, 0.6 after (2 samples)."
    record = {"sentences": [copies, speech]}
    (tmp_path / "decoder.json").write_text(json.dumps(record))
    assert changes(tmp_path) == [speech]


class PortAudioErrorStandIn(Exception):
    """Stands in for sounddevice's error."""


@pytest.fixture
def output(monkeypatch):
    """A stand-in for sounddevice that notes what it plays."""

    class SoundDeviceStandIn:
        PortAudioError = PortAudioErrorStandIn
        played: ClassVar[list[int]] = []
        fails = False

        @classmethod
        def play(cls, samples, rate, blocking):
            if cls.fails:
                raise PortAudioErrorStandIn("no device")
            cls.played.append(len(samples))

    monkeypatch.setitem(sys.modules, "sounddevice", SoundDeviceStandIn)
    return SoundDeviceStandIn


def test_speech_is_played_in_order_and_a_missing_output_is_a_reason(tmp_path, output):
    files = [tmp_path / "a.wav", tmp_path / "b.wav"]
    for length, file in enumerate(files, 1):
        soundfile.write(file, np.zeros(100 * length), 24_000)
    assert play(files) == ""
    assert output.played == [100, 200]
    output.fails = True
    assert play(files) == "no device"
