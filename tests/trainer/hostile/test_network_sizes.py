"""Configurations that ask for networks of terabytes: refused before anything is allocated."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import BPE

from tests.helpers.fake_indextts import fake_weights
from tests.helpers.fuzz import counted
from trainer.backends.chatterbox.base import ENGLISH, SIZES, TEXT_ROWS
from trainer.backends.chatterbox.base import open_base as open_chatterbox
from trainer.backends.indextts.base import open_base as open_indextts
from trainer.backends.xtts.base import model_args
from trainer.backends.xtts.networks import tokenizer
from trainer.backends.xtts.stock import load_stock
from trainer.errors import BrokenBase
from trainer.only_speaks import read_inference_model

XTTS = {
    "gpt_layers": (10**9, 300, 0, "many", 1e308, True),
    "gpt_n_model_channels": (10**12, 30_000, -5, [1]),
    "gpt_n_heads": (7, 10**6, {}),
    "gpt_num_audio_tokens": (10**7, 900_000),
    "gpt_max_audio_tokens": (2**62, 10**6),
    "decoder_input_dim": (10**6,),
    "output_sample_rate": (10**9,),
}
CHATTERBOX = {
    "layers": (10**9, 250, "x"),
    "width": (2**40, 30_000, None),
    "heads": (10**6, 7, 0),
    "feed_forward": (2**50, 30_000),
}
INDEXTTS = {
    "layers": "gpt: {layers: 1000000000, model_dim: 1280}",
    "a width beyond the weights": "gpt: {layers: 24, model_dim: 30000}",
    "a depth": "s2mel: {dit: {depth: 4000}}",
    "a width in a list": "s2mel: [{hidden_dim: 9999999}]",
    "an infinity": "a: .inf",
    "a number as words": "gpt: {layers: twenty, model_dim: 1280}",
    "aliases": "a: &a [*a, *a]\nn: 99999999",
    "nesting": "[" * 5000,
    "code": "a: !!python/object/apply:os.system [id]",
    "length": "a: " + "b" * 70_000,
}


def cases(sizes):
    return [(name, value) for name, values in sizes.items() for value in values]


@pytest.fixture
def xtts(tmp_path):
    (tmp_path / "model.pth").write_bytes(bytes(1 << 20))
    args = {"gpt_layers": 2, "gpt_n_model_channels": 64, "gpt_n_heads": 4}
    args |= {"gpt_max_text_tokens": 402, "gpt_max_audio_tokens": 605, "gpt_num_audio_tokens": 1026}
    return tmp_path, args


@pytest.mark.model
@pytest.mark.parametrize(("name", "value"), cases(XTTS))
def test_sizes_of_xtts(xtts, name, value):
    folder, args = xtts
    (folder / "config.json").write_text(json.dumps({"model_args": args}))
    assert model_args(folder)["gpt_layers"] == 2
    (folder / "config.json").write_text(json.dumps({"model_args": {**args, name: value}}))
    for read in (model_args, load_stock):
        with counted("network sizes", name), pytest.raises(BrokenBase, match=r"config\.json"):
            read(folder)


@pytest.mark.parametrize(("name", "value"), cases(CHATTERBOX))
def test_sizes_of_chatterbox(tmp_path, name, value):
    for file in ENGLISH.files:
        (tmp_path / file).write_bytes(b"x")
    save_file({TEXT_ROWS: np.zeros((704, 64), np.float32)}, tmp_path / ENGLISH.t3)
    sizes = {"layers": 2, "width": 32, "heads": 4, "feed_forward": 64, "text_tokens": 704}
    (tmp_path / SIZES).write_text(json.dumps(sizes))
    assert open_chatterbox(tmp_path).sizes.layers == 2
    (tmp_path / SIZES).write_text(json.dumps({**sizes, name: value}))
    with counted("network sizes", name), pytest.raises(BrokenBase, match=r"sizes\.json"):
        open_chatterbox(tmp_path)


@pytest.mark.parametrize("text", INDEXTTS.values(), ids=INDEXTTS)
def test_sizes_of_indextts(tmp_path, text):
    model = read_inference_model("indextts")
    fake_weights(tmp_path, model)
    open_indextts(model, tmp_path)
    (tmp_path / "config.yaml").write_text(text)
    with counted("network sizes", text[:30]), pytest.raises(BrokenBase, match=r"config\.yaml"):
        open_indextts(model, tmp_path)


@pytest.mark.model
@pytest.mark.parametrize("highest", [2, 2**31])
def test_a_vocabulary_with_a_high_number(tmp_path, highest):
    vocab = {"[UNK]": 0, "[START]": 1, "[STOP]": 2}
    text = Tokenizer(BPE(vocab, [], unk_token="[UNK]")).to_str()
    assert '"[STOP]":2' in text
    (tmp_path / "vocab.json").write_text(text.replace('"[STOP]":2', f'"[STOP]":{highest}'))
    if highest == 2:
        assert tokenizer(tmp_path / "vocab.json").get_number_tokens() == 3
        return
    with counted("network sizes", highest), pytest.raises(BrokenBase, match=r"vocab\.json"):
        tokenizer(tmp_path / "vocab.json")
