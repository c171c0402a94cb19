"""What the frozen networks make of each clip, computed once and kept in a hashed cache.

An entry's name is the hash of the networks, the clip's sound, its text and language, and the
version of the encoding, so an entry can never belong to something else. Each entry carries the
hash of its content: a damaged one is computed again, not trained on.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.backends import Arrays, Backend, open_backend
from trainer.bundle.manifest import Bundle, Clip
from trainer.config import TrainConfig

VERSION = 1
MEL = "mel"  # the one long array; read by slices, everything else is held in memory
FEWEST_FOR_PROCESSES = 200  # below, loading the networks again in each process costs more

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Features:
    """One clip's entry: small arrays in memory, its mel on disk.

    mel_offset: where in the file the mel begins. frames, bands: its shape. dtype: of its values.
    """

    path: Path
    arrays: Arrays
    mel_offset: int
    frames: int
    bands: int
    dtype: str = "float16"

    def mel(self, start: int, frames: int) -> NDArray[np.generic]:
        """Frames [start, start + frames) of the mel, of shape (frames, bands)."""
        row = self.bands * np.dtype(self.dtype).itemsize  # bytes of a frame
        with self.path.open("rb", buffering=0) as file:
            file.seek(self.mel_offset + start * row)
            data = file.read(frames * row)
        return np.frombuffer(data, dtype=self.dtype).reshape(-1, self.bands)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Every clip's features by id, and how they came about."""

    by_clip: Mapping[str, Features]
    encoded: int
    reused: int
    damaged: tuple[str, ...]


def cache_folder(bundle: Path, config: TrainConfig) -> Path:
    """Where the cache is: as configured, else beside the bundle. It may be deleted at any time."""
    if config.data.cache:
        return Path(config.data.cache).resolve()
    bundle = bundle.resolve()
    return bundle.with_name(f"{bundle.name}.prepared")


def prepare(
    backend: Backend,
    bundle: Bundle,
    clips: Sequence[Clip],
    config: TrainConfig,
    progress: Progress = lambda done, total: None,
) -> Prepared:
    """The features of all clips, encoding those that the cache lacks."""
    folder = cache_folder(bundle.folder, config)
    key = backend.feature_key()
    found: dict[str, Features] = {}
    lacking: list[tuple[Clip, Path]] = []
    damaged = []
    for clip in clips:
        path = entry_path(folder, key, clip)
        entry = read_entry(path)
        if entry is not None:
            found[clip.id] = entry
            continue
        if path.is_file():
            damaged.append(clip.id)
        lacking.append((clip, path))
    reused = len(found)
    for done, (clip, path, arrays) in enumerate(_encoded(backend, bundle, lacking, config), 1):
        write_entry(path, arrays)
        entry = read_entry(path)
        if entry is None:
            raise OSError(f"{path} could not be read back after it was written.")
        found[clip.id] = entry
        progress(done, len(lacking))
    return Prepared(found, len(lacking), reused, tuple(damaged))


def entry_path(folder: Path, key: str, clip: Clip) -> Path:
    """Where the features of a clip are kept."""
    what = json.dumps([VERSION, key, clip.sha256, clip.text, clip.language], ensure_ascii=False)
    name = hashlib.sha256(what.encode()).hexdigest()
    return folder / "features" / name[:2] / f"{name}.feat"


def write_entry(path: Path, arrays: Arrays) -> None:
    """Keep the arrays at ``path``: one line of JSON, then their bytes, the mel last.

    Not fsynced: an entry that a crash left damaged is recognised and computed again.
    """
    names = sorted(arrays, key=lambda name: (name == MEL, name))
    body = b"".join(np.ascontiguousarray(arrays[name]).tobytes() for name in names)
    header = {
        "version": VERSION,
        "sha256": hashlib.sha256(body).hexdigest(),
        "arrays": [[name, str(arrays[name].dtype), arrays[name].shape] for name in names],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(json.dumps(header).encode() + b"\n" + body)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_entry(path: Path) -> Features | None:
    """The entry at ``path``; None if it is not there or is damaged."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    line, newline, body = data.partition(b"\n")
    try:
        header = json.loads(line)
        if not newline or hashlib.sha256(body).hexdigest() != header["sha256"]:
            return None
        return _parse(path, len(line) + 1, body, header["arrays"])
    except (ValueError, KeyError, TypeError):
        return None


def _parse(path: Path, offset: int, body: bytes, described: list[list[object]]) -> Features | None:
    arrays: dict[str, NDArray[np.generic]] = {}
    at = 0
    for name, dtype, shape in described:
        kind = np.dtype(str(dtype))
        count = int(np.prod(np.asarray(shape)))
        if name == MEL:
            frames, bands = np.asarray(shape)
            return Features(path, arrays, offset + at, int(frames), int(bands), kind.name)
        values = np.frombuffer(body, dtype=kind, count=count, offset=at)
        arrays[str(name)] = values.reshape(np.asarray(shape, dtype=int)).copy()
        at += count * kind.itemsize
    return None


def _encoded(
    backend: Backend,
    bundle: Bundle,
    lacking: Sequence[tuple[Clip, Path]],
    config: TrainConfig,
) -> Iterator[tuple[Clip, Path, Arrays]]:
    """Encode the clips, in several processes if there are enough of them."""
    if config.data.processes == 1 or len(lacking) < FEWEST_FOR_PROCESSES:
        for clip, path in lacking:
            yield clip, path, backend.encode(clip, bundle.audio(clip))
        return
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    arguments = (config, bundle)
    with ProcessPoolExecutor(config.data.processes, context, _open_in_worker, arguments) as pool:
        jobs = [(clip, bundle.audio(clip)) for clip, _ in lacking]
        answers = pool.map(_encode_in_worker, jobs, chunksize=8)
        for (clip, path), arrays in zip(lacking, answers, strict=True):
            yield clip, path, arrays


_worker: list[Backend] = []


def _open_in_worker(config: TrainConfig, bundle: Bundle) -> None:
    import torch

    torch.set_num_threads(1)
    _worker.append(open_backend(config, bundle, cache_folder(bundle.folder, config)))


def _encode_in_worker(job: tuple[Clip, Path]) -> Arrays:
    return _worker[0].encode(*job)
