"""S17 to S19: reading and writing manifests of 100,000 clips, and cutting an hour into clips."""

import hashlib
import io
import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from math import isclose
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import numpy as np
import soundfile

from curator.domain.clip import Clip
from curator.domain.recording import Recording
from curator.domain.system import sync_tree
from curator.export.manifest import ManifestRow as Line
from curator.export.manifest import Source, manifest_bytes, read_manifest, rows_from
from tests.benchmarks.rows import Row
from tests.helpers.bundles import as_recording, kept_clips, write_bundle

LINES = 100_000
RUNS = 5
MB = 1e6

HOUR_S = 3600
CLIP_S = 8
RATE = 22_050

Answer = TypeVar("Answer")
Other = TypeVar("Other")


def rows() -> Iterator[Row]:
    """All measures of this module."""
    yield _export_row()
    content, lines = _content()
    yield from _reading_rows(content, lines)
    yield _writing_row(content, lines)


def _content() -> tuple[bytes, list[Line]]:
    """A manifest as a large project has it: hashes, sentences and six scores a clip."""
    draw = np.random.default_rng(0)
    scores = draw.normal(20.0, 5.0, (LINES, 6)).round(4)
    keys = ("snr", "loudness", "bandwidth", "speech_rate", "dnsmos_ovrl", "speaker_similarity")
    lines = [
        Line(
            id=f"clip_{i:06d}",
            audio=f"wavs/clip_{i:06d}.wav",
            sha256=draw.bytes(32).hex(),
            rate=RATE,
            samples=88_200 + i,
            duration_s=round((88_200 + i) / RATE, 6),
            text=f"Sentence {i}, and that's the “final” answer — really?",
            language="en",
            speaker="host",
            emotion=("greeting", "tension", None)[i % 3],
            split="eval" if i % 10 == 0 else "train",
            weight=1.0,
            group=f"abcdefabcdef-{i // 4}",
            source=Source("show.wav", "ab" * 32, float(i), float(i + 4)),
            scores=dict(zip(keys, map(float, scores[i]), strict=True)),
            recipe=None,
        )
        for i in range(LINES)
    ]
    return manifest_bytes(lines), lines


def _reading_rows(content: bytes, lines: list[Line]) -> Iterator[Row]:
    import pandas as pd

    model = _pydantic_model()
    plain = [msgspec.to_builtins(line) for line in lines]
    ours, found, peer, models = _cpu_of_both(
        lambda: rows_from(content),
        lambda: [model.model_validate_json(line) for line in content.splitlines()],
    )
    same = found == lines and [each.model_dump() for each in models] == plain
    yield Row(
        id="S17",
        measure=f"manifest of {LINES:,} clips read and validated",
        peer_name="pydantic model_validate_json, a line at a time, the same constraints",
        peer=peer,
        ours=ours,
        unit="CPU s",
        pass_line=5.0,
        equal=same,
        note=f"every field of all {len(found):,} rows compared; {len(content) / MB:.0f} MB",
    )
    del models
    ours, found, peer, frame = _cpu_of_both(
        lambda: rows_from(content), lambda: pd.read_json(io.BytesIO(content), lines=True)
    )
    same = found == lines and all(
        all(map(_close, frame[key], [line[key] for line in plain]))
        for key in ("id", "sha256", "samples", "text", "split", "source", "scores")
    )
    yield Row(
        id="S17",
        measure=f"manifest of {LINES:,} clips read and validated",
        peer_name="pandas.read_json(lines=True), which validates nothing",
        peer=peer,
        ours=ours,
        unit="CPU s",
        pass_line=5.0,
        equal=same,
        note="id, sha256, samples, text, split, source and scores of all rows compared",
    )


def _writing_row(content: bytes, lines: list[Line]) -> Row:
    plain = [msgspec.to_builtins(line) for line in lines]
    ours, written, peer, text = _cpu_of_both(
        lambda: manifest_bytes(lines),
        lambda: "".join([json.dumps(line) + "\n" for line in plain]).encode(),
    )
    same = written == content and all(
        json.loads(a) == json.loads(b)
        for a, b in zip(written.splitlines(), text.splitlines(), strict=True)
    )
    return Row(
        id="S18",
        measure=f"manifest of {LINES:,} clips written",
        peer_name="json.dumps, a line at a time",
        peer=peer,
        ours=ours,
        unit="CPU s",
        pass_line=3.0,
        equal=same,
        note="both read back by json.loads to the same objects, line by line",
    )


def _export_row() -> Row:
    with tempfile.TemporaryDirectory(prefix="curator-bench-") as name:
        folder = Path(name)
        source = _an_hour(folder / "show.wav")
        recording = as_recording(source)
        clips = kept_clips(recording, HOUR_S // CLIP_S, seconds=float(CLIP_S))
        before = _most_memory()
        walls = {"ours": float("inf"), "peer": float("inf"), "unflushed": float("inf")}
        for run in range(RUNS):
            took = _export_beside_copy(folder, run, recording, clips)
            walls = {key: min(wall, took[key]) for key, wall in walls.items()}
        grown = _most_memory() - before
        size, same = _byte_check(folder / f"ours-{RUNS - 1}", source)
    rate = size / MB
    return Row(
        id="S19",
        measure=f"{len(clips)} clips of {CLIP_S} s exported from an hour of sound, on the disk",
        peer_name="shutil.copyfile of the same clips, on the disk",
        peer=rate / walls["peer"],
        ours=rate / walls["ours"],
        unit="MB/s wall",
        pass_line=0.4,
        equal=same,
        note=(
            "every clip compared with the source sample by sample and with its hash; ours also "
            "verifies the source's hash and writes manifest, metadata and card; peak memory "
            f"+{grown:.0f} MB; the copy without being flushed to the disk: "
            f"{rate / walls['unflushed']:.0f} MB/s"
        ),
        higher_is_better=True,
    )


def _export_beside_copy(
    folder: Path, run: int, recording: Recording, clips: list[Clip]
) -> dict[str, float]:
    """Wall seconds of one export, and of copying its clips."""
    out, copy = folder / f"ours-{run}", folder / f"copy-{run}"
    began = time.perf_counter()
    write_bundle(out, clips, [recording])
    took = {"ours": time.perf_counter() - began}
    files = sorted((out / "wavs").iterdir())
    copy.mkdir()
    began = time.perf_counter()
    for file in files:
        shutil.copyfile(file, copy / file.name)
    took["unflushed"] = time.perf_counter() - began
    sync_tree(copy)
    took["peer"] = time.perf_counter() - began
    shutil.rmtree(copy)
    if run < RUNS - 1:
        shutil.rmtree(out)
    return took


def _an_hour(path: Path) -> Path:
    """Mono 16-bit noise at the target's rate: the copy has nothing to convert, nor have we."""
    draw = np.random.default_rng(0)
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16") as file:
        for _ in range(HOUR_S // 10):
            file.write(draw.integers(-9000, 9000, 10 * RATE, dtype=np.int16))
    return path


def _byte_check(bundle: Path, source: Path) -> tuple[int, bool]:
    """The bytes in clips, and whether each is the stretch of the source it should be."""
    sound, _ = soundfile.read(source, dtype="int16")
    size, same = 0, True
    lines = read_manifest(bundle / "manifest.jsonl")
    for line in lines:
        content = (bundle / line.audio).read_bytes()
        clip, _ = soundfile.read(io.BytesIO(content), dtype="int16")
        start = round(line.source.start_s * RATE)
        same &= hashlib.sha256(content).hexdigest() == line.sha256
        same &= np.array_equal(clip, sound[start : start + line.samples])
        size += len(content)
    return size, same and len(lines) == HOUR_S // CLIP_S


def _most_memory() -> float:
    """The most memory this process ever had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _cpu_of_both(
    ours: Callable[[], Answer], peer: Callable[[], Other]
) -> tuple[float, Answer, float, Other]:
    """The least CPU seconds of some runs of each, in turns, and what each gave."""
    best = [float("inf"), float("inf")]
    for _ in range(RUNS):
        began = time.process_time()
        our_answer = ours()
        between = time.process_time()
        other_answer = peer()
        ended = time.process_time()
        best = [min(best[0], between - began), min(best[1], ended - between)]
    return best[0], our_answer, best[1], other_answer


def _close(one: object, other: object) -> bool:
    """Equal, but for the last digit of numbers: pandas reads 0.1 as 0.10000000000000002."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_close(one[k], other[k]) for k in one)
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-12)
    return one == other


def _pydantic_model() -> Any:
    from pydantic import BaseModel, ConfigDict, Field

    digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    named = Annotated[str, Field(min_length=1)]
    not_negative = Annotated[float, Field(ge=0)]

    class PeerSource(BaseModel):
        model_config = ConfigDict(extra="forbid")
        recording: str
        sha256: digest
        start_s: not_negative
        stop_s: not_negative

    class PeerRow(BaseModel):
        model_config = ConfigDict(extra="forbid")
        id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$")]
        audio: Annotated[str, Field(pattern=r"^wavs/[A-Za-z0-9_-]+\.wav$")]
        sha256: digest
        rate: Annotated[int, Field(ge=1)]
        samples: Annotated[int, Field(ge=0)]
        duration_s: not_negative
        text: str
        language: str
        speaker: named
        emotion: str | None
        split: Literal["train", "eval"]
        weight: Annotated[float, Field(gt=0)]
        group: named
        source: PeerSource
        scores: dict[str, float]
        recipe: str | None

    return PeerRow
