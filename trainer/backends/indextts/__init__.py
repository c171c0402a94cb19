"""IndexTTS-2 for comparison, inference only.

Its package runs in a separate environment, in a worker process with a line protocol; nothing of
it is imported here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.backends.environments import find_python
from trainer.backends.indextts.base import IndexTTSBase, open_base
from trainer.config import TrainConfig
from trainer.errors import WrongUsage
from trainer.families import Family
from trainer.only_speaks import read_inference_model

if TYPE_CHECKING:
    from trainer.speech.speaker import Speaker


class ReleasedIndexTTS:
    """Implementation of ``trainer.backends.ReleasedModel``."""

    def __init__(self, config: TrainConfig) -> None:
        self.model = read_inference_model("indextts")
        if not config.model.base:
            raise WrongUsage(
                f"{self.model.name} needs a folder of weights.",
                f"Specify the folder of {self.model.weights.origin} with --base.",
            )
        self._base_folder = Path(config.model.base)
        environment = config.model.environment
        self._python = find_python(self.model, Path(environment) if environment else None)

    @cached_property
    def base(self) -> IndexTTSBase:
        """Weights, with verified hashes."""
        return open_base(self.model, self._base_folder)

    @property
    def languages(self) -> tuple[str, ...]:
        """Supported language codes."""
        return self.model.languages

    def identity(self) -> Mapping[str, object]:
        """Hashes of the weights, the version of the package and its licence."""
        return {
            "backend": self.model.key,
            "base": str(self.base.folder),
            "sha256": dict(self.base.hashes),
            "package": f"{self.model.package} {self.model.version}",
            "licence": self.model.licence,
        }

    @contextmanager
    def open_speaker(self) -> "Iterator[Speaker]":
        """Speaker process; loads the weights at the first text, ends with the context."""
        from trainer.backends.indextts.speaker import IndexSpeaker

        with IndexSpeaker(self.model, self._python, self.base) as speaker:
            yield speaker


FAMILY = Family(speaker=ReleasedIndexTTS)
