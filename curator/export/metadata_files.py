"""Metadata files of a bundle: manifest, lists, rejected clips, data card, summary."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import UNSET

from curator import __version__
from curator.domain.clip import Clip
from curator.domain.errors import printable
from curator.domain.recording import Recording
from curator.domain.weights import NO_CATEGORY
from curator.export import summary
from curator.export.checks import folded, language_of
from curator.export.contents import Contents, clip_name, group_name
from curator.export.cut_clips import WavFile
from curator.export.data_card import data_card
from curator.export.formats import BUNDLE, format_of
from curator.export.manifest import ManifestRow, Source, Split
from curator.export.refused import refused_bytes
from curator.export.settings import Exported, ExportSettings
from curator.export.split import UNCATEGORISED, Candidate, Sides, split

GENERATOR = f"voice-curator {__version__}"
SECONDS_DIGITS = 6
WEIGHT_DIGITS = 4
NO_SNAPSHOT = "No snapshot of the set was taken: the project could only be read."


def sides_of(
    clips: Sequence[Clip], recordings: Mapping[int, Recording], settings: ExportSettings
) -> Sides:
    """The split of clips that the trainer will use."""
    candidates = (
        Candidate(
            clip.id,
            group_name(clip, recordings[clip.recording_id]),
            clip.text,
            clip.emotion or UNCATEGORISED,
        )
        for clip in clips
    )
    return split(candidates, share=settings.eval_share, seed=settings.seed)


def write_papers(folder: Path, out: Path, contents: Contents) -> Exported:
    """Write everything but the clips into ``folder``, which is going to be ``out``."""
    usable = [cut.clip for cut in contents.cuts if cut.clip.id not in contents.faults]
    sides = sides_of(usable, contents.recordings, contents.settings)
    trained = [clip for clip in usable if sides.side.get(clip.id, "train") == "train"]
    heard = contents.settings.weights.heard(Counter(c.emotion or NO_CATEGORY for c in trained))
    rows = [
        _row(cut.clip, cut.file, sides.side.get(cut.clip.id, "train"), heard, contents)
        for cut in contents.cuts
        if cut.file
    ]
    counts = Counter(row.split for row in rows)
    lists = format_of(contents.settings.form).files(rows)
    refused = refused_bytes(contents.kept, contents.faults, contents.recordings)
    made = contents.settings.created or datetime.now(UTC)
    notes = _notes(sides, contents)
    card = data_card(contents, rows, notes, GENERATOR, made, lists).encode()
    files = {**lists, "refused.jsonl": refused, "data_card.md": card}
    seconds = sum(row.duration_s for row in rows)
    if contents.settings.form == BUNDLE:
        files[summary.NAME] = _summary(contents, rows, counts, made, files)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    _move_sounds(folder, rows, contents.settings.form)
    counted = (counts["train"], counts["eval"])
    return Exported(out, *counted, seconds, contents.refused, notes)


def _move_sounds(folder: Path, rows: Sequence[ManifestRow], form: str) -> None:
    """Sounds to where a format wants them, if that is not ``wavs/``."""
    place = format_of(form).place
    if place is None:
        return
    for row in rows:
        path = folder / place(row)
        path.parent.mkdir(parents=True, exist_ok=True)
        (folder / row.audio).rename(path)
    (folder / "wavs").rmdir()


def _summary(
    contents: Contents,
    rows: Sequence[ManifestRow],
    counts: Mapping[Split, int],
    made: datetime,
    files: Mapping[str, bytes],
) -> bytes:
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return summary.summary_bytes(
        summary.Summary(
            format=summary.FORMAT,
            created=made.astimezone(UTC).isoformat(timespec="seconds"),
            target=contents.target.key,
            language=contents.settings.language,
            speaker=contents.settings.speaker,
            emotions=_emotions(rows, contents.settings),
            clips=summary.SplitCounts(counts["train"], counts["eval"]),
            seconds=round(sum(row.duration_s for row in rows), SECONDS_DIGITS),
            manifest_sha256=hashes["manifest.jsonl"],
            generator=GENERATOR,
            files=hashes,
            snapshot=contents.settings.snapshot or UNSET,
            state_hash=contents.settings.state_hash or UNSET,
        )
    )


def _row(
    clip: Clip, file: WavFile, side: Split, heard: Mapping[str, float], contents: Contents
) -> ManifestRow:
    """A line of the manifest. heard: how often an epoch hears a clip, by category."""
    recording = contents.recordings[clip.recording_id]
    name = clip_name(clip)
    rate = contents.target.rate
    version = contents.versions.get(clip.id)
    return ManifestRow(
        id=name,
        audio=f"wavs/{name}.wav",
        sha256=file.sha256,
        rate=rate,
        samples=file.samples,
        duration_s=round(file.samples / rate, SECONDS_DIGITS),
        text=folded(clip.text),
        language=language_of(clip, contents.settings.language),
        speaker=contents.settings.speaker,
        emotion=clip.emotion,
        split=side,
        weight=round(heard.get(clip.emotion or NO_CATEGORY, 1.0), WEIGHT_DIGITS),
        group=group_name(clip, recording),
        source=Source(
            recording=printable(recording.name),
            sha256=recording.content_hash,
            start_s=round(clip.span.start_s(clip.rate), SECONDS_DIGITS),
            stop_s=round(clip.span.stop_s(clip.rate), SECONDS_DIGITS),
        ),
        scores=dict(sorted(clip.scores.items())),
        recipe=version.recipe if version else None,
    )


def _emotions(rows: Sequence[ManifestRow], settings: ExportSettings) -> tuple[str, ...]:
    """The project's categories in their order, then any others that clips have."""
    known = settings.emotions.keys if settings.emotions else ()
    given = {row.emotion for row in rows if row.emotion}
    return (*known, *sorted(given.difference(known)))


def _notes(sides: Sides, contents: Contents) -> tuple[str, ...]:
    notes = sides.notes
    if contents.settings.state_hash and not contents.settings.snapshot:
        notes = (*notes, NO_SNAPSHOT)
    silent = sum(1 for recording in contents.recordings.values() if not recording.consent.strip())
    if not silent:
        return notes
    whose = "1 recording has" if silent == 1 else f"{silent} recordings have"
    return (*notes, f"{whose} no consent recorded.")
