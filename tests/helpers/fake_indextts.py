"""A stand-in for indextts2-inference, and empty ones for what it needs, as wheels pip can install.

The stand-in has the class, the arguments and the answers of the real package, and says tones.
"""

import zipfile
from pathlib import Path

from trainer.only_speaks import InferenceModel

PACKAGE = '''
"""Not IndexTTS: a stand-in that says a tone for every letter."""

import os
import sys

import numpy as np

print("noise on standard output while the package is imported")


class IndexTTS2:
    """What stands in for the stock class."""

    def __init__(self, model_dir=None, cfg_path=None, use_fp16=False, device=None,
                 use_cuda_kernel=None, use_deepspeed=False, use_accel=False,
                 use_torch_compile=False, language=None, attn_backend=None):
        assert os.environ["HF_HUB_OFFLINE"] == "1"
        assert os.environ["HF_HUB_CACHE"] == os.path.join(model_dir, "hub")
        with open(os.path.join(model_dir, "config.yaml")) as file:
            assert file.read() == "version: 2.0"
        print("noise on standard output while the weights are loaded")
        self.language = language

    def infer(self, spk_audio_prompt, text, output_path, emo_audio_prompt=None, emo_alpha=1.0):
        assert os.path.isfile(spk_audio_prompt) and output_path is None
        if "nothing" in text:
            return None
        if "broken" in text:
            raise ValueError("the text\\nis broken")
        if "crash" in text:
            print("Segmentation fault", file=sys.stderr, flush=True)
            os._exit(139)
        phase = np.arange(2205) / 22050
        tones = [np.sin(2 * np.pi * (200 + 5 * byte) * phase) for byte in text.encode()]
        wave = 0.3 * np.concatenate(tones)
        wave = wave + np.random.normal(0, 1e-3, len(wave))
        return 22050, (wave * 32767).astype(np.int16)[:, None]
'''


def fake_wheels(folder: Path, model: InferenceModel) -> Path:
    """A wheel for each pin of the model's environment; the model's own holds the stand-in."""
    folder.mkdir(parents=True, exist_ok=True)
    for pin in model.environment.pins:
        name, _, version = pin.partition("==")
        plain = name.replace("-", "_")
        info = f"{plain}-{version}.dist-info"
        files = {
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": "",
        }
        if name == model.package:
            files["indextts/__init__.py"] = PACKAGE
        with zipfile.ZipFile(folder / f"{plain}-{version}-py3-none-any.whl", "w") as wheel:
            for path, text in files.items():
                wheel.writestr(path, text)
    return folder


def fake_weights(folder: Path, model: InferenceModel) -> Path:
    """Every file that the model's base must hold, with a few bytes in each."""
    for name in model.weights.files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("version: 2.0" if name == "config.yaml" else f"not {name}")
    for repository in model.weights.hub:
        plain = repository.name.replace("/", "--")
        for name in repository.files:
            path = folder / "hub" / f"models--{plain}" / "snapshots" / "main" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"not {name}")
    return folder
