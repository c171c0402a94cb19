"""Which model transcribes which language, and detection of the language per recording."""

import dataclasses
import json
from types import SimpleNamespace

import numpy as np
import pytest

from curator.domain.errors import MissingModel
from curator.domain.span import Span
from curator.stages.transcription.transcribe import TranscribeClips
from curator.stages.transcription.transcribers import choice_for, require_language
from curator.stages.transcription.transcribers.faster_whisper import FasterWhisper
from tests.helpers.recordings import a_clip_sound, a_recording_sound
from tests.stages.transcription.test_transcribe import FakeWhisper


class DetectingWhisper(FakeWhisper):
    """Takes the mean sample for a language."""

    def __init__(self):
        super().__init__()
        self.detections = 0

    def language_of(self, sound):
        self.detections += 1
        return "hu" if np.mean(sound) > 0 else "vi"


def test_the_language_is_detected_once_per_recording():
    clips = []
    for recording, sign in ((1, 1), (2, -1), (3, 1)):
        item = a_recording_sound(np.full(16_000 * 4, sign * 1000, np.int16))
        sound = dataclasses.replace(item.recording, id=recording)
        item = dataclasses.replace(item, recording=sound)
        clip = a_clip_sound(item, Span(0, 16_000), len(clips))
        clips += [dataclasses.replace(clip, language="", clip_id=len(clips) + n) for n in (0, 1)]
    whisper = DetectingWhisper()
    facts = list(TranscribeClips(whisper).run(clips))
    assert [fact.clip_id for fact in facts] == list(range(6))
    assert [fact.fact.language for fact in facts] == ["hu", "hu", "vi", "vi", "hu", "hu"]
    assert whisper.detections == 3


def test_an_english_only_model_refuses_other_languages():
    whisper = FasterWhisper.__new__(FasterWhisper)
    whisper.name = "tiny.en"
    whisper._model = SimpleNamespace(supported_languages=["en"])
    with pytest.raises(ValueError, match="English only"):
        whisper.listen([np.zeros(16_000, np.float32)], "hu")


@pytest.mark.parametrize(
    ("language", "model"), [("en", "tiny.en"), ("en-GB", "tiny.en"), ("hu", "base"), ("", "base")]
)
def test_the_default_model_follows_the_language(language, model):
    assert choice_for("auto", language) == model
    assert choice_for("small", language) == "small"
    require_language(choice_for("auto", language), language)


def test_an_english_only_model_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "vocabulary.json").write_text(json.dumps(["x"] * 51_864), encoding="utf-8")
    for choice in ("tiny.en", "faster_whisper:small.en", "distil-large-v3", str(tmp_path)):
        require_language(choice, "en")
        require_language(choice, "")
        with pytest.raises(MissingModel) as refused:
            require_language(choice, "hu")
        assert "transcribes English only" in refused.value.sentence
        assert "the project's language is Hungarian" in refused.value.sentence
        assert "--whisper auto" in refused.value.hint
    (tmp_path / "vocabulary.json").write_text(json.dumps(["x"] * 51_865), encoding="utf-8")
    for choice in ("large-v3", str(tmp_path)):
        require_language(choice, "vi")
