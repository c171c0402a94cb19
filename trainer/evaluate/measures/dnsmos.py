"""How good it would sound to a panel of listeners, by Microsoft's DNSMOS P.835 network.

The network listens to 9.01 s; shorter sound is repeated, of longer sound the middle is taken.
"""

import functools
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trainer.evaluate.measures import MeasuredValues, Sample, VoiceStatistics

if TYPE_CHECKING:
    import onnxruntime

VERSION = 1
KEYS = ("dnsmos", "dnsmos_sig", "dnsmos_bak")
DIRECTIONS = {"dnsmos": 1, "dnsmos_sig": 1, "dnsmos_bak": 1}

WINDOW = 144_160  # samples, 9.01 s
LEAST = 1_600  # samples, 0.1 s

# From the network's raw numbers to the listeners' scale; of the DNSMOS P.835 authors.
OVRL = (-0.06766283, 1.11546468, 0.04602535)
SIG = (-0.08397278, 1.22083953, 0.0052439)
BAK = (-0.13166888, 1.60915514, -0.39604546)


def measure(sample: Sample, voice: VoiceStatistics) -> MeasuredValues:
    """1 to 5 each."""
    session = _network()
    if session is None or sample.listening.size < LEAST:
        return {}
    sound = np.resize(sample.listening, max(sample.listening.size, WINDOW))  # repeats it
    start = (sound.size - WINDOW) // 2
    window = np.ascontiguousarray(sound[start : start + WINDOW][np.newaxis], dtype=np.float32)
    raw = session.run(None, {"input_1": window})[0][0]
    lines = zip((SIG, BAK, OVRL), raw, strict=True)
    sig, bak, ovrl = (float(np.polyval(line, value)) for line, value in lines)
    return {"dnsmos": ovrl, "dnsmos_sig": sig, "dnsmos_bak": bak}


@functools.cache
def _network() -> "onnxruntime.InferenceSession | None":
    """The network inside the installed speechmos, None without it."""
    package = find_spec("speechmos")
    places = list(package.submodule_search_locations or ()) if package else []
    path = Path(places[0]) / "dnsmos_models" / "sig_bak_ovr.onnx" if places else None
    if path is None or not path.is_file():
        return None
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
