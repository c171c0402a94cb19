"""What runs did, for comparing them."""

import hashlib
from pathlib import Path

from trainer.runs import checkpoint
from trainer.runs.events import read_events

TOY = ("model.backend=toy", "optim.lr=0.05", "ckpt.every_steps=5", "eval.every_steps=5")
OF_THE_CLOCK = ("time", "seconds", "memory_mb")
OF_THE_PROCESS = ("resumed", "paused", "started")


def digest(run: Path, step: int, name: str = "weights") -> str:
    """The hash of what a checkpoint holds."""
    path = checkpoint.path_of(run / "checkpoints", step) / f"{name}.safetensors"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def history(run: Path) -> list[dict]:
    """The events of a run without what differs from one process or second to the next."""
    return [
        {key: value for key, value in event.items() if key not in OF_THE_CLOCK}
        for event in read_events(run)
        if event["event"] not in OF_THE_PROCESS
    ]
