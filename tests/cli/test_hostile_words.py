"""Arguments beyond all use: a sentence and no traceback; nothing is left behind."""

import os
import subprocess
import sys

import pytest

from curator.cli.arguments import run
from tests.helpers.factories import a_project

LONG = "x" * 5000
DIGITS = "9" * 400


@pytest.fixture
def project(tmp_path):
    with a_project(tmp_path) as made:
        return str(made.path)


WORDS = {
    "new": ("new", f"{{folder}}/{LONG}.curator", "--language", "en"),
    "import": ("import", "{project}", f"{{folder}}/{LONG}.wav"),
    "merge": ("merge", "{project}", f"{{folder}}/{LONG}"),
    "export": ("export", "{project}", f"{{folder}}/{LONG}"),
    "verify": ("verify", f"{{folder}}/{LONG}"),
    "snapshot": ("snapshot", "{project}", LONG),
    "back": ("snapshot", "{project}", "--back", LONG),
    "text": ("decide", "{project}", "--query", "id:1", "--text", LONG * 10),
    "category": ("decide", "{project}", "--query", "id:1", "--emotion", LONG),
    "query": ("clips", "{project}", "--query", f"id:{DIGITS}"),
    "more": ("clips", "{project}", "--query", f"snr>{DIGITS} duration<1e{DIGITS}"),
    "clean": ("clean", "{project}", "--recipe", LONG),
    "least": ("segment", "{project}", "--min", DIGITS),
}


@pytest.mark.parametrize("name", WORDS)
def test_words_beyond_all_use_are_a_sentence(project, tmp_path, capsys, name):
    words = [word.replace("{folder}", str(tmp_path)) for word in WORDS[name]]
    before = sorted(path.name for path in tmp_path.iterdir())
    try:
        code = run([word.replace("{project}", project) for word in words])
    except SystemExit as usage:
        code = usage.code
    said = capsys.readouterr()
    assert code in (0, 1, 2)
    assert "Traceback" not in said.err + said.out
    assert code == 0 or said.err.strip() or said.out.strip()
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("program", ["curator", "trainer"])
def test_onnxruntime_stores_nothing_under_the_home(tmp_path, program):
    names = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA")
    home = {name: str(tmp_path) for name in names}
    code = f"import {program}, onnxruntime; onnxruntime.get_available_providers()"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **home}, check=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
