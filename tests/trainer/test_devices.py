"""Precision by card, failed allocations, and Whisper on a GPU that it cannot use."""

import os
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from trainer.config import resolve
from trainer.machine.memory import is_out_of_memory
from trainer.speech.transcriber import Transcriber
from trainer.training.session import amp_kind, set_arithmetic


@pytest.mark.parametrize(("native", "kind"), [(True, "bf16"), (False, "fp16")])
def test_bf16_is_chosen_only_where_the_card_computes_it(monkeypatch, native, kind):
    def supported(including_emulation=True):  # T4, RTX 20 and V100 emulate it
        return True if including_emulation else native

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert amp_kind("auto", torch.device("cuda")) == kind
    assert amp_kind("auto", torch.device("cpu")) == "off"
    assert amp_kind("bf16", torch.device("cuda")) == "bf16"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling"), True),
        (RuntimeError("CUDA error: out of memory"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), True),
        (RuntimeError("CUDA error: device-side assert triggered"), False),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
    ],
)
def test_failed_allocations_of_libraries_are_out_of_memory(error, expected):
    assert is_out_of_memory(error) is expected


def test_deterministic_runs_set_the_workspace_of_cublas(monkeypatch):
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    try:
        set_arithmetic(resolve(None, None, ["run.deterministic=true"]))
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    finally:
        torch.use_deterministic_algorithms(mode=False)
        monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)


@pytest.fixture
def fake_whisper(monkeypatch):
    """WhisperModel that works on the CPU only; records its devices."""
    import ctranslate2
    import faster_whisper

    devices = []

    class FakeWhisper:
        supported_languages = ("en", "hu")

        def __init__(self, folder, device, device_index, **options):
            devices.append((device, device_index))
            self.device = device

        def transcribe(self, samples, **options):
            if self.device == "cuda":
                raise RuntimeError("Library libcudnn_ops.so.9 is not found\nmore")
            return iter([SimpleNamespace(text=" hello ")]), None

    monkeypatch.setattr(faster_whisper, "WhisperModel", FakeWhisper)
    monkeypatch.setattr("trainer.speech.transcriber.whisper_folder", lambda name: name)
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    return devices


def test_whisper_falls_back_to_the_cpu_with_a_sentence(fake_whisper):
    said = []
    transcriber = Transcriber("base", report=said.append)
    wave = np.zeros(16_000, dtype=np.float32)
    assert transcriber.transcribe(wave, "en") == "hello"
    assert transcriber.transcribe(wave, "en") == "hello"
    assert fake_whisper == [("cuda", 0), ("cpu", 0)]
    assert said == [
        "Whisper cannot use the GPU (Library libcudnn_ops.so.9 is not found); it listens on the"
        " CPU, more slowly."
    ]


@pytest.mark.parametrize(
    ("device", "expected"), [("cpu", ("cpu", 0)), ("cuda:1", ("cuda", 1)), ("auto", ("cuda", 0))]
)
def test_whisper_obeys_the_device_of_the_run(fake_whisper, device, expected):
    transcriber = Transcriber("base", device=device, report=lambda _sentence: None)
    transcriber.transcribe(np.zeros(16_000, dtype=np.float32), "en")
    assert fake_whisper[0] == expected
