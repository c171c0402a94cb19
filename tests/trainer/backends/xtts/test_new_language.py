"""Languages outside of the released XTTS-v2: added to the vocabulary by training itself."""

from unicodedata import normalize

import pytest

from tests.trainer.backends.xtts.conftest import configured
from tests.trainer.bundles import a_clip, write_bundle
from trainer.backends.xtts.stock import load_stock
from trainer.bundle.manifest import read_bundle
from trainer.cli.parser import main
from trainer.data.dataset import check_clips
from trainer.families import open_backend

pytestmark = pytest.mark.model

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


def test_two_steps_are_trained_and_the_export_accepts_the_language(vietnamese, opened, tmp_path):
    words = ["train", str(vietnamese.folder), str(tmp_path / "run"), "--preset", "tiny-cpu"]
    for change in (f"model.base={opened().base.folder}", "sched.total_steps=2"):
        words += ["--set", change]
    assert main(words) == 0
    assert main(["export", str(tmp_path / "run"), str(tmp_path / "voice")]) == 0
    model = load_stock(tmp_path / "voice")
    assert "vi" in model.config.languages
    assert 1 not in model.tokenizer.encode("nặng", "vi")
