"""XTTS-v2 and English Chatterbox at their released sizes and layouts, with random weights.

FULL_SIZE=1 runs it: minutes, 10 GB of memory and 8 GB of disk for each family.
"""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from tests.trainer.backends.chatterbox.conftest import SMALL
from tests.trainer.backends.chatterbox.conftest import a_bundle as a_24_khz_bundle
from tests.trainer.backends.xtts.released import as_released
from tests.trainer.bundles import a_bundle
from trainer.backends.chatterbox.base import ENGLISH, Sizes
from trainer.backends.chatterbox.package import new_s3gen, new_t3, new_voice_encoder
from trainer.backends.chatterbox.random_base import random_base as small_chatterbox
from trainer.backends.chatterbox.stock import load_stock as load_stock_chatterbox
from trainer.backends.xtts.random_base import random_base
from trainer.backends.xtts.stock import load_stock as load_stock_xtts
from trainer.bundle.manifest import Bundle, read_bundle
from trainer.cli.parser import main
from trainer.config import resolve
from trainer.runs.events import of_kind, read_events
from trainer.runs.files import save_tensors

pytestmark = [
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        os.environ.get("FULL_SIZE") != "1", reason="FULL_SIZE=1 runs it; 10 GB of memory"
    ),
]

RELEASED_XTTS = (
    "model.layers=30",
    "model.width=1024",
    "model.heads=16",
    "model.vocabulary=6681",
    "model.dvae_width=512",
    "model.vocoder_width=512",
)


def xtts(bundle: Bundle, folder: Path) -> Path:
    """XTTS-v2 as released: tensors beside pickled classes of the configuration."""
    base = random_base(resolve("tiny-cpu", None, RELEASED_XTTS), bundle, folder)
    as_released(base)
    return base


def chatterbox(bundle: Bundle, folder: Path) -> Path:
    """English Chatterbox as released."""
    small = small_chatterbox(resolve("tiny-cpu", None, SMALL), bundle, folder)
    base = folder / "base"
    base.mkdir()
    (base / ENGLISH.tokenizer).write_bytes((small / ENGLISH.tokenizer).read_bytes())
    sizes = Sizes(ENGLISH.text_tokens)
    torch.manual_seed(0)
    for build, name in (
        (lambda: new_t3(sizes), ENGLISH.t3),
        (lambda: new_s3gen(sizes), ENGLISH.s3gen),
        (new_voice_encoder, ENGLISH.voice_encoder),
    ):
        state = {key: value.contiguous() for key, value in build().state_dict().items()}
        save_tensors(state, base / name)
    return base


@pytest.mark.parametrize(
    ("build", "clips", "load_stock", "weights", "gigabytes"),
    [
        (xtts, a_bundle, load_stock_xtts, "model.pth", 1.868),
        (chatterbox, a_24_khz_bundle, load_stock_chatterbox, ENGLISH.t3, 2.130),
    ],
    ids=["xtts", "chatterbox"],
)
def test_a_released_layout_trains_exports_loads_and_speaks(
    build, clips, load_stock, weights, gigabytes, tmp_path, capsys
):
    bundle = clips(tmp_path / "show", 12, most_s=3.0)
    base = build(read_bundle(bundle), tmp_path / "cache")
    run, voice, out = tmp_path / "run", tmp_path / "voice", tmp_path / "spoken.wav"
    words = ["train", str(bundle), str(run), "--base", str(base), "--preset", "8gb"]
    for change in ("sched.total_steps=2", "optim.effective_clips=2", "sampler.max_clips=2",
                   "eval.every_steps=2", "ckpt.every_steps=2", "run.device=cpu"):  # fmt: skip
        words += ["--set", change]
    assert main(words) == 0, capsys.readouterr().err
    first, *_, last = of_kind(read_events(run), "eval")
    assert last["step"] == 2
    assert last["mel_ce"] < first["mel_ce"]
    assert main(["export", str(run), str(voice)]) == 0
    load_stock(voice)
    assert (voice / weights).stat().st_size / 1e9 == pytest.approx(gigabytes, rel=0.01)
    words = ["speak", str(voice), "--text", "Hi.", "--candidates", "1", "--out", str(out)]
    assert main(words) == 0
    wave, _ = soundfile.read(out)
    assert np.isfinite(wave).all()
