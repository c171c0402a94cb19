"""A model family is one file: this one is added to a copy of the program, trained and spoken."""

import soundfile

from tests.trainer.bundles import a_bundle

FILE = "trainer/backends/metronome/__init__.py"
FAMILY = '''
"""A family that speaks a click per word, for tests."""

import numpy as np
import soundfile

from trainer.backends.toy import ToyBackend
from trainer.families import Family


class Metronome(ToyBackend):
    """The network of the toy, with speech of its own."""

    name = "metronome"

    def speak(self, export, text, language, prompts, out, seed):
        assert (export / "model.pth").is_file()
        wave = np.zeros(8000 * len(text.split()), dtype=np.float32)
        wave[::8000] = 0.5
        soundfile.write(out, wave, 16_000)
        return len(wave) / 16_000


FAMILY = Family(
    target="xtts_v2",
    base_files=("metronome.bin",),
    packages=("numpy",),
    backend=lambda config, bundle, cache: Metronome(config),
)
'''


def test_a_model_family_is_one_file(checkout, tmp_path):
    checkout.add(FILE, FAMILY)
    assert "metronome" in checkout.trainer("evaluate", "--help")
    assert "metronome" in checkout.trainer("doctor")
    bundle, run, out = a_bundle(tmp_path / "show", 10), tmp_path / "run", tmp_path / "speech.wav"
    settings = [f"--set={change}" for change in ("model.backend=metronome", "sched.total_steps=2")]
    checkout.trainer("train", bundle, run, "--preset", "tiny-cpu", *settings)
    checkout.trainer(
        "speak", run, "--checkpoint", "last", "--no-endings", "--candidates", "1",
        "--text", "One two three.", "--out", out,
    )  # fmt: skip
    samples, rate = soundfile.read(out)
    assert rate == 16_000
    assert len(samples) == 3 * 8000
    assert (samples[::8000] > 0.4).all()
