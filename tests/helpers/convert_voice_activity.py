"""Converts Silero's weights to ``resources/voice_activity/network.onnx``.

Run ``python -m tests.helpers.convert_voice_activity`` with faster-whisper 1.2.1 and onnx. Silero's
graph convolves over four steps of time, which ONNX Runtime does at a third of the speed of matrix
products; here each convolution is one product over the steps it sees, side by side.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from curator.domain.resources import resources
from curator.stages.segmentation.vad import FILE, STATE, WINDOW, WINDOWS
from tests.helpers.onnx_files import onnx_bytes, package_file

WEIGHTS_SHA256 = "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2"
BINS = WINDOW // 2 + 1
BASIS = "encoder.feature_extractor.forward_basis_buffer"
LSTM = ("onnx::LSTM_209", "onnx::LSTM_210", "onnx::LSTM_211")


def package_weights() -> dict[str, np.ndarray]:
    """Weights of the installed package by name; ValueError for those of another version."""
    inside = "assets/silero_vad_v6.onnx"
    path = package_file("faster_whisper", inside, WEIGHTS_SHA256, "faster-whisper 1.2.1")
    graph = onnx.load(path).graph
    return {each.name: numpy_helper.to_array(each) for each in graph.initializer}


class Graph:
    """Nodes and weights, as they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.arrays: dict[str, np.ndarray] = {}

    def array(self, name: str, value: object) -> str:
        """Add weights, or the whole numbers that an operator takes as an input."""
        self.arrays[name] = np.ascontiguousarray(value)
        return name

    def add(self, kind: str, inputs: list[str], *outputs: str, **settings: object) -> str:
        """Add a node; its first output."""
        self.nodes.append(helper.make_node(kind, inputs, list(outputs), **settings))
        return outputs[0]

    def layer(self, name: str, inputs: str, weight: np.ndarray, bias: np.ndarray) -> str:
        """Add a linear layer. weight: (inputs, outputs)."""
        product = [inputs, self.array(f"{name}_weight", weight)]
        sums = [
            self.add("MatMul", product, f"{name}_product"),
            self.array(f"{name}_bias", bias),
        ]
        return self.add("Add", sums, f"{name}_sums")

    def neighbours(self, name: str, steps: str, count: int, stride: int) -> str:
        """The step before, the step and the one after side by side, for each ``stride``-th step.

        steps: (frames, count, width), zeros around it. Returns (frames, count / stride, 3 width).
        """
        around = self.array("around", np.array([0, 1, 0, 0, 1, 0]))
        axis, stride_name = self.array("steps_axis", np.array([1])), f"stride_{stride}"
        self.array(stride_name, np.array([stride]))
        padded = self.add("Pad", [steps, around], f"{name}_padded")
        parts = []
        for shift in range(3):
            ends = [
                self.array(f"{name}_{word}_{shift}", np.array([at]))
                for word, at in (("from", shift), ("to", shift + count - stride + 1))
            ]
            inputs = [padded, *ends, axis, stride_name]
            parts.append(self.add("Slice", inputs, f"{name}_part_{shift}"))
        return self.add("Concat", parts, f"{name}_neighbours", axis=2)


def taps(weight: np.ndarray) -> np.ndarray:
    """Weights of a convolution (outputs, inputs, taps) as a matrix (taps x inputs, outputs)."""
    outputs = weight.shape[0]
    return weight.transpose(2, 1, 0).reshape(-1, outputs)


def converted(weights: dict[str, np.ndarray]) -> bytes:
    """The ONNX model: windows (frames, 4, 256), hidden and cell (1, 1, 128) to probabilities."""
    graph = Graph()
    layers = [
        (weights[f"encoder.conv_layers.{n}.weight"], weights[f"encoder.conv_layers.{n}.bias"])
        for n in range(4)
    ]
    steps = magnitudes(graph, weights[BASIS][:, 0])  # (frames, 4, 129)
    for number, (count, stride) in enumerate(((4, 1), (4, 2))):
        weight, bias = layers[number]
        beside = graph.neighbours(f"layer_{number}", steps, count, stride)
        sums = graph.layer(f"layer_{number}", beside, taps(weight), bias)
        steps = graph.add("Relu", [sums], f"steps_{number}")
    # Two steps are left, then one: what lies around them is zeros, and its weights are left out.
    shape = graph.array("two_steps", np.array([0, 2 * layers[1][0].shape[0]]))
    vectors = graph.add("Reshape", [steps, shape], "vectors_1")
    for number, seen in ((2, slice(1, 3)), (3, slice(1, 2))):
        weight, bias = layers[number]
        sums = graph.layer(f"layer_{number}", vectors, taps(weight[:, :, seen]), bias)
        vectors = graph.add("Relu", [sums], f"vectors_{number}")
    decode(graph, vectors, weights)
    state = [1, 1, STATE]
    inputs = {"windows": ["frames", WINDOWS, WINDOW], "hidden": state, "cell": state}
    outputs = {"probabilities": ["frames", 1], "last_hidden": state, "last_cell": state}
    return onnx_bytes("voice_activity", graph.nodes, inputs, outputs, graph.arrays)


def magnitudes(graph: Graph, basis: np.ndarray) -> str:
    """Magnitude spectra of the windows. basis: (258, 256), cosines, then sines."""
    powers = []
    for name, rows in (("cosines", basis[:BINS]), ("sines", basis[BINS:])):
        product = graph.add("MatMul", ["windows", graph.array(name, rows.T)], f"{name}_product")
        powers.append(graph.add("Mul", [product, product], f"{name}_squared"))
    return graph.add("Sqrt", [graph.add("Add", powers, "powers")], "magnitudes")


def decode(graph: Graph, vectors: str, weights: dict[str, np.ndarray]) -> None:
    """The LSTM over the frames, and the probability of each."""
    axis = "steps_axis"
    sequence = graph.add("Unsqueeze", [vectors, axis], "sequence")
    names = [graph.array(f"lstm_{n}", weights[name]) for n, name in enumerate(LSTM)]
    inputs = [sequence, *names, "", "hidden", "cell"]
    graph.add("LSTM", inputs, "lstm", "last_hidden", "last_cell", hidden_size=STATE)
    states = graph.add("Reshape", ["lstm", graph.array("flat", np.array([-1, STATE]))], "states")
    heard = graph.add("Relu", [states], "heard")
    weight, bias = weights["decoder.conv1d.weight"], weights["decoder.conv1d.bias"]
    graph.add("Sigmoid", [graph.layer("output", heard, weight[0], bias)], "probabilities")


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=resources() / FILE)
    given = parser.parse_args()
    given.out.write_bytes(converted(package_weights()))


if __name__ == "__main__":
    main()
