"""Probe of one library, printed as a JSON object: ``python -m curator.cli.probe torch``.

Runs in its own process: a broken driver or library may end the process instead of raising, and
importing torch takes seconds.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping

ProbeResult = dict[str, object]


def torch_seen() -> ProbeResult:
    """GPUs that torch can use, or torch's error message."""
    import torch

    seen: ProbeResult = {
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


def ctranslate2_seen() -> ProbeResult:
    """GPUs and compute types of CTranslate2, which runs Whisper."""
    import ctranslate2

    from curator.environment.cuda_libraries import missing_cuda_library

    seen: ProbeResult = {
        "version": ctranslate2.__version__,
        "gpus": ctranslate2.get_cuda_device_count(),
        "cpu_types": sorted(ctranslate2.get_supported_compute_types("cpu")),
        "error": "",
    }
    if seen["gpus"]:
        seen["gpu_types"] = sorted(ctranslate2.get_supported_compute_types("cuda"))
        seen["error"] = missing_cuda_library()
    return seen


def sound_seen() -> ProbeResult:
    """Audio output device."""
    try:
        import sounddevice
    except OSError as reason:  # the package is installed, PortAudio is not
        return {"error": str(reason).strip(), "portaudio": False}
    devices = [device for device in sounddevice.query_devices() if device["max_output_channels"]]
    seen: ProbeResult = {"portaudio": True, "outputs": len(devices), "error": "", "device": ""}
    if devices:
        try:
            chosen = sounddevice.query_devices(kind="output")
        except sounddevice.PortAudioError as reason:
            seen["error"] = str(reason)
        else:
            seen["device"] = chosen["name"]
            seen["rate"] = chosen["default_samplerate"]
    return seen


PROBES: Mapping[str, Callable[[], ProbeResult]] = {
    "torch": torch_seen,
    "ctranslate2": ctranslate2_seen,
    "sound": sound_seen,
}


def main(name: str) -> int:
    """Print the result of one probe; output of libraries goes to stderr."""
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
