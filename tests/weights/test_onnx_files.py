"""ONNX models whose tensors are in other files: read only inside the folder of the model."""

import contextlib
import os

import numpy as np
import pytest

from curator.stages.transcription.transcribers import open_transcriber
from curator.weights.onnx_files import DamagedModel, external_names, require_own_files
from tests.helpers.fuzz import cases

onnx = pytest.importorskip("onnx")
PLACES = ["initializer", "sparse", "node", "branch", "function", "training"]
NAMES = [
    "../../private/letter.txt",
    "weights/../../../private/letter.txt",
    "/etc/hostname",
    "C:/Users/me/letter.txt",
    "..\\private\\letter.txt",
    "//HOST/share/letter.txt",
    "link.bin",
    "folder",
    "pipe",
    "missing.bin",
    "*/_ORT_MEM_ADDR_/*",
    "",
    "a\0b",
]


def a_tensor(location=None, **more):
    """Tensor of four numbers, in a file if a location is given."""
    tensor = onnx.numpy_helper.from_array(np.zeros(4, np.float32), "values")
    if location is not None:
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in {**more, "location": location}.items():
            tensor.external_data.add(key=key, value=value)
    return tensor


def a_model(tensor, place="initializer"):
    """Model with a tensor at a place."""
    helper = onnx.helper
    node = helper.make_node("Constant", [], ["out"], value=tensor)
    inner = helper.make_graph([node], "inner", [], [])
    nodes = {
        "node": [node],
        "branch": [helper.make_node("If", ["yes"], ["out"], then_branch=inner, else_branch=inner)],
    }
    graph = helper.make_graph(nodes.get(place, []), "graph", [], [])
    model = helper.make_model(graph)
    if place == "initializer":
        graph_tensors = model.graph.initializer
        graph_tensors.append(tensor)
    elif place == "sparse":
        model.graph.sparse_initializer.add().values.CopyFrom(tensor)
    elif place == "function":
        model.functions.add().node.append(node)
    elif place == "training":
        model.training_info.add().algorithm.CopyFrom(inner)
    return model


def write(folder, tensor, place="initializer"):
    (folder / "model.onnx").write_bytes(a_model(tensor, place).SerializeToString())


@pytest.mark.parametrize("place", PLACES)
def test_a_name_that_leads_elsewhere_is_found_wherever_the_tensor_is(tmp_path, canary, place):
    folder = tmp_path / "models" / "model"
    folder.mkdir(parents=True)
    write(folder, a_tensor("../../private/letter.txt", offset="0"), place)
    assert external_names(folder / "model.onnx") == {"../../private/letter.txt"}
    with pytest.raises(DamagedModel, match=r"outside its folder: '\.\./\.\./private/letter\.txt'"):
        require_own_files(folder)


@pytest.mark.skipif(os.name == "nt", reason="no pipes")
@pytest.mark.parametrize("name", NAMES)
def test_only_regular_files_in_the_folder_are_read(tmp_path, canary, name):
    folder = tmp_path / "models" / "model"
    (folder / "folder").mkdir(parents=True)
    (folder / "link.bin").symlink_to(canary.letter)
    os.mkfifo(folder / "pipe")
    write(folder, a_tensor(name))
    with pytest.raises(DamagedModel, match="outside its folder"):
        open_transcriber(f"onnx_asr:nemo-conformer-ctc={folder}", "cpu", 1)


def test_files_beside_the_model_and_of_a_download_cache_are_its_own(tmp_path):
    blobs = tmp_path / "models--x" / "blobs"
    folder = tmp_path / "models--x" / "snapshots" / "main"
    blobs.mkdir(parents=True)
    folder.mkdir(parents=True)
    for name in ("one", "two"):
        (blobs / name).write_bytes(bytes(16))
        (folder / f"{name}.bin").symlink_to(f"../../blobs/{name}")
    (folder / "weights").mkdir()
    (folder / "weights" / "three.bin").write_bytes(bytes(16))
    for name in ("one.bin", "weights/three.bin"):
        write(folder, a_tensor(name))
        require_own_files(folder)
    write(folder, a_tensor())
    require_own_files(folder)


def test_damaged_models_are_answered_or_named(tmp_path):
    write(tmp_path, a_tensor("weights.bin"), "branch")
    (tmp_path / "weights.bin").write_bytes(bytes(16))
    whole = (tmp_path / "model.onnx").read_bytes()
    for draw in cases("ONNX models", 300):
        data = bytearray(whole[: draw.randrange(len(whole) + 1)] if draw.random() < 0.3 else whole)
        for _ in range(draw.randrange(4) if data else 0):
            data[draw.randrange(len(data))] = draw.randrange(256)
        (tmp_path / "model.onnx").write_bytes(data)
        with contextlib.suppress(DamagedModel):
            require_own_files(tmp_path)


def test_a_name_hidden_behind_long_lengths_and_other_fields_is_found(tmp_path):
    key = b"\x0a\x88\x80\x00location"  # the length 8 in three bytes
    entry = b"\x12\x02/a" + b"\x1d\0\0\0\0" + key
    tensor = b"\x6a" + bytes([len(entry)]) + entry
    graph = b"\x2a" + bytes([len(tensor)]) + tensor
    (tmp_path / "model.onnx").write_bytes(b"\x3a" + bytes([len(graph)]) + graph)
    assert external_names(tmp_path / "model.onnx") == {"/a"}
