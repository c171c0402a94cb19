"""Small files of tensors that would fill the memory: refused before they are loaded."""

import os
import shutil
import struct
import zipfile

import pytest

from tests.helpers.fuzz import counted
from trainer import tensor_limits
from trainer.backends.tensor_files import check_folder, load_tensors
from trainer.errors import BrokenBase, BrokenRun
from trainer.runs import checkpoint


def repacked(path, change, method=zipfile.ZIP_STORED):
    """A torch file with its pickle changed."""
    with zipfile.ZipFile(path) as whole:
        content = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(path, "w", method, compresslevel=9) as out:
        for name, data in content.items():
            out.writestr(name, change(data) if name.endswith("data.pkl") else data)


def safetensors(path, header):
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))


@pytest.fixture(autouse=True)
def checked_sparse_tensors():
    """torch 2.11 warns once where nobody has said whether they are checked."""
    import torch

    with torch.sparse.check_sparse_tensor_invariants(enable=True):
        yield


@pytest.mark.parametrize(
    "name", ["compressed", "sized", "expanded", "sparse", "meta", "number", "old"]
)
def test_a_torch_file_takes_no_more_memory_than_its_size(tmp_path, name):
    import torch

    path = tmp_path / "model.pth"
    values = {
        "expanded": torch.zeros(1).expand(10**6, 10**6),
        "sparse": torch.sparse_coo_tensor(torch.zeros((1, 1), dtype=torch.int64), [1.0], (2**50,)),
        "meta": torch.empty(10**6, 10**6, device="meta"),
        "number": 5,
    }
    torch.save({"model": {"a": values.get(name, torch.zeros(3))}}, path)
    sized = b"\x80\x02}X\x01\x00\x00\x00acbuiltins\nbytearray\nJ" + struct.pack("<i", 2**31 - 1)
    if name == "compressed":
        repacked(path, lambda data: data + bytes(1 << 24), zipfile.ZIP_DEFLATED)
    elif name == "sized":
        repacked(path, lambda _: sized + b"\x85Rs.")
    elif name == "old":
        path.write_bytes(sized + b"\x85Rs.")
    with counted("tensor bombs", name), pytest.raises(BrokenBase) as caught:
        load_tensors(path)
    assert "a is not a tensor" in str(caught.value) or "is damaged or contains" in str(caught.value)


def test_a_list_of_a_million_tensors_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "weights.safetensors"
    entry = b'"k%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    safetensors(path, b"{" + b",".join(entry % at for at in range(200_000)) + b"}")
    with pytest.raises(BrokenBase, match="more than 8 MB"):
        load_tensors(path)
    saved = checkpoint.Checkpoint(tmp_path, 1, {})
    with pytest.raises(BrokenRun, match="more than 8 MB"):
        saved.tensors("weights")
    safetensors(path, b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}')
    assert set(load_tensors(path)) == {"a"}
    assert set(saved.tensors("weights")) == {"a"}
    monkeypatch.setattr(tensor_limits, "MAX_LIST", 8)
    with pytest.raises(BrokenBase):
        load_tensors(path)


@pytest.mark.skipif(os.name == "nt", reason="no pipes")
def test_a_voice_with_a_pipe_is_not_opened_by_its_stock_class(tmp_path):
    (tmp_path / "reference").mkdir()
    (tmp_path / "config.json").write_text("{}")
    check_folder(tmp_path)
    os.mkfifo(tmp_path / "speakers_xtts.pth")
    with pytest.raises(BrokenBase, match="not a regular file"):
        check_folder(tmp_path)
    (tmp_path / "speakers_xtts.pth").unlink()
    shutil.copyfile(tmp_path / "config.json", tmp_path / "conds.safetensors")
    (tmp_path / "conds.safetensors").write_bytes(struct.pack("<Q", 1 << 40))
    with pytest.raises(BrokenBase, match="more than 8 MB"):
        check_folder(tmp_path)
