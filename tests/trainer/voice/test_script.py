"""Scripts: every format, every fault with its line, one load, killed and resumed."""

import csv
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trainer.cli.parser import main
from trainer.errors import WrongUsage
from trainer.voice import Voice, VoiceOptions
from trainer.voice.script import read_lines
from trainer.voice.speak_script import speak_script, write_playlist

pytestmark = pytest.mark.model

DEFAULTS = VoiceOptions(seed=9)
SRT = """1
00:00:01,000 --> 00:00:02,000
<i>Good evening</i>
and welcome.

2
00:00:03,000 --> 00:00:04,000
Yes.
"""


def lines_of(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_lines(tmp_path / name, DEFAULTS)


def test_text_csv_srt_and_json_lines(tmp_path):
    plain = lines_of(tmp_path, "a.txt", "One  two.\n\nThree.\n")
    assert [(line.id, line.text) for line in plain] == [("0001", "One two."), ("0002", "Three.")]
    assert plain[0].options == DEFAULTS

    table = "id;text;category;rate;seed;reference\na;Hi, you;praise;12,5;4;x.wav\n;Bye;;;;\n"
    first, second = lines_of(tmp_path, "a.csv", "\ufeff" + table)
    assert (first.id, first.text, second.id) == ("a", "Hi, you", "0002")
    assert first.options == VoiceOptions(
        category="praise", rate=12.5, seed=4, references=(tmp_path / "x.wav",)
    )
    assert second.options == DEFAULTS
    quoted = lines_of(tmp_path, "b.csv", 'text,seed\n"One,\ntwo",3\n')
    assert (quoted[0].text, quoted[0].options.seed) == ("One, two", 3)

    cues = lines_of(tmp_path, "a.srt", SRT)
    assert [(line.id, line.text) for line in cues] == [
        ("0001", "Good evening and welcome."), ("0002", "Yes."),
    ]  # fmt: skip
    rows = lines_of(tmp_path, "a.jsonl", '{"text": "A b", "temperature": 0.5}\n')
    assert rows[0].options.temperature == 0.5


@pytest.mark.parametrize(
    ("name", "text", "faults"),
    [
        ("a.csv", "text,rate\nHi,x\n,3\nA b,,4\nC,-2\n",
         ["line 2: rate 'x' is not a number", "line 3: there is no text", "line 4: there are more",
          "line 5: rate -2 is not between"]),
        ("a.csv", "texts\nHi\n", ["one of them 'text'"]),
        ("a.csv", "text,pitch\nHi,1\n", ["no column 'pitch'"]),
        ("a.csv", "text,id\nHi,../x\n", ["not usable as a file name"]),
        ("a.csv", "text,id\nHi,a\nYou,A\n", ["line 3: the id 'A' is used twice"]),
        ("a.csv", "text,seed\nHi,1.5\n", ["seed '1.5' is not a whole number"]),
        ("a.srt", "Hello\n\n", ["without times"]),
        ("a.jsonl", "{]\n", ["invalid JSON"]),
        ("a.jsonl", "[1]\n", ["must be a JSON object"]),
        ("a.txt", "\n\n", ["no lines to speak"]),
    ],
)  # fmt: skip
def test_every_fault_is_named_with_its_line(tmp_path, name, text, faults):
    with pytest.raises(WrongUsage) as error:
        lines_of(tmp_path, name, text)
    for fault in faults:
        assert fault in str(error.value)


def sounds(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.wav")
    }


def test_a_hundred_lines_killed_and_resumed_are_identical_from_one_load(
    voices, tmp_path, monkeypatch
):
    script = tmp_path / "script.txt"
    script.write_text("".join(f"This is line number {at}.\n" for at in range(100)))
    loads = []
    opened = Voice.open
    monkeypatch.setattr(
        Voice, "open", classmethod(lambda cls, *a, **k: loads.append(a) or opened(*a, **k))
    )
    words = ["speak", str(voices / "voice"), "--script", str(script), "--no-measure"]
    assert main([*words, "--out", str(tmp_path / "whole")]) == 0
    assert len(loads) == 1
    whole = sounds(tmp_path / "whole")
    assert len(whole) == 100

    cut = tmp_path / "cut"
    process = subprocess.Popen(
        [sys.executable, "-m", "trainer", *words, "--out", str(cut)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.DEVNULL,
    )
    rows = cut / "lines.jsonl"
    while process.poll() is None and not (rows.is_file() and rows.read_bytes().count(b"\n") > 20):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = {path: path.stat().st_mtime_ns for path in cut.glob("0000*.wav")}
    before = rows.read_bytes().count(b"\n")
    assert before > 20
    with rows.open("ab") as file:
        file.write(b'{"id": "00')
    assert main([*words, "--out", str(cut)]) == 0
    assert sounds(cut) == whole
    assert {path: path.stat().st_mtime_ns for path in kept} == kept

    # A changed line and a damaged file are spoken again, the others are not.
    script.write_text(script.read_text().replace("number 7.", "number seven."))
    (cut / "0003.wav").write_bytes(b"damaged")
    old = {path.name: path.stat().st_mtime_ns for path in cut.glob("*.wav")}
    assert main([*words, "--out", str(cut)]) == 0
    new = {path.name: path.stat().st_mtime_ns for path in cut.glob("*.wav")}
    assert {name for name in new if new[name] != old[name]} == {"0003.wav", "0008.wav"}


def test_lines_are_measured_and_the_worst_come_first(voices, tmp_path):
    script = tmp_path / "script.csv"
    script.write_text("id,text,category\na,=Good evening.,praise\nb,Yes.,\n")
    shown = []
    with Voice.open(voices / "voice") as voice:
        lines = read_lines(script, VoiceOptions())
        rows = speak_script(voice, lines, tmp_path / "out", measure=True, show=shown.append)
    assert shown == rows
    assert set(rows[0]["measures"]) >= {"wer", "early_stop", "run_on", "length_ratio"}
    good = {"wer": 0.0, "early_stop": 0.0, "run_on": 0.0, "length_ratio": 1.0}
    rows[0]["measures"], rows[1]["measures"] = good, {**good, "wer": 0.5}
    write_playlist(tmp_path / "out", rows)
    table = csv.DictReader(io.StringIO((tmp_path / "out/playlist.csv").read_text("utf-8-sig")))
    assert [row["id"] for row in table] == ["b", "a"]
    text = (tmp_path / "out/playlist.csv").read_text()
    assert "'=Good evening." in text
    assert (tmp_path / "out/playlist.m3u8").read_text().splitlines()[2] == "b.wav"


def test_a_folder_of_something_else_is_left_alone(voices, tmp_path, capsys):
    (tmp_path / "a.txt").write_text("Hello there.\n")
    (tmp_path / "mine.wav").write_bytes(b"mine")
    words = ["speak", str(voices / "voice"), "--script", str(tmp_path / "a.txt")]
    assert main([*words, "--out", str(tmp_path)]) == 1
    assert "has audio files of something else (mine.wav)" in capsys.readouterr().err
    assert main(["speak", str(voices / "voice"), "--out", str(tmp_path / "x.wav")]) == 2


def test_requests_from_standard_input_are_answered_one_by_one(
    voices, tmp_path, monkeypatch, capsys
):
    requests = ['{"text": "Hello there", "id": "a"}', '{"text": ""}', "nope",
                '{"text": "Hi you", "category": "anger"}']  # fmt: skip
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(requests)))
    words = ["speak", str(voices / "run"), "--script", "-", "--out", str(tmp_path / "out")]
    assert main(words) == 0
    replies = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert replies[0]["ready"] == "run"
    assert [reply.get("measures") is not None for reply in replies[1:3]] == [False, True]
    assert (tmp_path / "out" / replies[1]["wav"]).is_file()
    assert [reply["failed"][:20] for reply in replies[3:]] == [
        "there is no text.", "invalid JSON: Expect", "This voice has no ca",
    ]  # fmt: skip
