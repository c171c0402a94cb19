"""Multilingual edition: files, language ids and added languages."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from tests.trainer.backends.chatterbox.conftest import a_bundle, configured
from trainer.backends.chatterbox.base import ENGLISH, MULTILINGUAL, open_base, write_sizes
from trainer.backends.chatterbox.package import chatterbox, new_t3, text_tokenizer
from trainer.backends.chatterbox.stock import StockSpeaker, load_stock
from trainer.backends.chatterbox.text import token_ids
from trainer.backends.chatterbox.vocabulary import extended_base
from trainer.bundle.manifest import read_bundle
from trainer.families import open_backend

pytestmark = pytest.mark.model

TAGS = ("[en]", "[de]", "[fr]")
GERMAN = "Größe hat ihren Preis."


@pytest.fixture(scope="module")
def base(opened, tmp_path_factory):
    """Small random multilingual base with tags for three languages."""
    from safetensors.torch import save_file

    english = opened().base
    folder = tmp_path_factory.mktemp("multilingual")
    sizes = dataclasses.replace(english.sizes, text_tokens=MULTILINGUAL.text_tokens)
    write_sizes(folder, sizes)
    torch.manual_seed(0)
    save_file(new_t3(sizes).state_dict(), folder / MULTILINGUAL.t3)
    torch.save(english.tensors(ENGLISH.s3gen), folder / MULTILINGUAL.s3gen)
    torch.save(english.tensors(ENGLISH.voice_encoder), folder / MULTILINGUAL.voice_encoder)
    words = json.loads(english.path(ENGLISH.tokenizer).read_text("utf-8"))
    known = words["model"]["vocab"]
    for sign in ("\u0308", "\u0301", "\u030b", *"abcdefghijklmnopqrstuvwxyzß", *TAGS):
        known.setdefault(sign, len(known) + 256)  # after START, which has a fixed id
    words["added_tokens"] += [
        {**words["added_tokens"][0], "id": known[tag], "content": tag} for tag in TAGS
    ]
    (folder / MULTILINGUAL.tokenizer).write_text(json.dumps(words), "utf-8")
    (folder / "Cangjie5_TC.json").write_text(json.dumps(["日\ta"]), "utf-8")
    return open_base(folder)


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
    for mode, parts in (("lora", ()), ("partial", ("text",))):
        changes = (f"adapt.mode={mode}", "adapt.r=2", "adapt.extend=20")
        changes += (f"adapt.parts={json.dumps(parts)}",) if parts else ()
        backend = backend_on(base, bundle, tmp_path / "cache", *changes)
        assert not backend.reject(bundle.clips)
        network = backend.network()
        backend.adapt(network)
        learning = {name for name, value in network.named_parameters() if value.requires_grad}
        text = {name for name in learning if name.split(".")[1] in ("text_emb", "text_head")}
        assert text == {"t3.text_emb.weight", "t3.text_head.weight"}
        assert all("lora_" in name for name in learning - text)
        assert bool(learning - text) == (mode == "lora")


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
