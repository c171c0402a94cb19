"""Multilingual edition: files, language ids and added languages."""

import json
from unicodedata import combining, normalize

import numpy as np
import pytest
import soundfile
import torch

from tests.trainer.backends.chatterbox.conftest import SMALL, a_bundle, configured
from tests.trainer.backends.chatterbox.multilingual import a_multilingual_base
from trainer.backends.chatterbox.base import MULTILINGUAL, open_base
from trainer.backends.chatterbox.package import chatterbox, text_tokenizer
from trainer.backends.chatterbox.stock import StockSpeaker, load_stock
from trainer.backends.chatterbox.text import as_tokenized, token_ids
from trainer.backends.chatterbox.vocabulary import extended_base
from trainer.bundle.manifest import read_bundle
from trainer.cli.parser import main
from trainer.families import open_backend
from trainer.runs.run import open_run
from trainer.training.session import base_folder

pytestmark = pytest.mark.model

TAGS = ("[en]", "[de]", "[fr]")
GERMAN = "Größe hat ihren Preis."


@pytest.fixture(scope="module")
def base(opened, tmp_path_factory):
    """Small random multilingual base with tags for three languages."""
    folder = tmp_path_factory.mktemp("multilingual")
    letters = ("\u0308", "\u0301", "\u030b", *"abcdefghijklmnopqrstuvwxyzß")
    return a_multilingual_base(opened().base, folder, letters, TAGS, ["日\ta"])


def backend_on(base, bundle, cache, *changes):
    config = configured(
        "model.random=false", f'model.base="{base.folder}"', f'data.cache="{cache}"', *changes
    )
    return open_backend(config, bundle)


def test_it_is_identified_by_its_files_and_loads_strictly(base):
    assert base.edition.name == "multilingual"
    stock = load_stock(base.folder)
    assert type(stock).__name__ == "ChatterboxMultilingualTTS"
    for name, value in base.tensors(MULTILINGUAL.t3).items():
        assert torch.equal(stock.t3.state_dict()[name], value), name


def test_the_tokenizer_is_built_without_downloads(base, monkeypatch):
    downloads = []
    owner = chatterbox("models.tokenizers.tokenizer")
    monkeypatch.setattr(owner, "hf_hub_download", lambda **named: downloads.append(named))
    assert text_tokenizer(base).cangjie_converter.word2cj == {"日": "a"}
    load_stock(base.folder)
    (base.folder / "Cangjie5_TC.json").rename(base.folder / "aside.json")
    try:
        assert text_tokenizer(base).cangjie_converter.word2cj == {}
    finally:
        (base.folder / "aside.json").rename(base.folder / "Cangjie5_TC.json")
    assert not downloads


def test_token_ids_start_with_the_language_and_are_decomposed(base):
    tokenizer = text_tokenizer(base)
    known = tokenizer.tokenizer.get_vocab()
    ids = token_ids(tokenizer, GERMAN, "de-AT")
    assert ids[0] == known["[de]"]
    assert known["\u0308"] in ids
    assert known["[UNK]"] not in ids
    assert known["[de]"] not in token_ids(tokenizer, GERMAN, "hu")


@pytest.mark.parametrize(
    ("language", "text", "sentence"),
    [
        ("de", GERMAN, None),
        ("hu", "Nagyszerű!", ""),
        ("yue", "Good", "the multilingual model does not support 'yue'"),
        ("fr", "Ça va ☺", "not in the vocabulary of the base: \u0327 ☺"),
    ],
)
def test_unsupported_languages_and_characters_are_named(base, tmp_path, language, text, sentence):
    bundle = read_bundle(a_bundle(tmp_path / "show", 2, text=text, language=language))
    backend = backend_on(base, bundle, tmp_path / "cache")
    reasons = backend.reject(bundle.clips).get("clip-0000", [])
    assert [reason.sentence for reason in reasons] == ([sentence] if sentence else [])


def test_an_added_language_has_no_id_and_text_layers_are_trainable(base, tmp_path):
    bundle = read_bundle(a_bundle(tmp_path / "show", 4, text="Őrült űrhajós!", language="hu"))
    grown = open_base(extended_base(base, bundle, 20, tmp_path / "cache"))
    added = len(text_tokenizer(grown).tokenizer.get_vocab())
    assert added > len(text_tokenizer(base).tokenizer.get_vocab())
    for mode, parts in (("lora", ()), ("partial", ("transformer",)), ("full", ())):
        changes = (f"adapt.mode={mode}", "adapt.r=2", "adapt.extend=20")
        changes += (f"adapt.parts={json.dumps(parts)}",) if parts else ()
        backend = backend_on(base, bundle, tmp_path / "cache", *changes)
        assert not backend.reject(bundle.clips)
        network = backend.network()
        backend.adapt(network)
        learning = {name for name, value in network.named_parameters() if value.requires_grad}
        text = {name for name in learning if name.split(".")[1] in ("text_emb", "text_head")}
        assert text == {"t3.text_emb.weight", "t3.text_head.weight"}
        if mode == "lora":
            assert all("lora_" in name for name in learning - text)
        assert learning - text
        assert list(backend.identity()["added"]["languages"]) == ["hu"]


VIETNAMESE = "Ngã, hỏi, sắc, huyền, nặng và ngang; Nghệ thuật kỳ diệu của người."


def test_vietnamese_tones_survive_to_the_tokens(base, opened, tmp_path):
    bundle = read_bundle(a_bundle(tmp_path / "show", 2, text=VIETNAMESE, language="vi"))
    for start in (base, opened().base):
        backend = backend_on(start, bundle, tmp_path / "cache")
        assert not backend.reject(bundle.clips)
        spoken = as_tokenized(backend._tokenizer, VIETNAMESE, "vi")
        ids = token_ids(backend._tokenizer, VIETNAMESE, "vi")
        assert backend._tokenizer.decode(ids) == spoken
        tones = {sign for sign in normalize("NFD", VIETNAMESE.lower()) if combining(sign)}
        assert len(tones) == 8  # five tones, circumflex, breve and horn
        assert {sign for sign in normalize("NFD", spoken) if combining(sign)} == tones


@pytest.mark.slow
def test_a_new_language_is_trained_exported_and_spoken(base, tmp_path, capsys):
    bundle = read_bundle(a_bundle(tmp_path / "show", 8, text=VIETNAMESE, language="vi"))
    words = ["train", str(bundle.folder), str(tmp_path / "run"), "--preset", "tiny-cpu"]
    changes = [*SMALL, "model.random=false", f'model.base="{base.folder}"', "sched.total_steps=2"]
    for change in (*changes, "adapt.mode=lora", "adapt.r=2", "optim.lr=0.01"):
        words += ["--set", change]
    assert main(words) == 0
    assert "tokens for Vietnamese." in capsys.readouterr().out
    assert main(["export", str(tmp_path / "run"), str(tmp_path / "voice")]) == 0
    before, after = (base.tensors(MULTILINGUAL.t3), open_base(tmp_path / "voice"))
    table = after.tensors(MULTILINGUAL.t3)["text_emb.weight"]
    first = max(text_tokenizer(base).tokenizer.get_vocab().values()) + 1
    grown = open_base(base_folder(open_run(tmp_path / "run")))
    start = grown.tensors(MULTILINGUAL.t3)["text_emb.weight"]
    ids = token_ids(text_tokenizer(after), VIETNAMESE, "vi")  # tokens merged away train nowhere
    new = sorted({place for place in ids if place >= first})
    assert new
    assert all(not torch.equal(table[place], start[place]) for place in new)
    assert torch.equal(start[: first - 1], before["text_emb.weight"][: first - 1])
    out = str(tmp_path / "said.wav")
    words = ["--text", "Nặng và ngang.", "--language", "vi", "--out", out]
    assert main(["speak", str(tmp_path / "run"), *words]) == 0
    assert soundfile.info(out).frames > 0


@pytest.mark.slow
def test_synthesis_with_and_without_a_language_id(base, speech):
    from tests.trainer.backends.chatterbox.test_runs import a_band

    speaker = StockSpeaker(base.folder)
    prompts = [speech.audio(clip) for clip in speech.clips[:1]]
    for language, text in (("de", GERMAN), ("hu", "Jo napot.")):
        sound = speaker.synthesise(text, language, prompts, 1, a_band(10, 12, 13))
        assert sound.rate == 24_000
        assert np.isfinite(sound.samples).all()
        assert sound.seconds > 0.2
