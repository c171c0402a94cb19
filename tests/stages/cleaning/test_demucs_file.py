"""The released Demucs file: half-precision weights, fractions and numpy 1 scalars in one pickle."""

import hashlib
import pickle
import zipfile
from fractions import Fraction

import numpy as np
import pytest

from curator.domain.errors import MissingModel
from curator.stages.cleaning.cleaners import htdemucs
from curator.weights import folder as weights_folder
from curator.weights.catalogue import ListedFile, ListedModel, listed_model
from tests.helpers.pickles import renaming_pickle

pytestmark = pytest.mark.model

RELEASED_GLOBALS = {
    "_codecs encode",
    "collections OrderedDict",
    "demucs.htdemucs HTDemucs",
    "fractions Fraction",
    "numpy dtype",
    "numpy.core.multiarray scalar",
    "torch._utils _rebuild_tensor_v2",
}
SIZES = {"channels": 8, "t_layers": 1, "t_heads": 2, "bottom_channels": 16, "depth": 4}


NUMPY_1_PICKLE = renaming_pickle({np._core.multiarray.scalar: "numpy.core.multiarray scalar"})


@pytest.fixture
def released(tmp_path, monkeypatch):
    """A package with the keys, types and pickled names of 955717e8, of a small network."""
    import torch
    from demucs.htdemucs import HTDemucs

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    torch.manual_seed(0)
    sources = ["drums", "bass", "other", "vocals"]
    kwargs = {**SIZES, "segment": Fraction(39, 5), "t_weight_decay": np.float64(0.0)}
    state = {k: v.half() for k, v in HTDemucs(sources, **kwargs).state_dict().items()}
    training = {"seed": 42, "dset": {"segment": 11}, "optim": {"lr": np.float64(3e-4)}}
    return {"klass": HTDemucs, "args": (sources,), "kwargs": kwargs, "state": state,
            "training_args": training}  # fmt: skip


def plant(package, monkeypatch, pickle_module=NUMPY_1_PICKLE):
    import torch

    model = listed_model("htdemucs")
    path = weights_folder.folder_of(model) / htdemucs.FILE
    path.parent.mkdir(parents=True)
    torch.save(package, path, pickle_module=pickle_module)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    file = ListedFile(htdemucs.FILE, path.stat().st_size, digest, "", ())
    small = ListedModel(model.name, model.kind, model.licence, model.origin, model.use,
                        model.revision, "", (file,))  # fmt: skip
    monkeypatch.setattr(weights_folder, "listed_model", lambda _name: small)
    return path


def globals_of(path):
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("data.pkl"))
        data = archive.read(name)
    import pickletools

    return {
        argument
        for opcode, argument, _ in pickletools.genops(data)
        if opcode.name == "GLOBAL" and not argument.startswith("torch ")
    }


def test_the_released_layout_loads_in_full_precision(released, monkeypatch):
    import torch

    path = plant(released, monkeypatch)
    assert globals_of(path) == RELEASED_GLOBALS

    network = htdemucs.load()

    assert {value.dtype for value in network.state_dict().values()} == {torch.float32}
    for name, value in network.state_dict().items():
        assert torch.equal(value, released["state"][name].float()), name
    assert list(network.sources) == ["drums", "bass", "other", "vocals"]


def test_the_names_of_numpy_2_load_as_well(released, monkeypatch):
    path = plant(released, monkeypatch, pickle)
    assert "numpy._core.multiarray scalar" in globals_of(path)

    htdemucs.load()


def test_other_code_in_a_verified_file_is_refused_without_advice_to_download_it(
    released, monkeypatch
):
    released["training_args"]["hook"] = hashlib.sha256
    plant(released, monkeypatch)

    with pytest.raises(MissingModel) as refusal:
        htdemucs.load()

    sentence = str(refusal.value)
    assert f"{htdemucs.FILE} contains more than weights (_hashlib.openssl_sha256)." in sentence
    assert "again" not in sentence
    assert "trust" not in sentence
