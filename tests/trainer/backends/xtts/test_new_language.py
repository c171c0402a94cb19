"""Languages outside of the released XTTS-v2: added to the vocabulary by training itself."""

import shutil
from unicodedata import normalize

import pytest
import torch

from tests.trainer.backends.xtts.conftest import configured
from tests.trainer.bundles import a_clip, write_bundle
from trainer.backends.xtts.networks import tokenizer
from trainer.backends.xtts.stock import load_stock
from trainer.backends.xtts.vocabulary import _write_model
from trainer.bundle.manifest import read_bundle
from trainer.bundle.vocabulary import Growth, write_vocabulary
from trainer.cli.parser import main
from trainer.data.dataset import check_clips
from trainer.families import open_backend
from trainer.languages import supported
from trainer.report import write_report
from trainer.runs.events import of_kind, read_events

pytestmark = pytest.mark.model

TABLES = ("text_embedding.weight", "text_head.weight", "text_head.bias")
TEXTS = (
    "Tiếng Việt có sáu thanh điệu.",
    "Ngã, hỏi, sắc, huyền, nặng và ngang.",
    "Hôm nay trời đẹp quá, chúng ta đi chơi nhé!",
    "Nghệ thuật ở đây thật kỳ diệu.",
)


@pytest.fixture(scope="module")
def vietnamese(tmp_path_factory):
    """Bundle of Vietnamese clips."""
    folder = tmp_path_factory.mktemp("vietnamese") / "show"
    lines = [
        {**a_clip(folder, at, seconds=1.2, text=TEXTS[at % 4]), "language": "vi"} for at in range(8)
    ]
    return read_bundle(write_bundle(folder, lines))


@pytest.fixture(scope="module")
def backend(vietnamese, opened):
    """Back-end on a base without Vietnamese, with default settings."""
    return open_backend(configured(f"model.base={opened().base.folder}"), vietnamese)


def test_the_vocabulary_is_extended_without_being_asked(backend, vietnamese, opened):
    before = opened()._tokens.tokenizer.get_vocab()
    after = backend._tokens.tokenizer.get_vocab()
    assert "[vi]" in after
    assert "[vi]" not in before
    assert all(after[token] == place for token, place in before.items())
    assert len(check_clips(backend, vietnamese, backend.config).usable) == 8


def test_tones_survive_to_the_tokens(backend):
    for text in TEXTS:
        tokens = backend._tokens.encode(text, "vi")
        assert tokens[0] == backend._tokens.tokenizer.token_to_id("[vi]")
        decoded = backend._tokens.decode(tokens).removeprefix("[vi]")
        assert normalize("NFC", decoded) == normalize("NFC", text.lower())


def test_a_base_with_the_language_is_not_extended_again(backend, vietnamese):
    again = open_backend(configured(f"model.base={backend.base.folder}"), vietnamese)
    assert again.base.folder == backend.base.folder


@pytest.mark.parametrize(
    "changes", [(), ("adapt.mode=lora",), ("adapt.mode=partial", 'adapt.parts=["transformer"]')]
)
def test_new_tokens_are_trained_in_every_mode(backend, vietnamese, changes):
    again = open_backend(configured(f"model.base={backend.base.folder}", *changes), vietnamese)
    network = again.network()
    again.adapt(network)
    learning = {name for name, value in network.named_parameters() if value.requires_grad}
    assert {f"gpt.{name}" for name in TABLES} <= learning


def test_without_new_tokens_adapters_are_trained_alone(opened):
    known = opened("adapt.mode=lora")
    network = known.network()
    known.adapt(network)
    learning = [name for name, value in network.named_parameters() if value.requires_grad]
    assert learning
    assert all("lora_" in name for name in learning)
    assert "added" not in known.identity()


def test_two_steps_are_trained_and_the_export_accepts_the_language(
    vietnamese, opened, tmp_path, capsys
):
    base = opened().base.folder
    words = ["train", str(vietnamese.folder), str(tmp_path / "run"), "--preset", "tiny-cpu"]
    changes = (f"model.base={base}", "sched.total_steps=2", "adapt.mode=lora", "adapt.r=2")
    for change in (*changes, "loss.text_weight=1.0", "optim.lr=0.01"):
        words += ["--set", change]
    assert main(words) == 0
    said = capsys.readouterr().out
    (started,) = of_kind(read_events(tmp_path / "run"), "started")
    added = started["identity"]["added"]
    assert added["languages"] == ["vi"]
    assert f"Added to the vocabulary: {added['tokens']} tokens for Vietnamese." in said
    assert main(["export", str(tmp_path / "run"), str(tmp_path / "voice")]) == 0
    before = torch.load(base / "model.pth")["model"]
    after = torch.load(tmp_path / "voice" / "model.pth")["model"]
    for name in TABLES:
        grown = after[f"gpt.{name}"]
        assert len(grown) == len(before[f"gpt.{name}"]) + added["tokens"]
    write_report(tmp_path / "run", tmp_path / "report.html")
    assert added["sentence"] in (tmp_path / "report.html").read_text("utf-8")
    model = load_stock(tmp_path / "voice")
    assert "vi" in model.config.languages
    assert 1 not in model.tokenizer.encode("nặng", "vi")


VIXTTS_TOKENS = 7544  # of capleaf/viXTTS, whose vocabulary has "[vi]"


def test_a_base_that_was_trained_on_the_language_is_recognised(backend, vietnamese, tmp_path):
    base = tmp_path / "base"
    known = backend._tokens.tokenizer.get_vocab()
    others = {f"☃{at}": ("[UNK]",) for at in range(VIXTTS_TOKENS - len(known))}
    base.mkdir()
    write_vocabulary(backend.base.folder / "vocab.json", base / "vocab.json", Growth(others, []))
    _write_model(backend.base, base / "model.pth", known, Growth(others, []))
    for name in ("config.json", "dvae.pth", "mel_stats.pth"):
        shutil.copyfile(backend.base.folder / name, base / name)
    again = open_backend(configured(f"model.base={base}"), vietnamese)
    assert again._tokens.get_number_tokens() == VIXTTS_TOKENS
    assert again.base.folder == base
    assert "added" not in again.identity()
    assert len(check_clips(again, vietnamese, again.config).usable) == 8
    assert again.network().gpt.text_embedding.num_embeddings == VIXTTS_TOKENS


def test_check_plan_and_prepare_announce_the_addition(vietnamese, opened, tmp_path, capsys):
    words = "Vietnamese will be added to XTTS-v2's vocabulary in training."
    folder = str(vietnamese.folder)
    for command in (
        ["check", folder],
        ["check", folder, "--json"],
        ["plan", folder, "--gpu", "24"],
    ):
        main(command)
        assert words in capsys.readouterr().out
    settings = ["--preset", "tiny-cpu", "--set", f"model.base={opened().base.folder}"]
    assert main(["prepare", folder, *settings, "--set", f"data.cache={tmp_path}"]) == 0
    assert "tokens for Vietnamese." in capsys.readouterr().out


NUMBERS = ("12,5 és 1.234", "3. 4º 1st 2nd", "9" * 40, "12:30 100-200 5%", "50")


def test_numbers_are_read_out_in_every_language():
    words = tokenizer(None)
    for language in supported("xtts_v2"):
        for text in NUMBERS:
            assert words.preprocess_text(text, language)
    assert words.preprocess_text("3. május", "cs") == "tři. május"
    assert words.preprocess_text("50 người", "vi") == "năm mươi người"
    assert words.preprocess_text("50 सैनिक", "hi") == "५० सैनिक"
