"""Verification of a bundle: a hash covers every byte."""

import wave
from collections.abc import Iterable, Iterator
from pathlib import Path

from curator.audio.same_sound import is_retagged
from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import read_bounded
from curator.domain.recording import Recording
from curator.export.manifest import ManifestRow, read_manifest
from curator.export.sources import file_hash, source_fault
from curator.export.summary import NAME, Summary, summary_from

SUMMARY_BYTES = 1 << 24
LARGEST_LIST = 1 << 29
MOST_HEADER_BYTES = 1 << 20
BYTES_PER_SAMPLE = 2


def verify_bundle(path: Path) -> list[str]:
    """Faults of the bundle at ``path`` as sentences; empty if it is intact."""
    if not path.is_dir():
        return [f"{printable(str(path))} is not a folder."]
    faults: list[str] = []
    try:
        summary = summary_from(read_bounded(path / NAME, SUMMARY_BYTES))
        faults.extend(_metadata_faults(path, summary))
    except OSError as error:
        faults.append(f"{NAME} cannot be read: {error.strerror}.")
    except CuratorError as error:
        faults.append(error.sentence)
    try:
        rows = read_manifest(path / "manifest.jsonl")
    except CuratorError as error:
        return [*faults, error.sentence]
    for row in rows:
        faults.extend(_clip_faults(path, row))
    if (path / "wavs").is_symlink():  # each clip says so; its names are not those of the bundle
        return faults
    expected = {row.audio for row in rows}
    faults.extend(
        f"wavs/{printable(file.name)} is not in the manifest."
        for file in sorted((path / "wavs").glob("*"))
        if f"wavs/{file.name}" not in expected
    )
    return faults


def verify_sources(recordings: Iterable[Recording]) -> tuple[list[str], list[str]]:
    """(faults, notes): missing or changed files of recordings, and those with changed tags only.

    Hashes all files, and decodes those with other bytes.
    """
    faults, notes = list[str](), list[str]()
    for recording in recordings:
        fault = source_fault(recording, thorough=True)
        if fault is not None and fault.reason_key == "source_changed" and is_retagged(recording):
            notes.append(
                f"{printable(recording.name)}: same sound, other bytes (its tags changed). Import "
                "it again to use this file; its clips and decisions stay."
            )
        elif fault is not None:
            faults.append(fault.sentence)
    return faults, notes


def _metadata_faults(path: Path, summary: Summary) -> Iterator[str]:
    """Faults of the files in the summary, and files not in it."""
    if summary.manifest_sha256 != summary.files.get("manifest.jsonl"):
        yield f"{NAME} gives two different hashes of manifest.jsonl."
    for name, expected in sorted(summary.files.items()):
        yield from _file_faults(path, name, expected)
    known = {*summary.files, NAME, "wavs"}
    for entry in sorted(path.iterdir()):
        if entry.name not in known:
            yield f"{printable(entry.name)} does not belong to the bundle."


def _file_faults(path: Path, name: str, expected: str) -> Iterator[str]:
    if Path(name).name != name:
        yield f"{NAME} names a file outside the bundle: {printable(name)}."
        return
    if (path / name).is_symlink():
        yield f"{printable(name)} is a link to a file outside the bundle."
        return
    try:
        if (path / name).stat().st_size > LARGEST_LIST:
            yield f"{name} is larger than {LARGEST_LIST >> 20} MB."
        elif file_hash(path / name) != expected:
            yield f"{name} was changed (its SHA-256 differs)."
    except OSError as error:
        yield f"{name} cannot be read: {error.strerror}."


def _clip_faults(path: Path, row: ManifestRow) -> Iterator[str]:
    file = path / row.audio
    if (path / "wavs").is_symlink() or file.is_symlink():
        yield f"{row.audio} is a link to a file outside the bundle."
        return
    try:
        if file.stat().st_size > row.samples * BYTES_PER_SAMPLE + MOST_HEADER_BYTES:
            yield f"{row.audio} is larger than its {row.samples} samples need."
        elif file_hash(file) != row.sha256:
            yield f"{row.audio} was changed (its SHA-256 differs)."
        elif _shape(file) != (1, 2, row.rate, row.samples):
            yield f"{row.audio} is not {row.samples} mono 16-bit samples at {row.rate} Hz."
    except FileNotFoundError:
        yield f"{row.audio} is missing."
    except OSError as error:
        yield f"{row.audio} cannot be read: {error.strerror}."


def _shape(file: Path) -> tuple[int, int, int, int] | None:
    """Channels, bytes per sample, rate and samples of a WAV file; None if it is none."""
    try:
        with wave.open(str(file), "rb") as opened:
            form = opened.getparams()
            return form.nchannels, form.sampwidth, form.framerate, form.nframes
    except (wave.Error, EOFError):
        return None
