"""Real runs of coqui's trainer on a small base, with its logs and checkpoints."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("stock_run.py")


def run_stock_trainer(
    base: Path, bundle: Path, out: Path, *, epochs: int, lr: float, seed: int = 0, batch: int = 4
) -> Path:
    """Train with coqui's trainer; returns its run folder. save_step: one checkpoint an epoch."""
    lines = [json.loads(line) for line in (bundle / "manifest.jsonl").read_text().splitlines()]
    samples = {
        split: [sample_of(bundle, line) for line in lines if line["split"] == split]
        for split in ("train", "eval")
    }
    steps = -(-len(samples["train"]) // batch)
    out.mkdir(parents=True, exist_ok=True)
    settings = {"base": str(base), "out": str(out), "epochs": epochs, "lr": lr, "seed": seed,
                "batch": batch, "save_step": steps * max(1, epochs // 2),
                "start_with_eval": True, **samples}  # fmt: skip
    path = out / "settings.json"
    path.write_text(json.dumps(settings))
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
    (run,) = [folder for folder in out.iterdir() if folder.name.startswith("GPT_XTTS_FT")] or [out]
    if not (run / "best_model.pth").is_file():
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return run


def children_cpu_s() -> float:
    """CPU seconds of all ended child processes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def sample_of(bundle: Path, line: dict) -> dict:
    """A clip as coqui's formatters describe it."""
    return {"audio_file": str(bundle / line["audio"]), "text": line["text"], "language": "en",
            "speaker_name": "host", "root_path": str(bundle),
            "audio_unique_name": line["id"]}  # fmt: skip
