"""Real runs of coqui's trainer on a small base, with its logs and checkpoints.

``python -m tests.helpers.stock_training FOLDER`` writes the logs in tests/trainer/stock_runs/real
anew: a run of three epochs on eight synthetic clips, without its checkpoints. It then reads the run
and opens its best_model.pth as a base.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("stock_run.py")
LOGS = ("trainer_0_log.txt", "config.json", "events.out.tfevents.*")
PREFIX = "GPT_XTTS_FT"


@dataclass(frozen=True, slots=True)
class StockSettings:
    """batch: clips of an update. print_step: updates between two printed ones.

    keep_best: write best_model.pth after each better evaluation. base_first: evaluate the base in
    place of the first epoch's training. checkpoint_N.pth of the end is always written.
    """

    epochs: int
    lr: float
    seed: int = 0
    batch: int = 4
    print_step: int = 50
    keep_best: bool = True
    base_first: bool = False


def run_stock_trainer(base: Path, bundle: Path, out: Path, settings: StockSettings) -> Path:
    """Train with coqui's trainer; returns its run folder. Paths in the logs are relative to out."""
    lines = [json.loads(line) for line in (bundle / "manifest.jsonl").read_text().splitlines()]
    samples = {
        split: [sample_of(relative(bundle, out), line) for line in lines if line["split"] == split]
        for split in ("train", "eval")
    }
    out.mkdir(parents=True, exist_ok=True)
    path = out / "settings.json"
    path.write_text(
        json.dumps(
            {
                "base": relative(base, out),
                "out": ".",
                "run_name": PREFIX,
                "epochs": settings.epochs,
                "lr": settings.lr,
                "seed": settings.seed,
                "batch": settings.batch,
                "print_step": settings.print_step,
                "save_best_after": 0 if settings.keep_best else 1_000_000,
                "start_with_eval": settings.base_first,
                **samples,
            }
        )
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= {"CUDA_VISIBLE_DEVICES": "", "TRAINER_TELEMETRY": "0", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-P", "-W", "ignore", str(SCRIPT), str(path)],
        cwd=out,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    runs = [folder for folder in out.iterdir() if folder.name.startswith(PREFIX)]
    if done.returncode or len(runs) != 1 or not any(runs[0].glob("checkpoint_*.pth")):
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return runs[0]


def children_cpu_s() -> float:
    """CPU seconds of all ended child processes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def relative(path: Path, start: Path) -> str:
    """Path as seen from a folder."""
    return os.path.relpath(path, start)


def sample_of(bundle: str, line: dict) -> dict:
    """A clip as coqui's formatters describe it."""
    return {"audio_file": f"{bundle}/{line['audio']}", "text": line["text"], "language": "en",
            "speaker_name": "host", "root_path": bundle,
            "audio_unique_name": line["id"]}  # fmt: skip


def write_small_run(folder: Path) -> Path:
    """A real run in seconds: 24 synthetic clips of 1 s, four epochs with that of the base."""
    from tests.trainer.bundles import a_bundle
    from trainer.backends.xtts.random_base import random_base
    from trainer.bundle.manifest import read_bundle
    from trainer.config import resolve

    bundle = a_bundle(folder / "show", 24, least_s=0.8, most_s=1.2)
    sizes = ["model.layers=1", "model.width=64", "model.heads=2", "model.dvae_width=512"]
    base = random_base(resolve("tiny-cpu", None, sizes), read_bundle(bundle), folder)
    settings = StockSettings(epochs=4, lr=2e-3, batch=3, print_step=4, base_first=True)
    return run_stock_trainer(base, bundle, folder / "runs", settings)


def main(words: Sequence[str]) -> None:
    """Write the logs of a small run into a folder, and read what the trainer left."""
    from trainer.backends.xtts.stock_checkpoint import open_any_base
    from trainer.stock_runs.report import advice
    from trainer.stock_runs.run import read_stock_run

    out = Path(words[0])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="stock-run-") as name:
        run = write_small_run(Path(name))
        for pattern in LOGS:
            for path in run.glob(pattern):
                shutil.copyfile(path, out / path.name)
        base = open_any_base(run, Path(name) / "cache")
        files = ", ".join(sorted(path.name for path in run.iterdir()))
        sys.stdout.write(f"{files}\n{advice(read_stock_run(run))}\n{base.model_args()}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
