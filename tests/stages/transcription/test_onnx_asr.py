"""The transcriber of onnx-asr, with a tiny network made here: it says "beep" where it is loud."""

import numpy as np
import pytest

from curator.domain.errors import CuratorError, MissingModel
from curator.stages.transcription.transcribers import open_transcriber, transcribers
from curator.stages.transcription.transcribers.onnx_asr import _hypothesis
from tests.helpers.sounds import tone

RATE = 16_000
FRAMES = 8  # of 10 ms, as the encoders of NeMo put together


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A folder of the type nemo-conformer-ctc with tokens "▁be", "ep" and blank.

    Its features have mean 0 in each band over time, so a loud stretch is above 0. The first of its
    steps becomes "▁be" and the others "ep".
    """
    onnx = pytest.importorskip("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto
    folder = tmp_path_factory.mktemp("model")
    (folder / "vocab.txt").write_text("▁be 0\nep 1\n<blk> 2\n", encoding="utf-8")
    nodes = [
        helper.make_node(
            "AveragePool", ["audio_signal"], ["pooled"], kernel_shape=[FRAMES], strides=[FRAMES],
            ceil_mode=1,
        ),
        helper.make_node("ReduceMean", ["pooled"], ["level"], axes=[1], keepdims=1),
        helper.make_node("Transpose", ["level"], ["steps"], perm=[0, 2, 1]),
        helper.make_node("Greater", ["steps", "zero"], ["loud"]),
        helper.make_node("Cast", ["loud"], ["one"], to=kinds.FLOAT),
        helper.make_node("Slice", ["one", "from", "to", "axis"], ["before"]),
        helper.make_node("Pad", ["before", "pads"], ["shifted"]),
        helper.make_node("Mul", ["one", "shifted"], ["goes_on"]),
        helper.make_node("Sub", ["one", "goes_on"], ["starts"]),
        helper.make_node("Sub", ["unit", "one"], ["silent"]),
        helper.make_node("Concat", ["starts", "goes_on", "silent"], ["chosen"], axis=2),
        helper.make_node("Mul", ["chosen", "sure"], ["scores"]),
        helper.make_node("LogSoftmax", ["scores"], ["logprobs"], axis=2),
    ]  # fmt: skip
    values = {
        "zero": np.float32(0),
        "unit": np.float32(1),
        "sure": np.float32(5),
        "from": np.array([0]),
        "to": np.array([-1]),
        "axis": np.array([1]),
        "pads": np.array([0, 1, 0, 0, 0, 0]),
    }
    graph = helper.make_graph(
        nodes,
        "beeps",
        [
            helper.make_tensor_value_info("audio_signal", kinds.FLOAT, ["n", 80, "t"]),
            helper.make_tensor_value_info("length", kinds.INT64, ["n"]),
        ],
        [helper.make_tensor_value_info("logprobs", kinds.FLOAT, ["n", "s", 3])],
        [onnx.numpy_helper.from_array(np.asarray(v), name) for name, v in values.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    onnx.save(made, folder / "model.onnx")
    return folder


def beeps(*times):
    """Three seconds with tones of 0.4 s at these seconds."""
    sound = np.random.default_rng(1).normal(0, 1e-3, 3 * RATE).astype(np.float32)
    for start in times:
        at = round(start * RATE)
        sound[at : at + round(0.4 * RATE)] += tone(0.4, rate=RATE)
    return sound


@pytest.mark.model
def test_words_have_the_times_and_the_probability_of_their_tokens(model):
    recogniser = open_transcriber(f"onnx_asr:nemo-conformer-ctc={model}", "cpu", 1)
    one, two = recogniser.listen([beeps(1.0), beeps(0.5, 2.0)], "en")
    assert (one.text, two.text) == ("beep", "beep beep")
    for hypothesis, starts in ((one, [1.0]), (two, [0.5, 2.0])):
        for word, start in zip(hypothesis.words, starts, strict=True):
            assert word.start_s == pytest.approx(start, abs=0.1)
            assert word.start_s < word.stop_s <= start + 0.5
            assert 0.9 < word.probability <= 1.0
    assert one.log_probability < 0.0
    assert recogniser.name == f"onnx_asr-1:nemo-conformer-ctc {model.name}"


@pytest.mark.model
def test_the_type_may_come_from_the_folder(model):
    (model / "config.json").write_text('{"model_type": "nemo-conformer-ctc"}', encoding="utf-8")
    try:
        recogniser = open_transcriber(f"onnx_asr:{model}", "cpu", 1)
        (hypothesis,) = recogniser.listen([beeps(1.0)], "hu")
        assert hypothesis.text == "beep"
    finally:
        (model / "config.json").unlink()


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ("onnx_asr:", "needs a model folder"),
        ("onnx_asr:nemo-canary-1b-v2=/nowhere", "is not a folder"),
        ("onnx_asr:{empty}", "could not be loaded"),
        ("onnx_asr:no-such-type={empty}", "could not be loaded"),
    ],
)
def test_what_cannot_be_loaded_is_a_sentence(choice, reason, tmp_path):
    with pytest.raises((CuratorError, MissingModel), match=reason):
        open_transcriber(choice.format(empty=tmp_path), "cpu", 1)


class Result:
    """As onnx-asr gives them of a model without times, such as Canary."""

    text, timestamps, tokens, logprobs = "Three odd words", None, None, None


def test_words_without_times_are_spread_over_the_window():
    words = _hypothesis(Result(), 13.0).words
    assert [word.text for word in words] == [" Three", " odd", " words"]
    assert [(word.start_s, word.stop_s) for word in words] == [(0, 5), (5, 8), (8, 13)]
    Result.text = ""
    assert _hypothesis(Result(), 1.0).no_speech == 1.0


def test_it_is_listed_among_the_transcribers():
    assert "onnx_asr" in {info.key for info in transcribers().values()}
