"""A transcriber is one file: this one is added to a copy of the program and used end to end."""

import json

from tests.helpers.sounds import speech_like, write_sound

FILE = "curator/stages/transcription/transcribers/counting.py"
TRANSCRIBER = '''
"""Counts the seconds of a window, for tests."""

from curator.stages.transcription.transcribers import Hypothesis, HypothesisWord, transcriber


@transcriber(label="Counts seconds")
class Counting:
    """One word a second. model: the word to say."""

    windows_at_once = 4
    recordings_at_once = 1

    def __init__(self, model, device, threads):
        self._word = model or "tick"

    def language_of(self, sound):
        return "hu"

    def listen(self, windows, language):
        return [self._words(len(window) // 16_000) for window in windows]

    def _words(self, seconds):
        words = [HypothesisWord(n, n + 0.5, f" {self._word}{n}", 0.9) for n in range(seconds)]
        return Hypothesis(tuple(words), 0.1)
'''
TIP = (
    "from PySide6.QtWidgets import QApplication; app = QApplication([])\n"
    "from curator.ui.settings import WindowSettings\n"
    "from curator.ui.settings_dialog import SettingsDialog\n"
    "dialog = SettingsDialog(WindowSettings())\n"
    "print(dialog.controls['whisper'].accessibleDescription())"
)


def test_a_transcriber_is_one_file(checkout, tmp_path):
    checkout.add(FILE, TRANSCRIBER)
    for command in ("analyse", "clean"):
        listed = " ".join(checkout.curator(command, "--help").split())
        assert "counting, faster_whisper" in listed
    assert "counting, faster_whisper" in checkout.python("-c", TIP)
    project, sound = tmp_path / "show.curator", tmp_path / "show.wav"
    write_sound(sound, speech_like(8.0, 16_000, seed=3), 16_000)
    checkout.curator("new", project)
    checkout.curator("import", project, sound)
    checkout.curator(
        "analyse", project, "--only", "transcribe,segment", "--whisper", "counting:beat"
    )
    clips = [json.loads(line) for line in checkout.curator("clips", project, "--json").splitlines()]
    assert clips
    words = [word for clip in clips for word in clip["text"].split()]
    assert words[:2] == ["beat0", "beat1"]
    again = checkout.curator(
        "analyse", project, "--only", "transcribe", "--whisper", "counting:beat", "--json"
    )
    assert '"transcribe"' not in again
