"""A checkpoint, or the base, as a speaker: exported beside the run, loaded, and removed again."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from trainer import checkpoint
from trainer.evaluate.plan import BASE
from trainer.manifest import Bundle
from trainer.run import PARENT, Run
from trainer.speech.speaker import Speaker, open_speaker


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
    from trainer.backends import SPEAKERS, open_backend, open_shipped
    from trainer.features import cache_folder
    from trainer.session import load_weights

    if run.config.model.backend in SPEAKERS:
        with open_shipped(run.config).speaking() as speaker:
            yield speaker
        return
    backend = open_backend(run.config, bundle, cache_folder(bundle.folder, run.config))
    network = backend.network()
    backend.adapt(network)
    if step != BASE:
        load_weights(network, checkpoint.chosen(run.checkpoints, step), averaged=True)
    elif (run.folder / PARENT).is_file():
        load_weights(network, Beginning(run.folder, BASE, {}), averaged=False)
    with tempfile.TemporaryDirectory(prefix=".voice-", dir=run.folder) as folder:
        backend.export(network, Path(folder))
        del network
        yield open_speaker(backend, Path(folder))
