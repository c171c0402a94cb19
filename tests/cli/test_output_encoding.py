"""Every command where stdout and stderr cannot encode the texts and names of a project."""

import io
import json
import os
import shutil
import subprocess
import sys

import pytest

from curator.cli.arguments import parser
from curator.cli.arguments import run as run_curator
from curator.cli.terminal_text import EscapedStream, escaped
from curator.domain.decision import correct_text, give_emotion, keep
from tests.conftest import ROOT
from tests.helpers.sets import a_set
from tests.trainer.toy_runs import TOY
from trainer.cli.parser import main as run_trainer
from trainer.cli.parser import make_parser

TEXTS = ("Árvíztűrő tükörfúrógép", "Tiếng Việt thật đẹp", "Igen 🎉 nem", "hận thù")
NAME = "műsor Đáp số 🎉"
ENCODINGS = ("cp1252", "ascii")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project whose names, texts, categories and snapshots are beyond any single code page."""
    top = tmp_path_factory.mktemp("encodings") / NAME
    top.mkdir()
    with a_set(top, NAME, [(1, "wav"), (2, "wav")]) as project:
        clips = project.clips.ids()
        for clip, text in zip(clips, TEXTS, strict=False):
            project.decisions.apply(correct_text([clip], text))
        project.decisions.apply(keep(clips))
        project.decisions.apply(give_emotion(clips[:4], "tension"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(top / "adatok 🎉"))
        yield top


def output_of(monkeypatch, encoding, call, *words):
    """Exit code, stdout and stderr of a command whose streams have an encoding."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2)]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        code = call([str(word) for word in words])
        for stream in streams:
            stream.flush()
    return code, *(stream.buffer.getvalue() for stream in streams)


def curator_commands(top):
    project, other = top / f"{NAME}.curator", top / "új.curator"
    sound = next((top / NAME).glob("*.wav"))
    return [
        ("new", other, "--language", "hu"),
        ("import", other, sound, "--licence", "szerző: Đặng", "--consent", "írásban", "--jobs", 1),
        ("import", other, top / "nincs 🎉.wav", "--jobs", 1),
        ("analyse", other, "--only", "segment", "--jobs", 1),
        ("verify", project),
        ("clips", project),
        ("clips", project, "--query", '"tiếng'),
        ("decide", project, "--query", "id:1", "--text", TEXTS[1] + "!"),
        ("undo", project),
        ("redo", project),
        ("history", project),
        ("speaker", project, "--clip", 1),
        ("segment", project),
        ("categories", project),
        ("categories", project, "add", "hận 🎉"),
        ("weights", project),
        ("balance", project),
        ("suggest", project),
        ("snapshot", project, "hétfő 🎉"),
        ("compare", project, "hétfő 🎉"),
        ("check", project),
        ("export", project, top / "kész Đáp 🎉"),
        ("verify", top / "kész Đáp 🎉"),
        ("merge", other, project, "--jobs", 1),
        ("clean", project, "--list"),
        ("models", "list"),
        ("desktop", "--install"),
        ("setup",),
        ("doctor",),
    ]


def trainer_commands(top):
    bundle, run = top / "kész Đáp 🎉", top / "futás 🎉"
    settings = [word for each in (*TOY, "sched.total_steps=2") for word in ("--set", each)]
    settings += ["--preset", "tiny-cpu"]
    return [
        ("check", bundle, *settings),
        ("prepare", bundle, *settings),
        ("plan", bundle, *settings),
        ("train", bundle, run, *settings),
        ("resume", run),
        ("report", run),
        ("compare", run, run),
        ("listen", run),
        ("evaluate", run),
        ("export", run, top / "modell 🎉"),
        ("speak", run, "--text", TEXTS[0], "--out", top / "hang.wav"),
        ("pack", bundle, top / "csomag 🎉.tar.gz", *settings),
        ("codebook", bundle, top / "kód 🎉", *settings),
        ("decoder", bundle, run, top / "dekóder 🎉", *settings),
        ("base", "tiny-en", top / "alap 🎉"),
        ("doctor",),
    ]


def test_the_list_of_commands_is_complete(folder):
    for made, commands in (
        (parser(), curator_commands(folder)),
        (make_parser(), trainer_commands(folder)),
    ):
        choices = next(action.choices for action in made._actions if action.choices)
        assert set(choices) - {words[0] for words in commands} <= {"demo", "serve"}


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_command_fails_on_a_character(folder, tmp_path, monkeypatch, encoding):
    top = tmp_path / "másolat 🎉"
    shutil.copytree(folder, top)
    commands = [(run_curator, words) for words in curator_commands(top)]
    if encoding == "ascii":  # the networks' time is spent once
        commands += [(run_trainer, words) for words in trainer_commands(top)]
    for call, words in commands:
        if encoding == "ascii" or words[0] not in ("analyse", "doctor"):
            code, out, errors = output_of(monkeypatch, encoding, call, *words)
            assert code in (0, 1, 2), words
            assert b"Traceback" not in errors, words
            out.decode(encoding)
            errors.decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_utf8_in_any_encoding(folder, monkeypatch, encoding):
    project = folder / f"{NAME}.curator"
    code, out, _ = output_of(monkeypatch, encoding, run_curator, "clips", project, "--json")
    assert code == 0
    rows = [json.loads(line) for line in out.decode("utf-8").splitlines()]
    assert [row["text"] for row in rows[:4]] == list(TEXTS)
    code, out, _ = output_of(monkeypatch, encoding, run_curator, "clips", project)
    assert "\\u1ebf" in out.decode(encoding)


@pytest.mark.parametrize("encoding", [None, *ENCODINGS])
def test_a_process_in_the_c_locale_writes_every_text(folder, encoding):
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    if encoding:
        environment["PYTHONIOENCODING"] = encoding
    command = [sys.executable, "-m", "curator", "clips", str(folder / f"{NAME}.curator")]
    done = subprocess.run([*command, "--json"], env=environment, cwd=ROOT, capture_output=True)
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[0].decode("utf-8"))["text"] == TEXTS[0]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_control_sequences_are_escaped_and_json_keeps_its_value():
    hostile = "\x1b]0;title\x07 \x9b2J \u202egnp.exe \r\udc80 đ🎉\ttab"
    assert escaped(hostile) == (
        "\\u001b]0;title\\u0007 \\u009b2J \\u202egnp.exe \\u000d\\udc80 đ🎉\ttab"
    )
    line = json.dumps({"a": hostile}, ensure_ascii=False)
    assert json.loads(escaped(line)) == {"a": hostile}


@pytest.mark.parametrize("option", ["--query", "--licence"])
def test_text_that_is_not_utf8_is_a_usage_error(curator, folder, option):
    project = folder / f"{NAME}.curator"
    words = ("clips", project) if option == "--query" else ("import", project, folder)
    with pytest.raises(SystemExit) as ended:
        curator(*words, option, "a\udcff")
    assert ended.value.code == 2


def test_a_stream_that_outlives_the_one_below_ends_in_silence():
    below = io.StringIO()
    stream = EscapedStream(below)
    below.close()
    stream.close()
