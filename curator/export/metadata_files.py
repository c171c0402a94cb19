"""Files beside the audio of an export: manifest, metadata, refusals, data card and summary."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import UNSET, structs

from curator import __version__
from curator.domain.clip import Clip
from curator.domain.errors import printable
from curator.domain.foreign_files import open_regular
from curator.domain.languages import GROWN, base_code, folded
from curator.domain.recording import Recording
from curator.domain.weights import NO_CATEGORY
from curator.export import summary
from curator.export.checks import language_of, text_notes
from curator.export.contents import Contents, clip_name, group_name
from curator.export.cut_clips import WavFile
from curator.export.data import ExportData
from curator.export.data_card import DataCard
from curator.export.formats import BUNDLE, Format, format_of
from curator.export.manifest import ManifestRow, Source, Split
from curator.export.refused import refused_bytes
from curator.export.settings import Exported
from curator.export.split import UNCATEGORISED, SplitClip, SplitResult, split

GENERATOR = f"voice-curator {__version__}"
SECONDS_DIGITS = 6
WEIGHT_DIGITS = 4
NO_SNAPSHOT = "No snapshot of the set was taken: the project was open read-only."


def split_candidates(
    clips: Iterable[Clip], recordings: Mapping[int, Recording]
) -> Iterator[SplitClip]:
    """What decides the side of each clip. recordings: by id."""
    for clip in clips:
        group = group_name(clip, recordings[clip.recording_id])
        yield SplitClip(clip.id, group, clip.text, clip.emotion or UNCATEGORISED)


def write_metadata(folder: Path, out: Path, contents: Contents) -> Exported:
    """Write everything but the audio into ``folder``, which becomes ``out`` afterwards."""
    data = contents.data
    accepted = [cut.clip for cut in contents.cuts if cut.clip.id not in contents.faults]
    candidates = split_candidates(accepted, data.recordings)
    result = split(candidates, share=data.settings.eval_share, seed=data.settings.seed)
    sides = defaultdict[int, Split](lambda: "train", result.side)  # refused clips: train
    training = Counter(c.emotion or NO_CATEGORY for c in accepted if sides[c.id] == "train")
    weights = data.weights.sampling_weights(training)
    rows = [
        _row(cut.clip, cut.file, sides[cut.clip.id], weights, contents)
        for cut in contents.cuts
        if cut.file
    ]
    counts = Counter(row.split for row in rows)
    form = format_of(data.settings.form)
    lists = form.files(_located(rows, out) if form.absolute else rows)
    refused = refused_bytes(contents.kept, contents.faults, data.recordings)
    created = data.created or datetime.now(UTC)
    notes = _notes(result, contents)
    for name, content in lists.items():
        _write(folder / name, content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in lists.items()}
    if form.pack:
        hashes |= {name: _hash(folder / name) for name in form.pack(rows, folder)}
        (folder / "wavs").rmdir()
    card = DataCard(contents, rows, notes, GENERATOR, created, hashes).text().encode()
    files = {**lists, "refused.jsonl": refused, "data_card.md": card}
    if form.key == BUNDLE:
        files[summary.NAME] = _summary(data, rows, counts, created, files)
    for name in files.keys() - lists.keys():
        _write(folder / name, files[name])
    _move_audio(folder, rows, form)
    seconds = sum(row.duration_s for row in rows)
    return Exported(out, counts["train"], counts["eval"], seconds, contents.refused, notes)


def _located(rows: Sequence[ManifestRow], out: Path) -> list[ManifestRow]:
    """Rows with absolute paths of their audio, for readers that open them from elsewhere."""
    folder = out.absolute()
    return [structs.replace(row, audio=(folder / row.audio).as_posix()) for row in rows]


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _hash(path: Path) -> str:
    with open_regular(path, follow=False) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _move_audio(folder: Path, rows: Sequence[ManifestRow], form: Format) -> None:
    """Move the WAV files to the format's paths, unless those are in ``wavs/``."""
    if form.place is None:
        return
    for row in rows:
        path = folder / form.place(row)
        path.parent.mkdir(parents=True, exist_ok=True)
        (folder / row.audio).rename(path)
    (folder / "wavs").rmdir()


def _summary(
    data: ExportData,
    rows: Sequence[ManifestRow],
    counts: Mapping[Split, int],
    created: datetime,
    files: Mapping[str, bytes],
) -> bytes:
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return summary.summary_bytes(
        summary.Summary(
            format=summary.FORMAT,
            created=created.astimezone(UTC).isoformat(timespec="seconds"),
            target=data.target.key,
            language=data.language,
            speaker=data.settings.speaker,
            emotions=_emotions(rows, data),
            clips=summary.SplitCounts(counts["train"], counts["eval"]),
            seconds=round(sum(row.duration_s for row in rows), SECONDS_DIGITS),
            manifest_sha256=hashes["manifest.jsonl"],
            generator=GENERATOR,
            files=hashes,
            snapshot=data.snapshot or UNSET,
            state_hash=data.state_hash or UNSET,
            grown=_grown(rows, data) or UNSET,
        )
    )


def _row(
    clip: Clip, file: WavFile, side: Split, weights: Mapping[str, float], contents: Contents
) -> ManifestRow:
    """Row of the manifest. weights: mean occurrences of a clip per epoch, by category."""
    data = contents.data
    recording = data.recordings[clip.recording_id]
    name = clip_name(clip)
    rate = data.target.rate
    version = data.versions.get(clip.id)
    return ManifestRow(
        id=name,
        audio=f"wavs/{name}.wav",
        sha256=file.sha256,
        rate=rate,
        samples=file.samples,
        duration_s=round(file.samples / rate, SECONDS_DIGITS),
        text=folded(clip.text),
        language=language_of(clip, data.language),
        speaker=data.settings.speaker,
        emotion=clip.emotion,
        split=side,
        weight=round(weights.get(clip.emotion or NO_CATEGORY, 1.0), WEIGHT_DIGITS),
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


def _emotions(rows: Sequence[ManifestRow], data: ExportData) -> tuple[str, ...]:
    """Categories of the project in their order, then other categories of clips."""
    known = data.emotions.keys if data.emotions else ()
    given = {row.emotion for row in rows if row.emotion}
    return (*known, *sorted(given.difference(known)))


def _grown(rows: Sequence[ManifestRow], data: ExportData) -> tuple[str, ...]:
    """Codes of the languages that the target learns only in training."""
    codes = {base_code(row.language) for row in rows}
    return tuple(sorted(c for c in codes if data.target.treatments.get(c) == GROWN))


def _notes(result: SplitResult, contents: Contents) -> tuple[str, ...]:
    accepted = [cut.clip for cut in contents.cuts if cut.clip.id not in contents.faults]
    data = contents.data
    notes = (*result.notes, *text_notes(accepted, data.target, data.language))
    if data.state_hash and not data.snapshot:
        notes = (*notes, NO_SNAPSHOT)
    missing = sum(1 for recording in contents.recordings.values() if not recording.consent.strip())
    if not missing:
        return notes
    recordings = "1 recording" if missing == 1 else f"{missing} recordings"
    return (*notes, f"Consent is not stated for {recordings}.")
