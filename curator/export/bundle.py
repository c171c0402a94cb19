"""Export of kept clips with audio: a new folder that is complete or absent."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from curator.domain.clip import Clip
from curator.domain.decision import State
from curator.domain.errors import CuratorError
from curator.domain.progress import NoProgress, Progress
from curator.domain.target import Target
from curator.domain.text_rules import Fault
from curator.export.checks import text_or_length_fault, written_samples
from curator.export.contents import Contents, clip_name
from curator.export.cut_clips import ClipCutter, CutClip
from curator.export.data import ExportData
from curator.export.excerpt import ExcerptReader
from curator.export.folder import new_folder, require_absent
from curator.export.formats import format_of, text_fault
from curator.export.metadata_files import write_metadata
from curator.export.settings import Exported, ExportSettings
from curator.export.sources import SourceWatch, span_fault

DISK_BLOCK = 4096
WAV_HEADER = 44
ROW_BYTES = 2500
"""Upper estimate of a clip's bytes in manifest, metadata and refused.jsonl."""


def export(
    data: ExportData, excerpts: ExcerptReader, out: Path, progress: Progress | None = None
) -> Exported:
    """Write the kept clips of ``data`` to the new folder ``out``.

    Clips of a missing or changed recording are refused; the others are written. Raises
    CuratorError when ``out`` exists, the disk is too full, or no clip is left to write.
    """
    require_absent(out)
    form = format_of(data.settings.form)
    if form.require:
        form.require(out.absolute(), data.settings.speaker)
    kept = sorted(
        (clip for clip in data.clips if clip.state == State.KEPT),
        key=lambda clip: (clip.recording_id, clip.span, clip.id),
    )
    sources = SourceWatch({c.recording_id: data.recordings[c.recording_id] for c in kept})
    faults = _faults(kept, data, sources.faults)
    _require_some(kept, faults)
    to_cut = [clip for clip in kept if _is_written(clip, faults.get(clip.id), data.settings)]
    progress = progress or NoProgress()
    progress.started("export", len(to_cut), sum(clip.seconds for clip in to_cut))
    try:
        with new_folder(out, _disk_space(kept, to_cut, data.target)) as folder, sources:
            cuts = _cut(folder, to_cut, ClipCutter(data, excerpts), progress)
            cuts = _without(sources.settle(), cuts, folder)
            for cut in cuts:
                if cut.fault:
                    faults.setdefault(cut.clip.id, cut.fault)
            _require_some(kept, faults)
            exported = write_metadata(folder, out, Contents(data, kept, cuts, faults))
        for refusal in exported.refused:
            progress.failed(f"clip {refusal.clip_id}: {refusal.sentence}")
        for note in exported.notes:
            progress.noted(note)
    finally:
        progress.finished()
    return exported


def _faults(
    kept: Sequence[Clip], data: ExportData, source_faults: Mapping[int, Fault]
) -> dict[int, Fault]:
    """Faults known before cutting, by clip id. source_faults: by recording id."""
    faults = {}
    for clip in kept:
        fault = (
            text_or_length_fault(clip, data.target, data.language)
            or text_fault(data.settings.form, clip.text)
            or source_faults.get(clip.recording_id)
            or span_fault(clip, data.recordings[clip.recording_id])
        )
        if fault:
            faults[clip.id] = fault
    return faults


def _without(
    source_faults: Mapping[int, Fault], cuts: Sequence[CutClip], folder: Path
) -> list[CutClip]:
    """Replace the files of clips of changed recordings by the fault."""
    left = []
    for cut in cuts:
        fault = source_faults.get(cut.clip.recording_id)
        if fault and cut.file:
            _path_of(cut.clip, folder).unlink()
        left.append(CutClip(cut.clip, None, cut.fault or fault) if fault else cut)
    return left


def _path_of(clip: Clip, folder: Path) -> Path:
    return folder / "wavs" / f"{clip_name(clip)}.wav"


def _cut(
    folder: Path, clips: Sequence[Clip], cutter: ClipCutter, progress: Progress
) -> list[CutClip]:
    (folder / "wavs").mkdir()
    cuts = []
    done_s = 0.0
    for cut in cutter.cut_all(clips, lambda clip: _path_of(clip, folder)):
        cuts.append(cut)
        done_s += cut.clip.seconds
        progress.progressed(len(cuts), done_s)
    return cuts


def _is_written(clip: Clip, fault: Fault | None, settings: ExportSettings) -> bool:
    if fault is None:
        return True
    has_sound = not fault.reason_key.startswith("source_") and clip.span.samples > 0
    return settings.keep_refused and has_sound and _is_unicode(clip.text)


def _is_unicode(text: str) -> bool:
    """Whether the text can be encoded as UTF-8, which lone surrogates cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _disk_space(kept: Sequence[Clip], written: Sequence[Clip], target: Target) -> int:
    """Required bytes on the disk, in whole blocks for the clips."""
    total = ROW_BYTES * len(kept)
    for clip in written:
        samples = written_samples(clip.span.samples, clip.rate, target.rate)
        total += -(-(WAV_HEADER + 2 * samples) // DISK_BLOCK) * DISK_BLOCK
    return total


def _require_some(kept: Sequence[Clip], faults: Mapping[int, Fault]) -> None:
    if not kept:
        raise CuratorError("There are no kept clips to export.", "Keep some clips first.")
    if all(clip.id in faults for clip in kept):
        first = faults[kept[0].id]
        raise CuratorError(
            f"The trainer would refuse all {len(kept)} kept clips. First reason: {first.sentence}",
            "Run `curator check` for the reason of each clip.",
        )
