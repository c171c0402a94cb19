"""Checks of the audio device, GPUs and memory."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curator import system_needs
from curator.cli.doctor_checks import GIB, Check, CheckStatus
from curator.environment.installed import module_command, python_for
from curator.environment.parts import PARTS, setup_hint

PROBE_SECONDS = 120  # importing torch from a cold disk takes up to half a minute
LITTLE_MEMORY = 4 * GIB

ProbeResult = Mapping[str, Any]


def devices() -> Iterator[Check]:
    """Check audio, GPUs and memory. Probes run in parallel, each in its own process."""
    running = {name: start(name) for name in ("sound", "torch", "ctranslate2")}
    seen = {name: answer(process) for name, process in running.items()}
    yield sound(seen["sound"])
    yield torch_gpu(seen["torch"], has_driver())
    yield ctranslate2_gpu(seen["ctranslate2"], has_driver())
    yield memory()


def start(probe: str) -> "subprocess.Popen[str]":
    """Start the probe of a library; of torch, where training runs."""
    python = python_for(*PARTS) if probe == "torch" else sys.executable
    return subprocess.Popen(
        module_command(python, "curator.cli.probe", probe),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: "subprocess.Popen[str]") -> ProbeResult:
    """Output of a probe; {"error": reason} if it crashed or timed out."""
    try:
        output, log = process.communicate(timeout=PROBE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {"error": f"no answer within {PROBE_SECONDS} s"}
    if process.returncode:
        lines = [line for line in log.splitlines() if line.strip()]
        last = lines[-1].strip() if lines else "no output"
        return {"error": f"exit code {process.returncode}: {last}"}
    seen: ProbeResult = json.loads(output)
    return seen


def has_driver() -> bool:
    """Whether an NVIDIA driver is loaded or nvidia-smi is installed."""
    return Path("/proc/driver/nvidia/version").exists() or bool(shutil.which("nvidia-smi"))


def sound(seen: ProbeResult) -> Check:
    """Check the audio output."""
    if seen.get("device"):
        sentence = f"Audio output: {seen['device']} ({seen['rate']:.0f} Hz)."
        return Check("sound", "sound", CheckStatus.GOOD, sentence, figures=seen)
    if seen.get("portaudio") is False:
        sentence = "PortAudio is missing: clips cannot be played; everything else works."
        hint = portaudio_hint()
    elif seen.get("absent"):
        sentence = "The package sounddevice is missing: clips cannot be played."
        hint = "Reinstall as described in docs/install.md."
    elif seen.get("error"):
        sentence = f"The audio system does not respond: {seen['error']}."
        hint = "Check whether another program can play audio."
    else:
        sentence = "There is no audio output: clips cannot be played; everything else works."
        hint = "Connect a device; on a remote machine this is normal."
    return Check("sound", "sound", CheckStatus.NOTE, sentence, hint, seen)


def portaudio_hint() -> str:
    """How to install PortAudio."""
    lacking = [lack for lack in system_needs.lacks() if lack.need.key == "portaudio"]
    if lacking:
        return f"To install it: {system_needs.install_line(lacking)}"
    return "Reinstall sounddevice: pip install --force-reinstall --no-deps sounddevice"


def torch_gpu(seen: ProbeResult, driver: bool) -> Check:
    """Check the GPU for training and speaker embeddings."""
    if gpus := seen.get("gpus"):
        each = "; ".join(
            f"{gpu['name']}, {gpu['free'] / GIB:.1f} of {gpu['total'] / GIB:.1f} GiB free"
            for gpu in gpus
        )
        return Check(
            "gpu", "torch", CheckStatus.GOOD, f"torch {seen['version']} uses {each}.", "", seen
        )
    if seen.get("absent"):
        sentence = "torch is not installed: training and neural cleaning need it."
        return Check("gpu", "torch", CheckStatus.NOTE, sentence, f"{setup_hint('training')}.", seen)
    if "version" not in seen:
        sentence = f"torch cannot be imported: {seen['error']}."
        return Check(
            "gpu",
            "torch",
            CheckStatus.MISSING,
            sentence,
            "Reinstall as described in docs/install.md.",
            seen,
        )
    name = f"torch {seen['version']}"
    if seen.get("mps"):
        sentence = f"{name} supports Apple's GPU; curator and trainer use the CPU there."
        return Check("gpu", "torch", CheckStatus.NOTE, sentence, "", seen)
    if not driver:
        sentence = f"{name} uses the CPU: there is no NVIDIA driver on this machine."
        hint = "With an NVIDIA GPU, install its driver. Without one, training is slow."
    elif not seen["built_for"]:
        sentence = f"{name} uses the CPU: it is a build without GPU support."
        hint = "Install torch 2.8.0 for your CUDA version, as described in docs/install.md."
    else:
        sentence = f"{name} cannot use the GPU: {seen['error']}"
        hint = (
            f"This torch is built for CUDA {seen['built_for']}: update the NVIDIA driver and check "
            "with nvidia-smi that the GPU is present and free."
        )
    return Check("gpu", "torch", CheckStatus.NOTE, sentence, hint, seen)


def ctranslate2_gpu(seen: ProbeResult, driver: bool) -> Check:
    """Check the GPU for Whisper."""
    if "version" not in seen:
        sentence = f"CTranslate2 cannot be imported: {seen['error']}."
        hint = "Reinstall as described in docs/install.md."
        return Check("gpu", "ctranslate2", CheckStatus.MISSING, sentence, hint, seen)
    name = f"CTranslate2 {seen['version']} (Whisper)"
    if seen["gpus"] and not seen["error"]:
        kinds = ", ".join(seen["gpu_types"])
        sentence = f"{name} uses {seen['gpus']} GPU{'s' if seen['gpus'] > 1 else ''} with {kinds}."
        return Check("gpu", "ctranslate2", CheckStatus.GOOD, sentence, "", seen)
    if seen["gpus"]:
        sentence = f"{name} cannot use the GPU: {seen['error']} is missing."
        hint = (
            "It needs the CUDA 12 libraries of the packages nvidia-cublas-cu12 and "
            f"nvidia-cudnn-cu12. {setup_hint('training')}, which brings both."
        )
    elif driver:
        sentence = f"{name} detects no GPU, although there is an NVIDIA driver."
        hint = "Update the driver, and check CUDA_VISIBLE_DEVICES."
    else:
        sentence = f"{name} uses the CPU, with {', '.join(seen['cpu_types'])}."
        hint = ""
    return Check("gpu", "ctranslate2", CheckStatus.NOTE, sentence, hint, seen)


def memory() -> Check:
    """Check CPU cores and memory."""
    cores = os.cpu_count() or 1
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total = page * os.sysconf("SC_PHYS_PAGES")
        free = page * os.sysconf("SC_AVPHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf, macOS lacks one name
        sentence = f"{cores} cores."
        return Check("memory", "memory", CheckStatus.GOOD, sentence, "", {"cores": cores})
    status = CheckStatus.GOOD if total >= LITTLE_MEMORY else CheckStatus.NOTE
    return Check(
        "memory",
        "memory",
        status,
        f"{cores} cores, {total / GIB:.1f} GiB of memory.",
        ""
        if status is CheckStatus.GOOD
        else "Analysis needs about 4 GiB; use --jobs 1 and a small Whisper model.",
        {"cores": cores, "total_bytes": total, "free_bytes": free},
    )
