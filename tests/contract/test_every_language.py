"""Every language that a family speaks as released: check, export, prepare and two steps."""

import unicodedata
from dataclasses import replace

import pytest
import torch

from curator.domain.fact import Transcript
from curator.domain.languages import NATIVE
from curator.domain.target import read_target
from curator.export.checks import check, text_notes
from tests.helpers.bundles import a_source, as_recording, kept_clips, write_bundle
from tests.trainer.backends.chatterbox.multilingual import a_multilingual_base
from trainer.backends.chatterbox.package import chatterbox
from trainer.bundle.manifest import read_bundle
from trainer.cli.parser import main
from trainer.config import resolve
from trainer.data.dataset import check_clips
from trainer.families import open_backend
from trainer.languages import language_table
from trainer.runs.events import of_kind, read_events

pytestmark = [pytest.mark.slow, pytest.mark.model, pytest.mark.timeout(900)]

SENTENCES = {
    "ar": "مرحبا، كيف حالك اليوم؟",
    "cs": "Příliš žluťoučký kůň pěl ďábelské ódy.",
    "da": "Høj bly gom vandt fræk sexquiz på wc.",
    "de": "Größe hat ihren Preis, schöne Grüße!",
    "el": "Καλημέρα, τι κάνεις σήμερα;",
    "en": "Good evening and welcome to the show.",
    "es": "¿Qué tal? El pingüino comió mañana.",
    "fi": "Hyvää päivää, mitä kuuluu?",
    "fr": "Voilà, ça va très bien, l’été à Noël.",
    "he": "שלום, מה שלומך היום?",
    "hi": "नमस्ते, आप कैसे हैं। 50 लोग।",
    "hu": "Árvíztűrő tükörfúrógép, 50 darab.",
    "it": "Perché no? Così è più bello.",
    "ja": "こんにちは、日本語のカメラです。",
    "ko": "안녕하세요, 반갑습니다.",
    "ms": "Selamat pagi, apa khabar?",
    "nl": "Zij heeft één café in de ruïne.",
    "no": "Blåbærsyltetøy er godt på skjæret.",
    "pl": "Zażółć gęślą jaźń, proszę.",
    "pt": "À noite, vovô Kowalsky vê o ímã.",
    "ru": "Съешь ещё этих мягких булок.",
    "sv": "Flygande bäckasiner söka hwila på mjuka tuvor.",
    "sw": "Habari ya asubuhi, rafiki yangu?",
    "tr": "Fahiş bluz güvencesi, İstanbul ığdır.",
    "zh": "你好，世界。今天很好。",
}
FAMILIES = {"xtts": ("xtts_v2", 17), "chatterbox": ("chatterbox", 23)}
TINY = ("model.layers=2", "model.width=64", "model.heads=2", "optim.effective_clips=64")
CLIP_S = 1.2

RANGES = ((0x0300, 0x036F), (0x0370, 0x045F), (0x0590, 0x06FF), (0x0900, 0x097F), (0x1100, 0x11FF),
          (0x3001, 0x30FF))  # fmt: skip
CHINESE = [sign for sign in SENTENCES["zh"] if unicodedata.category(sign) == "Lo"]


@pytest.fixture(scope="module")
def multilingual(tmp_path_factory):
    """Folder of a small random multilingual Chatterbox base, with the letters of its languages."""
    folder = tmp_path_factory.mktemp("base")
    recording = as_recording(a_source(folder, seconds=8.0))
    write_bundle(folder / "bundle", kept_clips(recording, 4), [recording],
                 family=read_target("chatterbox"))  # fmt: skip
    config = resolve("tiny-cpu", None, ["model.backend=chatterbox", *TINY])
    english = open_backend(config, read_bundle(folder / "bundle")).base
    letters = [chr(code) for first, last in RANGES for code in range(first, last + 1)]
    letters += [*"abcdefghijklmnopqrstuvwxyzßæøåłı¿¡,.:;!?\"'()-%&/", *"0123456789"]
    special = [f"[{code}]" for code in chatterbox("mtl_tts").SUPPORTED_LANGUAGES]
    special += [f"[cj_{letter}]" for letter in "abcdefghijklmnopqrstuvwxyz."]
    table = [f"{sign}\t{'abcdefghijkl'[at]}" for at, sign in enumerate(CHINESE)]
    (folder / "multilingual").mkdir()
    return a_multilingual_base(english, folder / "multilingual", letters, special, table).folder


def clips_in(recording, texts):
    """Two kept clips of each text. texts: by language code."""
    clips = kept_clips(recording, 2 * len(texts), seconds=CLIP_S, group=1)
    spoken = [(code, text) for code, text in texts.items() for _ in range(2)]
    return [
        replace(clip, text=text, transcript=Transcript(text, (), code, 1.0, 0.0, 1.0))
        for clip, (code, text) in zip(clips, spoken, strict=True)
    ]


def exported(folder, target, texts):
    """Bundle of two clips of each text, all of which the target accepts."""
    recording = as_recording(a_source(folder, seconds=2 * len(texts) * CLIP_S))
    clips = clips_in(recording, texts)
    assert check(clips, target) == []
    write_bundle(folder / "bundle", clips, [recording], family=target, eval_share=0.05)
    return clips


@pytest.mark.parametrize("family", FAMILIES)
def test_every_native_language_is_checked_exported_prepared_and_trained(family, tmp_path, request):
    key, count = FAMILIES[family]
    target = read_target(key)
    native = [code for code, treatment in target.treatments.items() if treatment == NATIVE]
    assert len(native) == count
    clips = exported(tmp_path, target, {code: SENTENCES[code] for code in native})
    assert not [note for note in text_notes(clips, target) if "added" in note]
    changes = [f"model.backend={family}", *TINY, "sched.total_steps=2", "data.prompt_policy=self"]
    if family == "chatterbox":
        base = request.getfixturevalue("multilingual")
        changes += ["model.random=false", f'model.base="{base}"']
    settings = [word for change in changes for word in ("--set", change)]
    bundle = str(tmp_path / "bundle")
    assert main(["prepare", bundle, "--preset", "tiny-cpu", *settings]) == 0
    assert main(["train", bundle, str(tmp_path / "run"), "--preset", "tiny-cpu", *settings]) == 0
    (started,) = of_kind(read_events(tmp_path / "run"), "started")
    assert started["clips"]["rejected"] == 0
    assert started["clips"]["train"] + started["clips"]["eval"] == 2 * count
    assert "added" not in started["identity"]
    assert [event["step"] for event in of_kind(read_events(tmp_path / "run"), "step")] == [1, 2]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_other_language_is_added_with_all_of_its_letters(family, tmp_path, request):
    target = read_target(FAMILIES[family][0])
    texts = {
        code: f"{language_table()[code]['own']} {_letters(code)}"
        for code, treatment in target.treatments.items()
        if treatment != NATIVE
    }
    exported(tmp_path, target, texts)
    changes = [f"model.backend={family}", *TINY]
    if family == "chatterbox":
        base = request.getfixturevalue("multilingual")
        changes += ["model.random=false", f'model.base="{base}"']
    bundle = read_bundle(tmp_path / "bundle")
    backend = open_backend(resolve("tiny-cpu", None, changes), bundle)
    assert len(check_clips(backend, bundle, backend.config).usable) == 2 * len(texts)
    assert set(backend.identity()["added"]["languages"]) == set(texts)
    network = backend.network()
    assert all(torch.isfinite(value).all() for value in network.parameters())


def _letters(code):
    """Text of all listed letters of a language, in words of eight."""
    letters = language_table()[code]["letters"]
    return " ".join(letters[at : at + 8] for at in range(0, len(letters), 8))
