"""Weights of packages read, and converted networks written as ONNX files."""

import hashlib
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

OPSET = 13
IR_VERSION = 8

Shapes = Mapping[str, Sequence[str | int]]
"""Shapes of inputs or outputs by name; a name in a shape is a size that may vary."""


def package_file(package: str, inside: str, sha256: str, version: str) -> Path:
    """File of an installed package; ValueError for that of another version."""
    found = find_spec(package)
    assert found is not None, f"{package} is not installed."
    path = Path(found.submodule_search_locations[0]) / inside
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise ValueError(f"{path} is not of {version}.")
    return path


def onnx_bytes(
    name: str,
    nodes: Sequence[onnx.NodeProto],
    inputs: Shapes,
    outputs: Shapes,
    arrays: Mapping[str, np.ndarray],
) -> bytes:
    """Bytes of a checked model, the same each time. inputs and outputs: float32."""
    graph = helper.make_graph(
        nodes,
        name,
        *(
            [
                helper.make_tensor_value_info(key, onnx.TensorProto.FLOAT, shape)
                for key, shape in shapes.items()
            ]
            for shapes in (inputs, outputs)
        ),
        [
            numpy_helper.from_array(np.ascontiguousarray(value), key)
            for key, value in arrays.items()
        ],
    )
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)
