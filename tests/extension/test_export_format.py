"""An export format is one file: this one is added to a copy of the program and used end to end."""

import json

import soundfile

from tests.helpers.sounds import speech_like, write_sound

FILE = "curator/export/formats/durations.py"
FORMAT = '''
"""Durations of the clips, for tests."""

import json

LABEL = "Durations"
HAS_SOUNDS = True


def files(rows):
    return {"durations.json": json.dumps({row.id: row.duration_s for row in rows}).encode()}


def place(row):
    return f"{row.split}/{row.id}.wav"
'''
CHOICES = (
    "from curator.export.formats import formats\nprint([form.label for form in formats().values()])"
)


def test_an_export_format_is_one_file(checkout, tmp_path):
    checkout.add(FILE, FORMAT)
    listed = " ".join(checkout.curator("export", "--help").split())
    assert "cosyvoice, durations, elan" in listed
    assert "'Durations'" in checkout.python("-c", CHOICES)
    project, sound, out = tmp_path / "show.curator", tmp_path / "show.wav", tmp_path / "out"
    write_sound(sound, speech_like(8.0, 16_000, seed=3), 16_000)
    checkout.curator("new", project)
    checkout.curator("import", project, sound)
    checkout.curator("analyse", project, "--only", "segment")
    checkout.curator("decide", project, "--query", "", "--text", "Ah ah ah.")
    checkout.curator("decide", project, "--query", "", "--keep")
    checkout.curator("export", project, out, "--format", "durations")
    durations = json.loads((out / "durations.json").read_text("utf-8"))
    assert durations
    for name, seconds in durations.items():
        (path,) = out.glob(f"*/{name}.wav")
        assert soundfile.info(path).duration == seconds
