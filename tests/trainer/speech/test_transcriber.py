"""Choice of a Whisper model by the language of a sentence."""

from types import SimpleNamespace

import numpy as np
import pytest

from trainer.errors import TrainerError
from trainer.speech.transcriber import Transcriber


def test_an_english_only_model_refuses_another_language():
    transcriber = Transcriber("tiny.en")
    transcriber._loaded["tiny.en"] = SimpleNamespace(supported_languages=["en"])
    with pytest.raises(
        TrainerError, match=r"tiny.en transcribes English only, not Hungarian"
    ) as no:
        transcriber.transcribe(np.zeros(16_000, np.float32), "hu")
    assert "--whisper base" in no.value.hint
