"""The sound device, the GPUs and the memory of this machine, as the libraries see them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curator import system_needs
from curator.cli.doctor_checks import GIB, Check, Status

PROBE_SECONDS = 120  # importing torch from a cold disk takes up to half a minute
LITTLE_MEMORY = 4 * GIB

Seen = Mapping[str, Any]


def devices() -> Iterator[Check]:
    """Sound, GPUs and memory. The probes run side by side, each in a process of its own."""
    running = {name: start(name) for name in ("sound", "torch", "ctranslate2")}
    seen = {name: answer(process) for name, process in running.items()}
    yield sound(seen["sound"])
    yield torch_gpu(seen["torch"], has_driver())
    yield ctranslate2_gpu(seen["ctranslate2"], has_driver())
    yield memory()


def start(probe: str) -> "subprocess.Popen[str]":
    """Begin to look at a library."""
    return subprocess.Popen(
        [sys.executable, "-m", "curator.cli.probe", probe],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: "subprocess.Popen[str]") -> Seen:
    """What a probe saw; a probe that died or hung is an answer, too."""
    try:
        said, log = process.communicate(timeout=PROBE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {"error": f"it did not answer within {PROBE_SECONDS} s"}
    if process.returncode:
        words = [line for line in log.splitlines() if line.strip()]
        last = words[-1].strip() if words else "without a word"
        return {"error": f"it ended with code {process.returncode}: {last}"}
    seen: Seen = json.loads(said)
    return seen


def has_driver() -> bool:
    """Whether NVIDIA's driver is loaded or its tool installed."""
    return Path("/proc/driver/nvidia/version").exists() or bool(shutil.which("nvidia-smi"))


def sound(seen: Seen) -> Check:
    """Whether clips can be heard."""
    if seen.get("device"):
        sentence = f"Clips are heard on {seen['device']} ({seen['rate']:.0f} Hz)."
        return Check("sound", "sound", Status.GOOD, sentence, figures=seen)
    if seen.get("portaudio") is False:
        sentence = "PortAudio is missing, so clips cannot be heard; everything else works."
        hint = portaudio_hint()
    elif seen.get("absent"):
        sentence = "The package sounddevice is missing, so clips cannot be heard."
        hint = "Reinstall as described in docs/install.md."
    elif seen.get("error"):
        sentence = f"The sound system does not answer: {seen['error']}."
        hint = "Look whether another program can play sound."
    else:
        sentence = "There is no device to hear clips on; everything else works."
        hint = "Connect one; on a remote machine that is normal."
    return Check("sound", "sound", Status.NOTE, sentence, hint, seen)


def portaudio_hint() -> str:
    """How to get PortAudio here."""
    lacking = [lack for lack in system_needs.lacks() if lack.need.key == "portaudio"]
    if lacking:
        return f"To add it: {system_needs.install_line(lacking)}"
    return "Install sounddevice again: pip install --force-reinstall --no-deps sounddevice"


def torch_gpu(seen: Seen, driver: bool) -> Check:
    """Whether training and speaker vectors can use a GPU."""
    if gpus := seen.get("gpus"):
        each = "; ".join(
            f"{gpu['name']}, {gpu['free'] / GIB:.1f} of {gpu['total'] / GIB:.1f} GiB free"
            for gpu in gpus
        )
        return Check("gpu", "torch", Status.GOOD, f"torch {seen['version']} uses {each}.", "", seen)
    if "version" not in seen:
        sentence = f"torch does not load: {seen['error']}."
        return Check(
            "gpu",
            "torch",
            Status.MISSING,
            sentence,
            "Reinstall as described in docs/install.md.",
            seen,
        )
    name = f"torch {seen['version']}"
    if seen.get("mps"):
        sentence = f"{name} could use Apple's GPU; curator and trainer use the processor there."
        return Check("gpu", "torch", Status.NOTE, sentence, "", seen)
    if not driver:
        sentence = f"{name} works on the processor: there is no NVIDIA driver on this machine."
        hint = "With an NVIDIA GPU: install its driver. Without one, nothing; training is slow."
    elif not seen["built_for"]:
        sentence = f"{name} works on the processor: it is a build without GPU support."
        hint = "Install torch 2.8.0 for your CUDA version, as described in docs/install.md."
    else:
        sentence = f"{name} cannot use the GPU: {seen['error']}"
        hint = (
            f"This torch is built for CUDA {seen['built_for']}: update the NVIDIA driver, and look "
            "with nvidia-smi whether the GPU is there and free."
        )
    return Check("gpu", "torch", Status.NOTE, sentence, hint, seen)


def ctranslate2_gpu(seen: Seen, driver: bool) -> Check:
    """Whether Whisper can use a GPU."""
    if "version" not in seen:
        sentence = f"CTranslate2 does not load: {seen['error']}."
        hint = "Reinstall as described in docs/install.md."
        return Check("gpu", "ctranslate2", Status.MISSING, sentence, hint, seen)
    name = f"CTranslate2 {seen['version']} (Whisper)"
    if seen["gpus"] and not seen["error"]:
        kinds = ", ".join(seen["gpu_types"])
        sentence = f"{name} uses {seen['gpus']} GPU{'s' if seen['gpus'] > 1 else ''} with {kinds}."
        return Check("gpu", "ctranslate2", Status.GOOD, sentence, "", seen)
    if seen["gpus"]:
        sentence = f"{name} sees a GPU and cannot use it: {seen['error']} is not found."
        hint = (
            "It needs the CUDA 12 libraries that torch 2.8.0 brings: install the packages "
            "nvidia-cublas-cu12 and nvidia-cudnn-cu12 of requirements.lock."
        )
    elif driver:
        sentence = f"{name} finds no GPU, though there is an NVIDIA driver."
        hint = "Update the driver, and look at CUDA_VISIBLE_DEVICES."
    else:
        sentence = f"{name} works on the processor, with {', '.join(seen['cpu_types'])}."
        hint = ""
    return Check("gpu", "ctranslate2", Status.NOTE, sentence, hint, seen)


def memory() -> Check:
    """Cores and memory."""
    cores = os.cpu_count() or 1
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total = page * os.sysconf("SC_PHYS_PAGES")
        free = page * os.sysconf("SC_AVPHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf, macOS lacks one name
        sentence = f"{cores} cores."
        return Check("memory", "memory", Status.GOOD, sentence, "", {"cores": cores})
    status = Status.GOOD if total >= LITTLE_MEMORY else Status.NOTE
    return Check(
        "memory",
        "memory",
        status,
        f"{cores} cores, {total / GIB:.1f} GiB of memory.",
        "" if status is Status.GOOD else "Analysis wants 4 GiB; use --jobs 1 and a small Whisper.",
        {"cores": cores, "total_bytes": total, "free_bytes": free},
    )
