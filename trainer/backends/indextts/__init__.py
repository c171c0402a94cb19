"""IndexTTS-2, which only speaks here, to be compared with. Nothing of it is imported.

Its package runs in an environment of its own, as a program that is asked line by line.
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


class ShippedIndexTTS:
    """See ``trainer.backends.Shipped``."""

    def __init__(self, config: TrainConfig) -> None:
        self.model = read_inference_model("indextts")
        if not config.model.base:
            raise WrongUsage(
                f"{self.model.name} needs its weights.",
                f"Name the folder of {self.model.weights.origin} with --base.",
            )
        self._base_folder = Path(config.model.base)
        environment = config.model.environment
        self._python = find_python(self.model, Path(environment) if environment else None)

    @cached_property
    def base(self) -> IndexTTSBase:
        """Its weights, checked."""
        return open_base(self.model, self._base_folder)

    @property
    def languages(self) -> tuple[str, ...]:
        """That it speaks."""
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
    def speaking(self) -> "Iterator[Speaker]":
        """The voice, loaded when it first speaks, and let go of afterwards."""
        from trainer.backends.indextts.speaker import IndexSpeaker

        with IndexSpeaker(self.model, self._python, self.base) as speaker:
            yield speaker


FAMILY = Family(speaker=ShippedIndexTTS)
