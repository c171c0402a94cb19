"""Checkpoints and the base as speakers: temporary export, loaded, then removed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.backends.open_speaker import open_speaker
from trainer.bundle.manifest import Bundle
from trainer.evaluate.plan import BASE
from trainer.runs import checkpoint
from trainer.runs.files import scratch_folder
from trainer.runs.run import PARENT, Run
from trainer.speech.speaker import Speaker

if TYPE_CHECKING:
    from torch import nn

    from trainer.backends import Backend


@dataclass(frozen=True, slots=True)
class Beginning(checkpoint.Checkpoint):
    """What the run before had learnt, which this one goes on from, as if it were a checkpoint."""

    def tensors(self, name: str) -> checkpoint.Tensors:
        """Its weights; it has nothing else."""
        stem = PARENT.removesuffix(".safetensors")
        return checkpoint.Checkpoint.tensors(self, stem) if name == "weights" else {}


@contextmanager
def speaking(run: Run, bundle: Bundle, step: int) -> Iterator[Speaker]:
    """The voice of a step; 0 is what the run started from."""
    from trainer.families import inference_only, open_backend, open_shipped
    from trainer.training.session import load_weights

    if run.config.model.backend in inference_only():
        with open_shipped(run.config).open_speaker() as speaker:
            yield speaker
        return
    backend = open_backend(run.config, bundle)

    def network() -> "nn.Module":
        model = backend.network()
        backend.adapt(model)
        if step != BASE:
            load_weights(model, checkpoint.load(run.checkpoints, step), averaged=True)
        elif (run.folder / PARENT).is_file():
            load_weights(model, Beginning(run.folder, BASE, {}), averaged=False)
        return model

    with exported(backend, network, run.folder) as speaker:
        yield speaker


@contextmanager
def exported(
    backend: "Backend", network: Callable[[], "nn.Module"], beside: Path
) -> Iterator[Speaker]:
    """A network as a speaker; it is made and let go of here, so that memory holds it once."""
    with scratch_folder(beside / "voice") as folder:
        backend.export(network(), Path(folder))
        yield open_speaker(backend, Path(folder))
