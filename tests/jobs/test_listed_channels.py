"""Channels that lists of Lhotse and NeMo name: each row gets the sound of its channel."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from curator.audio.excerpts import Excerpts
from curator.domain.errors import CuratorError
from curator.domain.progress import NoProgress
from curator.jobs.context import JobContext
from curator.jobs.lists import read_list
from curator.jobs.merging import merge, plan_merge
from tests.helpers.factories import an_empty_project
from tests.helpers.sounds import tone, write_sound

RATE = 16_000
SECONDS = 1.0
STEP_HZ = 200


def a_file(path: Path, first: int, channels: int) -> Path:
    """A file of one tone a channel: 200 Hz times its number, counted from ``first``."""
    tones = [tone(SECONDS, STEP_HZ * (first + n), RATE) / 2 for n in range(channels)]
    return write_sound(path, np.stack(tones, axis=1) if channels > 1 else tones[0], RATE)


def merged(folder: Path, name: str):
    """(frequencies in Hz by text, sentences of refused rows, number of recordings)."""
    with an_empty_project(folder) as project:
        work = JobContext.at_once(project, NoProgress())
        plan = plan_merge(work, folder / name)
        merge(work, plan)
        loud = {}
        with Excerpts() as excerpts:
            for clip in project.clips.find():
                recording = project.recordings.get(clip.recording_id)
                sound = excerpts.read(recording, clip.span).samples
                power = np.abs(np.fft.rfft(sound)) * RATE / sound.size
                at = np.flatnonzero(power > power.max() / 2)
                loud[clip.text] = [round(float(each) * RATE / sound.size) for each in at]
        refused = [row.sentence for row in plan.other.refused]
        return loud, refused, len(project.recordings.all())


def lhotse_recording(key: str, files: list[tuple[str, list[int]]]):
    from lhotse import Recording
    from lhotse.audio import AudioSource

    sources = [AudioSource("file", channels, name) for name, channels in files]
    return Recording(key, sources, RATE, round(RATE * SECONDS), SECONDS)


def lhotse_cut(text: str, recording, channel: int | list[int], *, kind: str) -> dict:
    """A row as lhotse serialises it."""
    from lhotse import MonoCut, MultiCut, SupervisionSegment

    said = SupervisionSegment(text, recording.id, 0.0, SECONDS, channel, text=text)
    if kind == "supervision":
        return said.to_dict()
    made = MonoCut if kind == "mono" else MultiCut
    return made(text, 0.0, SECONDS, channel, [said], recording=recording).to_dict()


@pytest.mark.parametrize("kind", ["mono", "multi", "supervision"])
def test_channels_written_by_lhotse_are_those_merged(tmp_path, kind):
    """Random layouts: several files, several channels a file, ids in any order."""
    draw = random.Random(kind)
    rows, recordings, expected, number = [], [], {}, 1
    for each in range(3):
        files, ids = [], draw.sample(range(9), 9)
        for part in range(draw.randint(1, 3)):
            channels = [ids.pop() for _ in range(draw.choice((1, 2, 3)))]
            name = f"r{each}-{part}.wav"
            a_file(tmp_path / name, number, len(channels))
            files.append((name, channels))
            for at, channel in enumerate(channels):
                expected[f"r{each} {channel}"] = [STEP_HZ * (number + at)]
            number += len(channels)
        recordings.append(recording := lhotse_recording(f"r{each}", files))
        for _, channels in files:
            for channel in channels:
                named = [channel] if kind == "multi" else channel
                rows.append(lhotse_cut(f"r{each} {channel}", recording, named, kind=kind))
    draw.shuffle(rows)
    name = "supervisions.jsonl" if kind == "supervision" else "cuts.jsonl"
    (tmp_path / name).write_text("\n".join(map(json.dumps, rows)))
    if kind == "supervision":
        lines = [json.dumps(recording.to_dict()) for recording in recordings]
        (tmp_path / "recordings.jsonl").write_text("\n".join(lines))
    loud, refused, count = merged(tmp_path, name)
    assert refused == []
    assert loud == expected
    assert count == len(expected)  # one recording a channel


def test_all_channels_of_a_file_are_its_mix(tmp_path):
    a_file(tmp_path / "call.wav", 1, 2)
    recording = lhotse_recording("r", [("call.wav", [0, 1])])
    row = lhotse_cut("0", recording, [0, 1], kind="multi")
    (tmp_path / "cuts.jsonl").write_text(json.dumps(row))
    assert merged(tmp_path, "cuts.jsonl") == ({"0": [200, 400]}, [], 1)


def test_channels_that_cannot_be_read_are_refused_with_the_line(tmp_path):
    a_file(tmp_path / "call.wav", 1, 2)
    a_file(tmp_path / "mono.wav", 5, 1)
    a_file(tmp_path / "four.wav", 6, 4)
    two = lhotse_recording("two", [("call.wav", [0, 1])])
    wrong = lhotse_recording("wrong", [("mono.wav", [0, 1])])
    more = lhotse_recording("more", [("call.wav", [0, 1, 2])])
    four = lhotse_recording("four", [("four.wav", [0, 1, 2, 3])])
    both = lhotse_recording("both", [("call.wav", [0, 1]), ("mono.wav", [2])])
    rows = [
        lhotse_cut("left", two, 0, kind="mono"),
        lhotse_cut("none", two, 2, kind="mono"),
        lhotse_cut("mono", wrong, 1, kind="mono"),
        lhotse_cut("more", more, 2, kind="mono"),
        lhotse_cut("some", four, [0, 2], kind="multi"),
        lhotse_cut("both", both, [0, 1, 2], kind="multi"),
        lhotse_cut("last", lhotse_recording("one", [("mono.wav", [0])]), 1, kind="mono"),
    ]
    (tmp_path / "cuts.jsonl").write_text("\n".join(map(json.dumps, rows)))
    loud, refused, _ = merged(tmp_path, "cuts.jsonl")
    assert loud == {"left": [200]}
    assert refused == [
        "cuts.jsonl, line 2: its recording has no channel 2.",
        "cuts.jsonl, line 3: mono.wav has 1 channel; there is no channel 1 (counted from 0).",
        "cuts.jsonl, line 4: channel 2 of call.wav (counted from 0) cannot be read.",
        "cuts.jsonl, line 5: its channels are [0, 2]; one channel or all of them can be read.",
        "cuts.jsonl, line 6: its channels are [0, 1, 2]; one channel can be read.",
        "cuts.jsonl, line 7: its recording has no channel 1.",
    ]


def test_the_channel_selector_of_nemo_is_honoured(tmp_path):
    a_file(tmp_path / "call.wav", 1, 2)
    a_file(tmp_path / "mono.wav", 5, 1)
    selected = [
        ("call.wav", 0), ("call.wav", 1), ("call.wav", [1]), ("call.wav", "average"),
        ("mono.wav", 0), ("mono.wav", 1), ("call.wav", 2), ("call.wav", [0, 1]),
        ("call.wav", True), ("call.wav", -1), ("call.wav", "left"),
    ]  # fmt: skip
    rows = [
        {"audio_filepath": name, "text": str(at), "offset": 0.5 * (at == 2), "duration": 0.4,
         "channel_selector": channel}
        for at, (name, channel) in enumerate(selected)
    ]  # fmt: skip
    (tmp_path / "train.json").write_text("\n".join(map(json.dumps, rows)))
    loud, refused, count = merged(tmp_path, "train.json")
    assert loud == {"0": [200], "1": [400], "2": [400], "3": [200, 400], "4": [1000]}
    assert count == 4  # left, right, mix and the other file
    assert [sentence.partition(", ")[2].partition(":")[0] for sentence in refused] == [
        f"line {line}" for line in range(6, 12)
    ]


@pytest.mark.parametrize("channels", [None, "01", 7, [None], [{}], [[0]], {"0": 1}, [True, 1]])
@pytest.mark.parametrize("named", [None, "0", 7, {}, [], [[1]], True, 10**400])
def test_channels_of_any_shape_are_a_clip_or_a_refused_row(tmp_path, channels, named):
    (tmp_path / "call.wav").touch()
    source = {"type": "file", "channels": channels, "source": "call.wav"}
    recording = {"id": "r", "sources": [source], "channel_ids": channels}
    row = {"type": "MonoCut", "start": 0, "duration": 1, "recording": recording, "channel": named}
    (tmp_path / "cuts.jsonl").write_text(json.dumps(row))
    try:
        listed = read_list(tmp_path / "cuts.jsonl")
    except CuratorError as error:
        refusal = error.sentence
    else:
        assert len(listed.clips) + len(listed.refused) == listed.rows == 1
        return
    assert 0 < len(refusal) < 2000
