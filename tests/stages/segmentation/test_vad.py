import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.domain.resources import resources
from curator.domain.span import Span
from curator.stages.segmentation import vad
from curator.stages.segmentation.vad import FRAME, SpeechOptions, speech_probabilities, speech_spans
from tests.helpers.recordings import as_int16
from tests.helpers.sounds import speech_like


def silero_spans(probabilities, samples, options):
    """faster-whisper's own steps over the same probabilities: what ours must equal."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "faster_whisper.vad.get_vad_model", lambda: lambda audio: np.asarray(probabilities)
        )
        found = get_speech_timestamps(
            np.zeros(samples, np.float32),
            VadOptions(
                threshold=options.threshold,
                neg_threshold=options.quiet_threshold,
                min_speech_duration_ms=options.min_speech_ms,
                min_silence_duration_ms=options.min_silence_ms,
                speech_pad_ms=options.pad_ms,
            ),
        )
    return [Span(each["start"], each["end"]) for each in found]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 0.2, 0.34, 0.4, 0.49, 0.5, 0.7, 1.0]), min_size=1, max_size=60),
    st.sampled_from([0, 32, 100, 250, 800]),
    st.sampled_from([0, 64, 250]),
    st.sampled_from([0, 30, 250]),
    st.integers(min_value=0, max_value=FRAME - 1),
)
def test_spans_are_those_that_silero_finds(probabilities, silence_ms, speech_ms, pad_ms, missing):
    options = SpeechOptions(0.5, 0.35, speech_ms, silence_ms, pad_ms)
    samples = len(probabilities) * FRAME - missing
    found = speech_spans(np.array(probabilities, np.float32), samples, options)
    assert found == silero_spans(probabilities, samples, options)


@pytest.mark.model
def test_probabilities_in_chunks_are_those_of_one_run(monkeypatch):
    sound = as_int16(speech_like(20.0, 16_000, seed=3))
    whole = speech_probabilities(sound)
    monkeypatch.setattr(vad, "_CHUNK", 37)
    in_chunks = speech_probabilities(sound)
    np.testing.assert_allclose(in_chunks, whole, atol=1e-5)


@pytest.mark.model
def test_probabilities_are_those_of_the_network_s_own_runner():
    from faster_whisper.vad import get_vad_model

    sound = as_int16(speech_like(10.0, 16_000, seed=4))[: 300 * FRAME]
    peer = get_vad_model()(sound.astype(np.float32) / 32768).reshape(-1)
    ours = speech_probabilities(sound)
    # The peer's runner loses the last 64 samples of its last frame.
    np.testing.assert_allclose(ours[:-1], peer[:-1], atol=1e-5)
    assert len(ours) == len(peer)


@pytest.mark.model
def test_the_shipped_network_is_what_the_script_makes_of_the_package():
    from tests.helpers.convert_voice_activity import converted, package_weights

    assert converted(package_weights()) == (resources() / vad.FILE).read_bytes()


@pytest.mark.model
def test_a_last_frame_that_is_not_full_has_a_probability_too():
    assert len(speech_probabilities(np.zeros(FRAME * 3 + 1, np.int16))) == 4
    assert len(speech_probabilities(np.zeros(0, np.int16))) == 0


@pytest.mark.model
def test_silence_holds_no_speech():
    assert speech_probabilities(np.zeros(16_000, np.int16)).max() < 0.1
