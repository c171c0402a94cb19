"""Extended vocabulary: old rows are unchanged, new ones start from their pieces."""

import pytest
import torch

from tests.trainer.backends.xtts.conftest import configured
from tests.trainer.bundles import a_clip, write_bundle
from trainer.backends.xtts.base import open_base
from trainer.backends.xtts.network import XttsNetwork
from trainer.backends.xtts.stock import load_stock
from trainer.bundle.manifest import read_bundle
from trainer.cli.parser import main
from trainer.data.dataset import check_clips
from trainer.families import open_backend

pytestmark = pytest.mark.model


ENDINGS = ("back", "home", "again", "here", "there", "all", "now", "on")


@pytest.fixture(scope="module")
def strange(tmp_path_factory):
    """Bundle with a letter outside of the base vocabulary."""
    folder = tmp_path_factory.mktemp("strange") / "show"
    lines = [
        a_clip(folder, at, seconds=1.2, text=f"Þorn jumbles quartz by vexing zebras {word}.")
        for at, word in enumerate(ENDINGS)
    ]
    return read_bundle(write_bundle(folder, lines))


@pytest.fixture(scope="module")
def base(opened):
    """Base with a vocabulary of other text."""
    return opened().base.folder


@pytest.fixture(scope="module")
def two(strange, base):
    """Back-ends with the original and with an extended vocabulary."""
    settings = ("model.dropout=0.0", f"model.base={base}")
    return tuple(
        open_backend(config, strange)
        for config in (configured(*settings), configured(*settings, "adapt.extend=12"))
    )


def test_unknown_characters_become_tokens_before_pairs_do(two, strange):
    before, after = two
    clip = strange.clips[0]
    assert 1 in before._tokens.encode(clip.text, "en")
    tokens = after._tokens.encode(clip.text, "en")
    assert 1 not in tokens
    assert len(tokens) <= len(before._tokens.encode(clip.text, "en"))
    assert after._tokens.get_number_tokens() == before._tokens.get_number_tokens() + 12
    assert "þ" in after._tokens.tokenizer.get_vocab()


def test_clips_with_such_characters_are_used_only_then(two, strange):
    from trainer.errors import TrainerError

    before, after = two
    with pytest.raises(TrainerError, match="unknown_characters 8"):
        check_clips(before, strange, before.config)
    assert len(check_clips(after, strange, after.config).usable) == 8


def test_old_tokens_keep_id_row_and_logit(two):
    before, after = two
    old, new = (one._tokens.tokenizer.get_vocab() for one in two)
    assert all(new[token] == place for token, place in old.items())
    nets = [one.network().eval() for one in (before, after)]
    rows = len(old)
    hidden = torch.randn(5, 64)
    logits = [net.gpt.text_head(hidden) for net in nets]
    assert (logits[0] - logits[1][:, :rows]).abs().max() < 1e-5
    ids = torch.arange(rows)
    assert torch.equal(nets[0].gpt.text_embedding(ids), nets[1].gpt.text_embedding(ids))
    assert isinstance(nets[1], XttsNetwork)


def test_a_new_token_starts_as_the_mean_of_its_pieces(two):
    before, after = two
    vocabulary = after._tokens.tokenizer.get_vocab()
    rows = before._tokens.get_number_tokens()
    grown = {token: place for token, place in vocabulary.items() if place >= rows}
    weights = open_base(after.base.folder).tensors("model.pth")["gpt.text_embedding.weight"]
    plain = before._tokens.tokenizer
    checked = 0
    for token, place in grown.items():
        pieces = plain.encode(token).ids
        assert torch.allclose(weights[place], weights[pieces].mean(dim=0), atol=1e-5)
        checked += 1
    assert checked == 12


def test_the_grown_vocabulary_is_the_same_every_time(two, strange, tmp_path):
    from trainer.backends.xtts.vocabulary import extended_base

    again = extended_base(two[0].base, strange, 12, tmp_path)
    there = two[1].base.folder
    assert (again / "vocab.json").read_bytes() == (there / "vocab.json").read_bytes()


def test_a_run_with_a_grown_vocabulary_loads_in_the_stock_class(strange, base, tmp_path):
    words = ["train", str(strange.folder), str(tmp_path / "run"), "--preset", "tiny-cpu"]
    for change in (f"model.base={base}", "sched.total_steps=2", "adapt.extend=12"):
        words += ["--set", change]
    assert main(words) == 0
    assert main(["export", str(tmp_path / "run"), str(tmp_path / "voice")]) == 0
    model = load_stock(tmp_path / "voice")
    assert 1 not in model.tokenizer.encode("þorn", "en")
