"""Job description for a worker process."""

import os
from pathlib import Path

import msgspec

from curator.domain.recording import SoundChoice
from curator.domain.sound_folders import SoundFolders


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Analysis options.

    whisper: a model's name or folder, or "auto" to choose one by language. device: "auto", "cpu"
    or "cuda". exact: exact quality scores instead of fast ones. threads: of each worker's
    libraries. seed: of the map.
    """

    whisper: str = "auto"
    device: str = "auto"
    exact: bool = False
    threads: int = 1
    seed: int = 0


class Job(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One stage and the items to run it on.

    stage: a key of curator.jobs.step_table or cleaning_worker.STAGES, "import" or "suggest".
    items: clip or recording ids, or indices of paths, in processing order. paths: files to import,
    as path_bytes encodes them. choices: which sound of each path. scorers: scorers to run, for
    score stages. recipe: TOML, for cleaning. sound: where sound is read on another machine.
    """

    stage: str
    project: str
    options: Options = Options()
    items: tuple[int, ...] = ()
    paths: tuple[bytes, ...] = ()
    choices: tuple[SoundChoice, ...] = ()
    scorers: tuple[str, ...] = ()
    recipe: str = ""
    sound: SoundFolders | None = None


def to_json(job: Job) -> bytes:
    """Encode a job as JSON."""
    return msgspec.json.encode(job)


def from_json(line: bytes) -> Job:
    """Decode a job. Raises msgspec.ValidationError."""
    return msgspec.json.decode(line, type=Job)


def path_bytes(path: Path) -> bytes:
    """Encode a path as bytes, which need not be valid text."""
    return os.fsencode(path)


def path_of(travelled: bytes) -> Path:
    """Decode a path."""
    return Path(os.fsdecode(travelled))
