"""Looks at one library from inside a process of its own and says what it sees, as a JSON object.

``python -m curator.cli.probe torch``. In a process of its own because a broken driver or library
may end the process instead of raising, and because importing torch takes seconds.
"""

import ctypes
import json
import os
import sys
from collections.abc import Callable, Mapping

Seen = dict[str, object]

# What CTranslate2 opens when it first computes on a GPU; torch's CUDA 12 packages bring both.
CUDA_LIBRARIES = ("libcublas.so.12", "libcudnn.so.9")


def torch_seen() -> Seen:
    """Whether torch can compute on a GPU, which one, and if not, why in torch's own words."""
    import torch

    seen: Seen = {
        "version": torch.__version__,
        "built_for": torch.version.cuda or torch.version.hip or "",
        "mps": torch.backends.mps.is_available(),
        "gpus": [],
        "error": "",
    }
    try:
        torch.zeros(1, device="cuda")
    except (RuntimeError, AssertionError) as reason:
        seen["error"] = str(reason).strip().splitlines()[0]
        return seen
    gpus = []
    for index in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(index)
        capability = ".".join(map(str, torch.cuda.get_device_capability(index)))
        name = torch.cuda.get_device_name(index)
        gpus.append({"name": name, "total": total, "free": free, "capability": capability})
    seen["gpus"] = gpus
    return seen


def ctranslate2_seen() -> Seen:
    """Whether CTranslate2, which runs Whisper, can compute on a GPU, and which kinds of numbers."""
    import ctranslate2

    seen: Seen = {
        "version": ctranslate2.__version__,
        "gpus": ctranslate2.get_cuda_device_count(),
        "cpu_types": sorted(ctranslate2.get_supported_compute_types("cpu")),
        "error": "",
    }
    if seen["gpus"]:
        seen["gpu_types"] = sorted(ctranslate2.get_supported_compute_types("cuda"))
        seen["error"] = absent_library()
    return seen


def absent_library() -> str:
    """The CUDA library that the loader does not find, "" if all are found."""
    if not sys.platform.startswith("linux"):
        return ""
    import torch

    torch.zeros(1, device="cuda")  # opens the libraries of its own packages, which serve both
    for name in CUDA_LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            return name
    return ""


def sound_seen() -> Seen:
    """The output device that clips would be heard on."""
    try:
        import sounddevice
    except OSError as reason:  # the package is there, PortAudio is not
        return {"error": str(reason).strip(), "portaudio": False}
    devices = [device for device in sounddevice.query_devices() if device["max_output_channels"]]
    seen: Seen = {"portaudio": True, "outputs": len(devices), "error": "", "device": ""}
    if devices:
        try:
            chosen = sounddevice.query_devices(kind="output")
        except sounddevice.PortAudioError as reason:
            seen["error"] = str(reason)
        else:
            seen["device"] = chosen["name"]
            seen["rate"] = chosen["default_samplerate"]
    return seen


PROBES: Mapping[str, Callable[[], Seen]] = {
    "torch": torch_seen,
    "ctranslate2": ctranslate2_seen,
    "sound": sound_seen,
}


def main(name: str) -> int:
    """Say what one probe sees; what libraries print goes to stderr."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        seen = PROBES[name]()
    except ImportError as reason:
        seen = {"error": str(reason).splitlines()[0], "absent": True}
    answer.write(json.dumps(seen) + "\n")
    answer.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
