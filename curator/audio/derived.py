"""Sound made from a recording, kept in the project's cache, in step with it.

``HASH.KEY.w64`` holds mono float32, so that a chain of steps neither rounds nor clips; samples
beyond full scale are read with a gain, as those of an imported file. ``HASH.KEY.json`` says what it
is, so that it is known for whole. Both may be deleted at any time.
"""

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from curator.audio.cache import is_cached, make_folder
from curator.audio.encode import write_bytes_atomically
from curator.audio.intake import gain_to_full_scale, rebuild_cache
from curator.audio.resumable_file import GrowingFile, PartialFile, begun
from curator.audio.waveform import Samples
from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import in_cache, is_hash, read_bounded
from curator.domain.recording import HIGHEST_RATE, LOWEST_RATE, Decoding, Recording

METADATA_BYTES = 1 << 16
NAME_LENGTH = 24  # of each hash in a name: no two recordings nor recipes share so much

_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_WAVE = bytes.fromhex("77617665f3acd3118cd100c04f8edb8a")
_FMT = bytes.fromhex("666d7420f3acd3118cd100c04f8edb8a")
_DATA = bytes.fromhex("64617461f3acd3118cd100c04f8edb8a")
_CHUNK_HEAD = 24  # bytes of a GUID and a size, which the size includes
_FLOAT = 3  # WAVE_FORMAT_IEEE_FLOAT
_BYTES = 4  # a sample


def derived_path(cache: Path, content_hash: str, key: str) -> Path:
    """Where the sound is that was made from a recording under a key (a hash, hex)."""
    return in_cache(cache, content_hash, "").with_name(
        f"{content_hash[:NAME_LENGTH]}.{key[:NAME_LENGTH]}.w64"
    )


def derived_recording(recording: Recording, cache: Path, key: str) -> Recording | None:
    """What was made of a recording, as a recording of its own; None when it is not there whole."""
    path = derived_path(cache, recording.cache_key, key)
    try:
        metadata = json.loads(read_bounded(path.with_suffix(".json"), METADATA_BYTES))
        state = path.stat()
        if metadata["key"] != key or metadata["source"] != recording.cache_key:
            return None
        if (state.st_size, state.st_mtime_ns) != (metadata["size"], metadata["mtime_ns"]):
            return None
        numbers = [metadata["rate"], metadata["samples"]]
        if not is_hash(metadata["sha256"]) or any(type(number) is not int for number in numbers):
            return None
        decoding = _decoding(metadata)
        if "gain" not in metadata and not is_cached(cache, metadata["sha256"]):
            return None  # of an older version, perhaps beyond full scale
        if not LOWEST_RATE <= numbers[0] <= HIGHEST_RATE or not 0 <= numbers[1] <= state.st_size:
            return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None  # whatever is wrong with it: it can be made again
    return replace(
        recording,
        path=path,
        content_hash=metadata["sha256"],
        size=metadata["size"],
        mtime_ns=metadata["mtime_ns"],
        rate=metadata["rate"],
        channels=1,
        samples=metadata["samples"],
        container="w64",
        decoding=decoding,
        sound_key="",
        sound_hash="",
        notes=(),
    )


def _decoding(metadata: Mapping[str, Any]) -> Decoding:
    """How the sound is read; raises ValueError for a gain that is none."""
    gain = metadata.get("gain", 1.0)
    if not isinstance(gain, float) or not 0.0 < gain <= 1.0:
        raise ValueError(f"a gain of {gain}")
    return Decoding(gain=gain)


def is_ready(derived: Recording | None, cache: Path) -> bool:
    """Whether it can be heard: the sound, and its 16 kHz copy and peaks."""
    return derived is not None and is_cached(cache, derived.cache_key)


def begun_derived(recording: Recording, cache: Path, key: str) -> PartialFile | None:
    """Progress of an unfinished derived file; None if none was started."""
    partial = begun(derived_path(cache, recording.cache_key, key))
    if partial is None or (partial.key, partial.source) != (key, recording.cache_key):
        return None
    return partial


def write_derived(
    recording: Recording,
    cache: Path,
    key: str,
    blocks: Iterable[Samples],
    rate: int,
    samples: int,
    after: PartialFile | None = None,
) -> Recording:
    """Write sound made from a recording: whole and under its name, or not at all.

    after: state of an interrupted run; its samples are skipped in ``blocks``. An interrupted
    call leaves a state that ``begun_derived`` returns. Raises CuratorError when the cache cannot be
    written, for example on a full disk.
    """
    path = derived_path(cache, recording.cache_key, key)
    head = _w64_head(rate, samples)
    what = PartialFile(key, recording.cache_key, rate, samples)
    if after is not None and not what.goes_on(after):
        raise ValueError("what was begun is something else")
    try:
        make_folder(cache)
        path.with_suffix(".json").unlink(missing_ok=True)
        growing = GrowingFile(path, head, after or what)
        try:
            for block in _without(blocks, after.written if after else 0):
                growing.write(block)
            digest = growing.finish()
        finally:
            growing.leave()
        state = path.stat()
        metadata = {
            "source": recording.cache_key,
            "key": key,
            "sha256": digest,
            "size": state.st_size,
            "mtime_ns": state.st_mtime_ns,
            "rate": rate,
            "samples": samples,
            "gain": gain_to_full_scale(growing.loudest),
        }
        write_bytes_atomically(path.with_suffix(".json"), json.dumps(metadata).encode())
    except OSError as error:
        raise CuratorError(
            f"The cache in {printable(str(cache))} cannot be written ({error.strerror or error}).",
            "Free some space there; the same command then goes on.",
        ) from error
    derived = derived_recording(recording, cache, key)
    if derived is None or derived.size != len(head) + _BYTES * samples:
        raise CuratorError(f"{printable(path.name)} was changed while it was written.")
    return derived


def _without(blocks: Iterable[Samples], first: int) -> Iterator[Samples]:
    """The blocks without so many samples at the start."""
    for block in blocks:
        if first < block.size:
            yield block[first:]
        first = max(0, first - block.size)


def make_ready(derived: Recording, cache: Path) -> None:
    """Make its 16 kHz copy and its peaks."""
    rebuild_cache(derived, cache)


def bytes_needed(samples: int, rate: int) -> int:
    """How much room it takes, with the copy and the peaks."""
    seconds = samples / rate
    return _BYTES * samples + round(seconds * 2 * 16_000 * 1.2)


def _w64_head(rate: int, samples: int) -> bytes:
    """All that comes before the samples. Sony's Wave64: sizes of 64 bits, chunks by GUID."""
    size = _BYTES * samples
    form = struct.pack("<HHIIHH", _FLOAT, 1, rate, rate * _BYTES, _BYTES, 8 * _BYTES)
    fmt = _FMT + struct.pack("<Q", _CHUNK_HEAD + len(form)) + form
    data = _DATA + struct.pack("<Q", _CHUNK_HEAD + size)
    whole = len(_RIFF) + 8 + len(_WAVE) + len(fmt) + len(data) + size
    return _RIFF + struct.pack("<Q", whole) + _WAVE + fmt + data
