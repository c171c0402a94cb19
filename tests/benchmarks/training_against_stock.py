"""Quality at equal updates, coqui's trainer beside ours: held-out nats by coqui's classes.

Both start from one small random base and train on the same 24 clips of LJ Speech for the same
number of updates with each of three seeds; six clips are held out. The measurement uses coqui's
``GPT.forward`` alone. One schedule at several sizes:
``python -m tests.benchmarks.training_against_stock FOLDER LAYERS WIDTH HEADS SEEDS [CHANGES ...]``.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from tests.benchmarks.rows import Row
from tests.helpers.stock_training import StockSettings, children_cpu_s, run_stock_trainer
from trainer.sections import Sched

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "ljspeech"
CLIPS, HELD_OUT, BATCH, EPOCHS = 30, 6, 2, 10  # 24 clips in batches of 2: 120 updates
UPDATES = EPOCHS * (CLIPS - HELD_OUT) // BATCH
PROMPT_FRAMES = 345  # 4 s
SILENCE = 8192  # samples after a clip: more than the DVAE's receptive field of seven codes
RATE = 22050
SIZE = (2, 128, 4)  # layers, width, heads of the table's row
SEEDS = (0, 1, 2)
LEARNING_RATE = 5e-4  # a random base learns nothing in 120 updates at the released rate of 5e-6
AT_MOST = 1 / 0.5  # ours takes at most half of the CPU time
EQUAL = ("sched.kind=stock",)
DEFAULT = (f"sched.kind={Sched().kind}", f"sched.warmup={Sched().warmup}")
LOSSES = ("mel_ce", "eos_ce")


class Trained(NamedTuple):
    """Held-out nats of a run's last step, and the CPU seconds of its training."""

    nats: Mapping[str, float]
    cpu_s: float


def rows() -> Iterator[Row]:
    """Held-out losses and CPU time of both trainers, and of our default schedule."""
    if not DATA.is_dir():
        raise FileNotFoundError(f"LJ Speech is not at hand: {DATA}")
    with tempfile.TemporaryDirectory(prefix="bench-stock-") as name:
        workshop = Workshop(Path(name), SIZE)
        stock = [workshop.stock(seed) for seed in SEEDS]
        ours = [workshop.ours(seed, EQUAL) for seed in SEEDS]
        default = [workshop.ours(seed, DEFAULT) for seed in SEEDS]
    for id_, key in (("stock-mel", "mel_ce"), ("stock-eos", "eos_ce")):
        yield _compared(id_, key, "same constant rate", stock, ours)
    yield Row("stock-cpu", "CPU seconds of those runs, with their evaluations and checkpoints",
              "coqui Trainer", fmean(run.cpu_s for run in stock), fmean(run.cpu_s for run in ours),
              "CPU s", AT_MOST, True, "same updates")  # fmt: skip
    yield _compared("stock-default", "mel_ce", "our default schedule", stock, default)


def _compared(
    id_: str, key: str, schedule: str, stock: Sequence[Trained], ours: Sequence[Trained]
) -> Row:
    """Means over the seeds; equal if ours is not worse with any of them."""
    pairs = [(one.nats[key], other.nats[key]) for one, other in zip(stock, ours, strict=True)]
    note = "by seed, coqui's and ours: " + ", ".join(f"{a:.3f} {b:.3f}" for a, b in pairs)
    measure = f"held-out {key} after {UPDATES} updates, {len(SEEDS)} seeds, {schedule}"
    return Row(id_, measure, "coqui Trainer",
               fmean(a for a, _ in pairs), fmean(b for _, b in pairs), "nats", 1.0,
               all(b <= a for a, b in pairs), note)  # fmt: skip


class Workshop:
    """Folder with the bundle, a random base of a size, and the runs on it."""

    def __init__(self, folder: Path, size: tuple[int, int, int]) -> None:
        self._folder, self._size = folder, size
        self._bundle = folder / "bundle"
        if not (self._bundle / "manifest.jsonl").is_file():
            write_speech(self._bundle)
        self._base = write_base(self._bundle, size, folder / "bases")

    def stock(self, seed: int) -> Trained:
        """Train with coqui's trainer."""
        settings = StockSettings(EPOCHS, LEARNING_RATE, seed, BATCH, keep_best=False)
        before = children_cpu_s()
        run = run_stock_trainer(self._base, self._bundle, self._run(f"stock-{seed}"), settings)
        spent = children_cpu_s() - before
        checkpoint = run / f"checkpoint_{UPDATES}.pth"
        return Trained(held_out_nats(self._base, self._bundle, checkpoint), spent)

    def ours(self, seed: int, changes: Sequence[str]) -> Trained:
        """Train with our trainer and export the last step."""
        run = self._run(f"ours-{seed}-{'-'.join(changes) or 'default'}")
        # A cache of its own: preparing the features is part of the cost.
        every = (f"run.seed={seed}", f"optim.lr={LEARNING_RATE}", f"data.cache={run}-cache")
        settings = (*settings_of(self._size), *every, *changes)
        options = [word for change in settings for word in ("--set", change)]
        before = children_cpu_s()
        run_trainer(
            "train", self._bundle, run, "--preset", "tiny-cpu", "--base", self._base, *options
        )
        spent = children_cpu_s() - before
        export = run.with_name(f"{run.name}-export")
        run_trainer("export", run, export, "--checkpoint", "last")
        return Trained(held_out_nats(self._base, self._bundle, export / "model.pth"), spent)

    def _run(self, name: str) -> Path:
        return self._folder / f"runs-{'x'.join(map(str, self._size))}" / name


def write_base(bundle: Path, size: tuple[int, int, int], cache: Path) -> Path:
    """Random base of a size."""
    from trainer.backends.xtts.random_base import random_base
    from trainer.bundle.manifest import read_bundle
    from trainer.config import resolve

    cache.mkdir(parents=True, exist_ok=True)
    return random_base(resolve("tiny-cpu", None, settings_of(size)), read_bundle(bundle), cache)


def write_speech(folder: Path) -> Path:
    """Bundle of 30 clips of LJ Speech, every fifth held out.

    Clips without a text in the metadata at hand get Whisper's.
    """
    import soundfile

    from tests.trainer.bundles import a_clip, write_bundle
    from trainer.speech.sound import Sound, for_listening
    from trainer.speech.transcriber import Transcriber

    rows = [row.split("|") for row in (DATA / "metadata.csv").read_text().splitlines()]
    texts = {row[0]: row[2] for row in rows if len(row) == 3}
    transcriber = Transcriber()
    folder.mkdir(parents=True)
    lines = []
    for path in sorted(DATA.glob("*.flac")):
        wave, rate = soundfile.read(path, dtype="float32")
        if rate == RATE and len(wave) <= 255_995 and len(lines) < CLIPS:
            at = len(lines)
            text = texts.get(path.stem) or transcriber.transcribe(
                for_listening(Sound(wave, rate)), "en"
            )
            split = "eval" if at % (CLIPS // HELD_OUT) == 2 else "train"
            lines.append(a_clip(folder, at, wave=wave, text=text, split=split))
    return write_bundle(folder, lines)


def settings_of(size: tuple[int, int, int]) -> list[str]:
    """--set options of a base. size: layers, width, heads."""
    layers, width, heads = size
    return [f"model.layers={layers}", f"model.width={width}", f"model.heads={heads}",
            "model.dvae_width=512", "run.threads=1",
            f"sched.epochs={EPOCHS}", "sched.total_steps=0",
            f"optim.effective_clips={BATCH}", f"sampler.max_clips={BATCH}", "stop.patience=0",
            "eval.every_steps=0", "ckpt.every_steps=0", "ckpt.keep_last=1",
            "data.prompt_max_s=6.0"]  # fmt: skip


def run_trainer(*words: object) -> None:
    """Run a command of our trainer in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "trainer", *map(str, words)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])


def held_out_nats(
    base: Path, bundle: Path, model: Path, silence: int = SILENCE
) -> dict[str, float]:
    """Mean cross-entropy of audio codes and of the first stop, by coqui's classes.

    Codes by coqui's DVAE with silence after each clip, as coqui's trainer encodes all clips of a
    batch but the longest; prompt: the first 4 s of another training clip.
    """
    import soundfile
    import torch

    from trainer.backends.xtts.base import open_base
    from trainer.backends.xtts.networks import load_dvae, mel_extractor, new_gpt, tokenizer

    opened = open_base(base)
    tokens = tokenizer(base / "vocab.json")
    gpt = new_gpt(opened.model_args(), tokens)
    content = torch.load(model, map_location="cpu", weights_only=True)["model"]
    state = {
        key.removeprefix("xtts.").removeprefix("gpt."): value
        for key, value in content.items()
        if key.removeprefix("xtts.").startswith("gpt.")
    }
    gpt.load_state_dict(state, strict=True)
    gpt.eval()
    dvae = load_dvae(opened)
    dvae_mel, style_mel = (mel_extractor(base, style=style) for style in (False, True))
    lines = [json.loads(line) for line in (bundle / "manifest.jsonl").read_text().splitlines()]
    training = [line for line in lines if line["split"] == "train"]

    def wave_of(line: dict) -> torch.Tensor:
        samples, _ = soundfile.read(bundle / line["audio"], dtype="float32")
        return torch.from_numpy(samples)[None]

    mel_nats, eos_nats, codes_counted = 0.0, 0.0, 0
    held = [line for line in lines if line["split"] == "eval"]
    with torch.no_grad():
        for at, line in enumerate(held):
            wave = wave_of(line)
            padded = torch.nn.functional.pad(wave, (0, silence))
            codes = dvae.get_codebook_indices(dvae_mel(padded))
            codes = codes[:, : -(-wave.shape[1] // 1024)]
            prompt = style_mel(wave_of(training[at]))[:, :, :PROMPT_FRAMES]
            text = torch.tensor([tokens.encode(line["text"], "en")])
            _, _, logits = gpt(
                text,
                torch.tensor([text.shape[1]]),
                codes,
                torch.tensor([codes.shape[1] * 1024]),
                cond_mels=prompt[:, None],
                cond_idxs=None,
                cond_lens=None,
            )
            count = codes.shape[1]
            targets = torch.cat([codes[0], torch.tensor([gpt.stop_audio_token])])
            nats = torch.nn.functional.cross_entropy(
                logits[0].T[: count + 1].float(), targets, reduction="none"
            )
            mel_nats += float(nats[:count].sum())
            eos_nats += float(nats[count])
            codes_counted += count
    return {"mel_ce": mel_nats / codes_counted, "eos_ce": eos_nats / len(held)}


def main(words: Sequence[str]) -> None:
    """Print the losses of one size and schedule. words: see the module's docstring."""
    folder, layers, width, heads, seeds, *changes = words
    workshop = Workshop(Path(folder), (int(layers), int(width), int(heads)))
    for seed in range(int(seeds)):
        result = workshop.stock(seed) if changes == ["stock"] else workshop.ours(seed, changes)
        print(json.dumps({"size": words[1:4], "seed": seed, "changes": changes,
                          **result.nats, "cpu_s": round(result.cpu_s, 1)}), flush=True)  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
