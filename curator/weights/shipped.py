"""Networks that ship with the project as ONNX files in ``resources/``."""

import hashlib
from typing import TYPE_CHECKING

from curator.domain.errors import MissingModel
from curator.domain.resources import resources

if TYPE_CHECKING:
    import onnxruntime


def shipped_network(file: str, sha256: str, name: str) -> "onnxruntime.InferenceSession":
    """ONNX Runtime session of a network in ``resources/``, on one thread of the CPU.

    file: path below ``resources/``. sha256: of the expected content. name: as the message says it,
    "speaker encoder". Several threads may run the session at the same time: batches side by side
    use the cores better than threads inside a batch, which spin. Raises MissingModel if the file is
    missing or another one.
    """
    import onnxruntime

    path = resources() / file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MissingModel(f"The {name} is missing: {path}.", "Reinstall voice-curator.") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise MissingModel(
            f"The {name} is not the expected one: {path}.", "Reinstall voice-curator."
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
