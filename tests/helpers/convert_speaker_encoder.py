"""Converts Resemblyzer's weights to ``resources/speaker_encoder/encoder.onnx``.

Run ``python -m tests.helpers.convert_speaker_encoder`` with Resemblyzer 0.1.4, torch and onnx. The
graph holds the mel filters, the LSTM layers, the linear layer and the normalisation, so that its
users only compute power spectra.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from onnx import helper

from curator.domain.resources import resources
from curator.stages.speaker.mel import mel_filters
from curator.stages.speaker.resemblyzer import FILE
from tests.helpers.onnx_files import onnx_bytes, package_file

WEIGHTS_SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
RATE = 16_000
WINDOW = 400
BANDS = 40
LAYERS = 3
SIZE = 256
TINY = 1e-12  # keeps a vector of zeros from becoming one of NaN


def package_weights() -> dict[str, np.ndarray]:
    """Weights of the installed package by name; ValueError for those of another version."""
    path = package_file("resemblyzer", "pretrained.pt", WEIGHTS_SHA256, "Resemblyzer 0.1.4")
    state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    return {name: value.numpy() for name, value in state.items()}


def converted(weights: dict[str, np.ndarray]) -> bytes:
    """The ONNX model: power spectra (windows, frames, 201) to states and directions (windows, 256).

    states: final hidden state of the last layer. directions: of length 1, components >= 0.
    """
    arrays = {
        "filters": mel_filters(RATE, WINDOW, BANDS).T,
        "direction_axis": np.array([1]),
        "layer_axis": np.array([0]),
        "linear_weight": weights["linear.weight"],
        "linear_bias": weights["linear.bias"],
        "tiny": np.float32(TINY).reshape(1),
    }
    nodes = [
        helper.make_node("MatMul", ["power", "filters"], ["mels"]),
        helper.make_node("Transpose", ["mels"], ["input_0"], perm=[1, 0, 2]),
    ]
    for layer in range(LAYERS):
        arrays |= lstm_arrays(weights, layer)
        names = [f"input_{layer}", f"w_{layer}", f"r_{layer}", f"b_{layer}"]
        outputs = [f"output_{layer}", f"state_{layer}"]
        nodes.append(helper.make_node("LSTM", names, outputs, hidden_size=SIZE))
        squeezed = [f"output_{layer}", "direction_axis"]
        if layer + 1 < LAYERS:
            nodes.append(helper.make_node("Squeeze", squeezed, [f"input_{layer + 1}"]))
    linear = ["states", "linear_weight", "linear_bias"]
    nodes += [
        helper.make_node("Squeeze", [f"state_{LAYERS - 1}", "layer_axis"], ["states"]),
        helper.make_node("Gemm", linear, ["sums"], transB=1),
        helper.make_node("Relu", ["sums"], ["raw"]),
        helper.make_node("ReduceL2", ["raw"], ["lengths"], axes=[1], keepdims=1),
        helper.make_node("Max", ["lengths", "tiny"], ["divisors"]),
        helper.make_node("Div", ["raw", "divisors"], ["directions"]),
    ]
    outputs = {name: ["windows", SIZE] for name in ("states", "directions")}
    inputs = {"power": ["windows", "frames", WINDOW // 2 + 1]}
    return onnx_bytes("speaker_encoder", nodes, inputs, outputs, arrays)


def lstm_arrays(weights: dict[str, np.ndarray], layer: int) -> dict[str, np.ndarray]:
    """Weights of a layer as ONNX orders them."""
    inputs, recurrent, *biases = (
        gates_of_onnx(weights[f"lstm.{name}_l{layer}"])
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    return {
        f"w_{layer}": inputs[None],
        f"r_{layer}": recurrent[None],
        f"b_{layer}": np.concatenate(biases)[None],
    }


def gates_of_onnx(rows: np.ndarray) -> np.ndarray:
    """Rows of the gates input, forget, cell, output (torch) as input, output, forget, cell."""
    gate_in, forget, cell, out = np.split(rows, 4)
    return np.concatenate([gate_in, out, forget, cell])


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=resources() / FILE)
    given = parser.parse_args()
    given.out.write_bytes(converted(package_weights()))


if __name__ == "__main__":
    main()
