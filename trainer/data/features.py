"""Feature cache: outputs of the frozen networks for each clip, computed once.

The name of an entry is the hash of the networks, the clip's audio, text and language, and the
version of the encoding. Each entry contains the hash of its content; a damaged one is computed
again.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trainer.backends import Arrays, Backend
from trainer.bundle.manifest import Bundle, Clip
from trainer.config import TrainConfig
from trainer.families import cache_folder, open_backend
from trainer.foreign_files import parse_json, read_bytes
from trainer.runs.distributed import World
from trainer.runs.files import replacing

VERSION = 1
MEL = "mel"  # the only long array: read in slices, all others are kept in memory
MIN_CLIPS_FOR_PROCESSES = 200  # below, loading the networks in each process costs more

Progress = Callable[[int, int], None]


class FeatureEncoder(Protocol):
    """What computes the entries of the cache, such as a back-end."""

    def feature_key(self) -> str:
        """Cache key of ``encode``; changes with everything its result depends on."""
        ...

    def encode(self, clip: Clip, path: Path) -> Arrays:
        """Arrays of a clip, independent of other clips; "mel" is the long one."""
        ...


@dataclass(frozen=True, slots=True)
class Features:
    """Features of a clip: small arrays in memory, the mel spectrogram on disk.

    mel_offset: byte offset of the mel in the file. frames, bands: its shape. dtype: its type.
    """

    path: Path
    arrays: Arrays
    mel_offset: int
    frames: int
    bands: int
    dtype: str = "float16"

    def mel(self, start: int, frames: int) -> NDArray[np.generic]:
        """Frames [start, start + frames) of the mel, shape (frames, bands)."""
        row = self.bands * np.dtype(self.dtype).itemsize  # bytes per frame
        with self.path.open("rb", buffering=0) as file:
            file.seek(self.mel_offset + start * row)
            data = file.read(frames * row)
        return np.frombuffer(data, dtype=self.dtype).reshape(-1, self.bands)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Features by clip id. encoded, reused: number of clips. damaged: ids of damaged entries."""

    by_clip: Mapping[str, Features]
    encoded: int
    reused: int
    damaged: tuple[str, ...]


def prepare(
    encoder: FeatureEncoder,
    bundle: Bundle,
    clips: Sequence[Clip],
    config: TrainConfig,
    progress: Progress = lambda count, total: None,
    world: World | None = None,
) -> Prepared:
    """Features of all clips; encodes those missing from the cache.

    world: each rank encodes its share of the clips, then all read the whole cache; None: only
    this process.
    """
    if world is None or world.ranks == 1:
        return _prepare(encoder, bundle, clips, config, progress)
    share = _prepare(encoder, bundle, clips[world.rank :: world.ranks], config, progress)
    world.barrier()
    whole = _prepare(encoder, bundle, clips, config, progress)
    encoded = int(world.all_reduce(np.array([float(share.encoded)]))[0])
    return replace(whole, encoded=encoded, reused=len(clips) - encoded)


def _prepare(
    encoder: FeatureEncoder,
    bundle: Bundle,
    clips: Sequence[Clip],
    config: TrainConfig,
    progress: Progress,
) -> Prepared:
    folder = cache_folder(bundle.folder, config)
    key = encoder.feature_key()
    by_clip: dict[str, Features] = {}
    missing: list[tuple[Clip, Path]] = []
    damaged = []
    for clip in clips:
        path = entry_path(folder, key, clip)
        entry = read_entry(path)
        if entry is not None:
            by_clip[clip.id] = entry
            continue
        if path.is_file():
            damaged.append(clip.id)
        missing.append((clip, path))
    reused = len(by_clip)
    for count, (clip, path, arrays) in enumerate(_encoded(encoder, bundle, missing, config), 1):
        write_entry(path, arrays)
        entry = read_entry(path)
        if entry is None:
            raise OSError(f"{path} could not be read back after it was written.")
        by_clip[clip.id] = entry
        progress(count, len(missing))
    return Prepared(by_clip, len(missing), reused, tuple(damaged))


def entry_path(folder: Path, key: str, clip: Clip) -> Path:
    """Cache file of a clip."""
    key_text = json.dumps([VERSION, key, clip.sha256, clip.text, clip.language], ensure_ascii=False)
    name = hashlib.sha256(key_text.encode()).hexdigest()
    return folder / "features" / name[:2] / f"{name}.feat"


def write_entry(path: Path, arrays: Arrays) -> None:
    """Write the arrays to ``path``: one line of JSON, then their bytes, the mel last.

    Not fsynced: a damaged entry is detected by its hash and computed again.
    """
    names = sorted(arrays, key=lambda name: (name == MEL, name))
    body = b"".join(np.ascontiguousarray(arrays[name]).tobytes() for name in names)
    header = {
        "version": VERSION,
        "sha256": hashlib.sha256(body).hexdigest(),
        "arrays": [[name, str(arrays[name].dtype), arrays[name].shape] for name in names],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, sync=False) as temporary:
        temporary.write_bytes(json.dumps(header).encode() + b"\n" + body)


def read_entry(path: Path) -> Features | None:
    """Read the entry at ``path``; None if it is missing or damaged."""
    try:
        data = read_bytes(path)
    except OSError:
        return None
    line, newline, body = data.partition(b"\n")
    try:
        header = parse_json(line)
        if not newline or hashlib.sha256(body).hexdigest() != header["sha256"]:
            return None
        return _parse(path, len(line) + 1, body, header["arrays"])
    except (ValueError, KeyError, TypeError):
        return None


def _parse(
    path: Path, offset: int, body: bytes, descriptions: list[list[object]]
) -> Features | None:
    arrays: dict[str, NDArray[np.generic]] = {}
    position = 0
    for name, dtype, shape in descriptions:
        value_type = np.dtype(str(dtype))
        count = int(np.prod(np.asarray(shape)))
        if name == MEL:
            frames, bands = np.asarray(shape)
            return Features(
                path, arrays, offset + position, int(frames), int(bands), value_type.name
            )
        values = np.frombuffer(body, dtype=value_type, count=count, offset=position)
        arrays[str(name)] = values.reshape(np.asarray(shape, dtype=int)).copy()
        position += count * value_type.itemsize
    return None


def _encoded(
    encoder: FeatureEncoder,
    bundle: Bundle,
    missing: Sequence[tuple[Clip, Path]],
    config: TrainConfig,
) -> Iterator[tuple[Clip, Path, Arrays]]:
    """Encode the clips, in several processes if data.processes > 1 and there are enough."""
    if config.data.processes == 1 or len(missing) < MIN_CLIPS_FOR_PROCESSES:
        for clip, path in missing:
            yield clip, path, encoder.encode(clip, bundle.audio(clip))
        return
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    arguments = (config, bundle)
    with ProcessPoolExecutor(config.data.processes, context, _open_in_worker, arguments) as pool:
        jobs = [(clip, bundle.audio(clip)) for clip, _ in missing]
        results = pool.map(_encode_in_worker, jobs, chunksize=8)
        for (clip, path), arrays in zip(missing, results, strict=True):
            yield clip, path, arrays


_worker: list[Backend] = []


def _open_in_worker(config: TrainConfig, bundle: Bundle) -> None:
    import torch

    torch.set_num_threads(1)
    _worker.append(open_backend(config, bundle))


def _encode_in_worker(job: tuple[Clip, Path]) -> Arrays:
    return _worker[0].encode(*job)
