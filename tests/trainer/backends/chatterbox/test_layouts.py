"""Base folders as people have them: each loads and exports, or is refused by one sentence."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.trainer.backends.chatterbox.conftest import SMALL, configured
from trainer.backends.chatterbox.base import (
    ENGLISH,
    MULTILINGUAL,
    MULTILINGUAL_V3,
    SIZES,
    open_base,
)
from trainer.backends.chatterbox.stock import load_stock
from trainer.cli.parser import main
from trainer.errors import BrokenBase
from trainer.families import family_of, open_backend

pytestmark = pytest.mark.model


@pytest.fixture
def folder(opened, tmp_path):
    """A copy of the small English base without its record."""
    copy = tmp_path / "base"
    shutil.copytree(opened().base.folder, copy, ignore=shutil.ignore_patterns("recorded*"))
    return copy


def with_prefixed_t3(folder):
    state = load_file(folder / ENGLISH.t3)
    save_file({f"t3.{key}": value for key, value in state.items()}, folder / ENGLISH.t3)


def with_more_text_tokens(folder):
    state = load_file(folder / ENGLISH.t3)
    for key in ("text_emb.weight", "text_head.weight"):
        state[key] = torch.cat([state[key], torch.zeros(30, state[key].shape[1])])
    save_file(state, folder / ENGLISH.t3)


def with_pt_files(folder):
    for name in (ENGLISH.s3gen, ENGLISH.voice_encoder):
        path = folder / name
        torch.save(load_file(path), path.with_suffix(".pt"))
        path.unlink()


def with_both_suffixes(folder):
    for name in (ENGLISH.s3gen, ENGLISH.voice_encoder):
        torch.save(load_file(folder / name), (folder / name).with_suffix(".pt"))


LOADED = [with_prefixed_t3, with_more_text_tokens, with_pt_files, with_both_suffixes]


@pytest.mark.parametrize("layout", LOADED, ids=lambda layout: layout.__name__)
def test_it_loads_and_exports_for_the_stock_class(layout, folder, speech, tmp_path):
    layout(folder)
    config = configured("model.random=false", f'model.base="{folder}"')
    backend = open_backend(config, speech)
    assert backend.base.edition is ENGLISH
    network = backend.network()
    state = {k.removeprefix("t3."): v for k, v in load_file(folder / ENGLISH.t3).items()}
    assert all(torch.equal(network.t3.state_dict()[key], value) for key, value in state.items())
    assert backend.feature_key()
    export = tmp_path / "voice"
    export.mkdir()
    assert backend.export(network, export)["changed"] == 0
    assert set(ENGLISH.files) <= {path.name for path in export.iterdir()}
    load_stock(export)


def multilingual(folder, t3):
    """Make the folder multilingual, with a T3 of this file name."""
    state = load_file(folder / ENGLISH.t3)
    for key in ("text_emb.weight", "text_head.weight"):
        state[key] = state[key].repeat(4, 1)[: MULTILINGUAL.text_tokens].contiguous()
    save_file(state, folder / t3)
    for name, other in (
        (ENGLISH.s3gen, MULTILINGUAL.s3gen),
        (ENGLISH.voice_encoder, MULTILINGUAL.voice_encoder),
    ):
        torch.save(load_file(folder / name), folder / other)
    shutil.copyfile(folder / ENGLISH.tokenizer, folder / MULTILINGUAL.tokenizer)


def test_version_3_is_known_and_exported_under_the_name_of_the_stock_class(
    folder, speech, tmp_path
):
    multilingual(folder, MULTILINGUAL_V3.t3)
    for name in (ENGLISH.t3, ENGLISH.tokenizer):
        (folder / name).unlink()
    assert family_of(folder, "") == "chatterbox"
    backend = open_backend(configured("model.random=false", f'model.base="{folder}"'), speech)
    assert backend.identity()["edition"] == "multilingual_v3"
    export = tmp_path / "voice"
    export.mkdir()
    backend.export(backend.network(), export)
    assert (export / MULTILINGUAL.t3).is_file()
    assert type(load_stock(export)).__name__ == "ChatterboxMultilingualTTS"


def test_a_whole_repository_needs_a_chosen_edition(folder):
    multilingual(folder, MULTILINGUAL.t3)
    multilingual(folder, MULTILINGUAL_V3.t3)
    with pytest.raises(BrokenBase, match="several editions") as refusal:
        open_base(folder)
    assert "--edition en, multilingual" in str(refusal.value)
    assert open_base(folder, "en").edition is ENGLISH
    assert open_base(folder, "multilingual").edition is MULTILINGUAL_V3
    assert open_base(folder, "multilingual_v2").edition is MULTILINGUAL


def test_the_edition_is_chosen_by_an_option(folder, speech, capsys):
    multilingual(folder, MULTILINGUAL.t3)
    command = ["check", str(speech.folder), "--base", str(folder), "--preset", "tiny-cpu"]
    settings = [word for change in SMALL for word in ("--set", change)]
    assert main([*command, *settings]) == 1
    assert "--edition" in capsys.readouterr().err
    assert main([*command, *settings, "--edition", "en"]) == 0


def is_turbo(folder):
    (folder / ENGLISH.t3).rename(folder / "t3_turbo_v1.safetensors")


def lacks_the_voice_encoder(folder):
    (folder / ENGLISH.voice_encoder).unlink()


def has_fewer_rows_than_tokens(folder):
    state = load_file(folder / ENGLISH.t3)
    for key in ("text_emb.weight", "text_head.weight"):
        state[key] = state[key][:200].clone()
    save_file(state, folder / ENGLISH.t3)


def has_another_network(folder):
    about = json.loads((folder / SIZES).read_text())
    (folder / SIZES).write_text(json.dumps({**about, "layers": about["layers"] + 1}))


def has_code_in_it(folder):
    (folder / ENGLISH.voice_encoder).unlink()
    torch.save({"hook": pytest.raises}, folder / "ve.pt")


def is_cut_off(folder):
    data = (folder / ENGLISH.t3).read_bytes()
    (folder / ENGLISH.t3).write_bytes(data[: len(data) // 2])


REFUSED = [
    (is_turbo, "contains Chatterbox Turbo (t3_turbo_v1.safetensors), which cannot be trained"),
    (lacks_the_voice_encoder, "lacks ve.safetensors"),
    (has_fewer_rows_than_tokens, "has 200 text tokens, and tokenizer.json has ids up to 255"),
    (has_another_network, "does not fit the network: tfmr.layers.2"),
    (has_code_in_it, "more than tensors: it names _pytest.raises.raises"),
    (is_cut_off, "is damaged"),
]


@pytest.mark.parametrize(
    ("layout", "words"), REFUSED, ids=lambda value: getattr(value, "__name__", "")
)
def test_it_is_refused_by_one_sentence(layout, words, folder, speech, tmp_path, capsys):
    layout(folder)
    run = tmp_path / "run"
    command = ["train", str(speech.folder), str(run), "--base", str(folder), "--preset", "tiny-cpu"]
    settings = [word for change in SMALL for word in ("--set", change)]
    code = main([*command, *settings])
    message = capsys.readouterr().err
    assert code == 1, message
    assert words in message
    for unwanted in ("Traceback", "weights_only", "trust the source of the", "state_dict"):
        assert unwanted not in message
    assert not run.exists()
