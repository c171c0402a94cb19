"""A job: everything a worker needs to know, as data."""

import os
from pathlib import Path

import msgspec


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person may choose about the analysis.

    whisper: a model's name or a folder with its files. device: "auto", "cpu" or "cuda".
    exact: exact quality scores instead of fast ones. threads: of each worker's libraries.
    seed: of the map.
    """

    whisper: str = "tiny.en"
    device: str = "auto"
    exact: bool = False
    threads: int = 1
    seed: int = 0


class Job(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One stage and the items to run it on.

    stage: a key of curator.jobs.step_table or cleaning_worker.STAGES, "import" or "suggest".
    items: clip or recording ids, or indices of paths, in processing order. paths: files to import,
    as path_bytes encodes them. scorers: scorers to run, for score stages. recipe: TOML, for
    cleaning.
    """

    stage: str
    project: str
    options: Options = Options()
    items: tuple[int, ...] = ()
    paths: tuple[bytes, ...] = ()
    scorers: tuple[str, ...] = ()
    recipe: str = ""


def to_json(job: Job) -> bytes:
    """The job as one line."""
    return msgspec.json.encode(job)


def from_json(line: bytes) -> Job:
    """The job of a line; msgspec.ValidationError if it is none."""
    return msgspec.json.decode(line, type=Job)


def path_bytes(path: Path) -> bytes:
    """A path as it travels: its bytes, which need not be text."""
    return os.fsencode(path)


def path_of(travelled: bytes) -> Path:
    """The path again."""
    return Path(os.fsdecode(travelled))
