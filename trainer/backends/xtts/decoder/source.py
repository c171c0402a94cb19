"""The voice to fine-tune: a base folder, or a checkpoint of a run, exported once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.xtts import XttsBackend
from trainer.backends.xtts.base import FILES, LICENCE
from trainer.backends.xtts.stock import TRAIN_FIRST, UNTRAINED
from trainer.bundle.manifest import Bundle
from trainer.config import TrainConfig
from trainer.errors import BrokenRun
from trainer.families import open_backend
from trainer.runs.files import sha256_of
from trainer.runs.run import ABOUT, Run, choose_checkpoint, open_run

if TYPE_CHECKING:
    from trainer.runs.checkpoint import Checkpoint

VOICE = "voice"  # folder of the export, in the working folder


@dataclass(frozen=True, slots=True)
class DecoderSource:
    """Voice to fine-tune. backend: tokens and codes of clips. run, saved: None for a base."""

    backend: XttsBackend
    run: Run | None
    saved: "Checkpoint | None"

    def identity(self) -> Mapping[str, Any]:
        """Provenance: hashes of the base files and of the run's weights."""
        identity: dict[str, Any] = dict(self.backend.identity())
        if self.saved is not None and self.run is not None:
            identity["run"] = str(self.run.folder.resolve())
            identity["run_step"] = self.saved.step
            hashes = {
                path.name: sha256_of(path)
                for path in sorted(self.saved.folder.glob("*.safetensors"))
                if path.stem in ("weights", "ema")
            }
            identity["sha256"] = {**identity["sha256"], **hashes}
        return identity

    def folder(self, work: Path, bundle: Bundle) -> Path:
        """Folder with model.pth, config.json and vocab.json. work: where a run is exported."""
        from trainer.voice.export import write_export

        if self.run is None or self.saved is None:
            return self.backend.base.folder
        target = work / VOICE
        if not target.is_dir():
            write_export(self.run, bundle, self.saved, target)
        return target

    def files(self, folder: Path) -> list[Path]:
        """Files that the result keeps, relative to ``folder``."""
        if self.run is None:
            return [Path(name) for name in (*FILES, LICENCE) if (folder / name).is_file()]
        return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def open_source(config: TrainConfig, bundle: Bundle, source: Path, wanted: str) -> DecoderSource:
    """Open a base, or the checkpoint ``wanted`` of a run."""
    is_run = (source / ABOUT).is_file()
    run = open_run(source) if is_run else None
    backend: Any = open_backend(config, bundle)
    if run is None and not backend.base.matches_dvae:
        raise BrokenRun(UNTRAINED, TRAIN_FIRST)
    return DecoderSource(backend, run, choose_checkpoint(run, wanted) if run else None)
