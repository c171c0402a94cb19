"""Packing of a small base, and the command that writes one that ships with the project."""

import pytest
import torch

from trainer.backends.xtts import shipped_base
from trainer.backends.xtts.base import LICENCE, load_tensors, open_base
from trainer.backends.xtts.shipped_base import ROUNDED, pack, shipped_bases, unpack
from trainer.backends.xtts.stock import load_stock
from trainer.cli.parser import main

pytestmark = [pytest.mark.slow, pytest.mark.model]

TERMS = "Free to use"


@pytest.fixture(scope="module")
def packed(tmp_path_factory, opened):
    """Resources with one packed base, "small"."""
    folder = tmp_path_factory.mktemp("resources")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shipped_base, "EFFORT", 0)
        pack(opened().base.folder, folder / "bases" / "small")
    (folder / "bases" / "small" / LICENCE).write_text(f"{TERMS}\nEverybody may.\n")
    return folder


@pytest.fixture
def resources(packed, monkeypatch):
    """The packed base ships with the project."""
    monkeypatch.setattr(shipped_base, "resources", lambda: packed)
    return packed


def test_a_base_is_the_same_after_packing_but_for_half_precision(resources, tmp_path, opened):
    before = opened().base
    unpack(resources / "bases" / "small", tmp_path)
    for name in ("model.pth", "dvae.pth"):
        packed = load_tensors(tmp_path / name)
        original = load_tensors(before.folder / name)
        assert packed.keys() == original.keys()
        for key, value in original.items():
            assert packed[key].dtype == value.dtype
            least_bits = 2.0**-5 if key.startswith(ROUNDED) else 2.0**-10
            torch.testing.assert_close(packed[key], value, rtol=least_bits, atol=1e-5)
    after = open_base(tmp_path)
    assert after.matches_dvae
    assert after.licence == TERMS
    assert load_stock(tmp_path) is not None  # strict


def test_the_command_writes_a_base_and_names_what_ships(resources, tmp_path, capsys):
    folder = tmp_path / "base"
    assert shipped_bases() == ["small"]
    assert main(["base", "small", str(folder)]) == 0
    assert f"--base {folder}" in capsys.readouterr().out
    assert open_base(folder).licence == TERMS
    assert main(["base", "small", str(folder)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["base", "smal", str(tmp_path / "other")]) == 2
    assert "Did you mean 'small'?" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()


def test_a_voice_keeps_the_licence_of_its_base(resources, tmp_path, speech, opened):
    unpack(resources / "bases" / "small", tmp_path)
    changed = opened("model.random=false", f'model.base="{tmp_path}"')
    assert changed.identity()["licence"] == TERMS
    assert "Coqui" in opened().identity()["licence"]
