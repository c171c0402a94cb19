"""What `curator doctor` says about machines of several kinds, and about this one."""

import json
import subprocess
import sys

import pytest

from curator.cli import doctor_checks, doctor_devices
from curator.cli.doctor import as_json, as_text, checks
from curator.cli.doctor_checks import GIB, Check, CheckStatus
from curator.cli.doctor_devices import ctranslate2_gpu, sound, torch_gpu

TORCH = {"version": "2.8.0", "built_for": "12.8", "mps": False, "gpus": [], "error": "no luck"}
A_GPU = {"name": "Fast Card", "total": 16 * GIB, "free": 15 * GIB, "capability": "8.9"}
WHISPER = {"version": "4.8", "gpus": 0, "cpu_types": ["float32", "int8"], "error": ""}


def test_a_gpu_is_named_with_its_memory():
    check = torch_gpu({**TORCH, "gpus": [A_GPU]}, driver=True)
    assert check.status is CheckStatus.GOOD
    assert "Fast Card, 15.0 of 16.0 GiB free" in check.sentence


def test_without_a_driver_the_processor_is_used_and_that_is_no_fault():
    check = torch_gpu(TORCH, driver=False)
    assert check.status is CheckStatus.NOTE
    assert "no NVIDIA driver" in check.sentence


def test_a_torch_built_without_gpu_support_is_told_from_a_failing_driver():
    without = torch_gpu({**TORCH, "built_for": ""}, driver=True)
    failing = torch_gpu(TORCH, driver=True)
    assert "a build without GPU support" in without.sentence
    assert "no luck" in failing.sentence
    assert "CUDA 12.8" in failing.hint


def test_a_torch_that_does_not_load_is_missing():
    check = torch_gpu({"error": "it ended with code -11"}, driver=True)
    assert check.status is CheckStatus.MISSING


def test_whisper_that_lacks_a_cuda_library_says_which_and_where_it_comes_from():
    seen = {**WHISPER, "gpus": 1, "gpu_types": ["float16"], "error": "libcudnn.so.9"}
    check = ctranslate2_gpu(seen, driver=True)
    assert check.status is CheckStatus.NOTE
    assert "libcudnn.so.9 is missing" in check.sentence
    assert "nvidia-cudnn-cu12" in check.hint


def test_whisper_on_a_gpu_says_with_which_numbers():
    seen = {**WHISPER, "gpus": 1, "gpu_types": ["float16", "int8"]}
    assert "with float16, int8" in ctranslate2_gpu(seen, driver=True).sentence


def test_whisper_without_a_driver_works_on_the_processor():
    check = ctranslate2_gpu(WHISPER, driver=False)
    assert "uses the CPU" in check.sentence
    assert not check.hint


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"portaudio": False, "error": "PortAudio library not found"}, "PortAudio is missing"),
        ({"portaudio": True, "outputs": 0, "error": "", "device": ""}, "no audio output"),
        ({"portaudio": True, "outputs": 1, "error": "busy", "device": ""}, "busy"),
        ({"absent": True, "error": "No module"}, "sounddevice is missing"),
    ],
)
def test_a_machine_without_sound_is_told_why_and_goes_on(seen, words):
    check = sound(seen)
    assert check.status is CheckStatus.NOTE
    assert words in check.sentence
    assert check.hint


def test_a_sound_device_is_named():
    seen = {"portaudio": True, "device": "Speakers", "rate": 48000.0, "error": ""}
    assert sound(seen).sentence == "Audio output: Speakers (48000 Hz)."


def test_a_package_that_is_gone_is_missing(monkeypatch):
    monkeypatch.setattr(doctor_checks, "NEEDED", ("numpy", "no-such-package"))
    missing = [check for check in doctor_checks.versions() if check.status is CheckStatus.MISSING]
    assert [check.key for check in missing] == ["no-such-package"]


def test_a_full_disk_is_missing(monkeypatch):
    monkeypatch.setattr(doctor_checks.shutil, "disk_usage", lambda place: _Usage(free=1000))
    assert {check.status for check in doctor_checks.disk()} == {CheckStatus.MISSING}


class _Usage:
    def __init__(self, free):
        self.free = free


def test_the_hub_cache_follows_the_same_variables_as_the_download(monkeypatch, tmp_path):
    for name in ("HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert doctor_checks.hub_cache() == tmp_path / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "models"))
    assert doctor_checks.hub_cache() == tmp_path / "models"


def test_a_downloaded_whisper_is_listed_by_its_name(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    snapshot = tmp_path / "models--Systran--faster-whisper-large-v3" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "model.bin").touch()
    assert doctor_checks.whisper_models().figures["downloaded"] == ["large-v3"]


def test_a_probe_that_dies_is_an_answer():
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.exit('driver is broken')"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    seen = doctor_devices.answer(process)
    assert seen["error"] == "exit code 1: driver is broken"


def test_people_read_signs_and_what_is_missing():
    found = [Check("gpu", "torch", CheckStatus.MISSING, "torch does not load.", "Install again.")]
    text = list(as_text(found))
    assert text[0] == "GPU"
    assert text[1].strip() == "!! torch does not load."
    assert text[2].strip() == "Install again."
    assert "marked !!" in text[-1]


@pytest.mark.model
def test_this_machine_has_everything_and_programs_can_read_it():
    lines = [json.loads(line) for line in as_json(checks())]
    assert all(line["sentence"] and line["status"] in ("good", "note") for line in lines)
    groups = {line["group"] for line in lines}
    assert groups == {"versions", "sound", "gpu", "memory", "models", "disk", "system"}
