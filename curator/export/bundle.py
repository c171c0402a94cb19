"""Kept clips into a bundle: a new folder that holds all of it, or is not there."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from curator.domain.clip import Clip
from curator.domain.decision import State
from curator.domain.errors import CuratorError
from curator.domain.progress import Nobody, Watcher
from curator.domain.recording import Recording
from curator.domain.target import Target
from curator.export.checks import Fault, fault_on_paper, written_samples
from curator.export.contents import Contents, clip_name
from curator.export.cut_clips import Cut, Knife
from curator.export.excerpt import ReadsExcerpts
from curator.export.folder import new_folder, require_absent
from curator.export.formats import text_fault
from curator.export.metadata_files import write_papers
from curator.export.settings import Exported, ExportSettings
from curator.export.sources import SourceWatch, span_fault
from curator.stages import Version

DISK_BLOCK = 4096
WAV_HEADER = 44
ROW_BYTES = 2500
"""Room for a clip in manifest, metadata and refused.jsonl, generously."""


def export(
    clips: Iterable[Clip],
    recordings: Mapping[int, Recording],
    excerpts: ReadsExcerpts,
    out: Path,
    target: Target,
    settings: ExportSettings,
    watcher: Watcher | None = None,
    versions: Mapping[int, Version] | None = None,
) -> Exported:
    """Write the kept among ``clips`` to the new folder ``out``.

    versions: by clip, of those that are cleaned; their spans are then those of what is kept.

    A recording that is gone or changed loses its clips, with the reason; the others are written.
    Raises CuratorError when ``out`` is there, the disk is too full, or no clip is left to write.
    """
    require_absent(out)
    kept = sorted(
        (clip for clip in clips if clip.state == State.KEPT),
        key=lambda clip: (clip.recording_id, clip.span, clip.id),
    )
    used = {clip.recording_id: recordings[clip.recording_id] for clip in kept}
    sources = SourceWatch(used)
    faults = _faults(kept, used, target, settings, sources.faults)
    _require_some(kept, faults)
    cuttable = [clip for clip in kept if _is_written(clip, faults.get(clip.id), settings)]
    watcher = watcher or Nobody()
    watcher.started("export", len(cuttable), sum(clip.seconds for clip in cuttable))
    try:
        with new_folder(out, _room_for(kept, cuttable, target)) as folder, sources:
            knife = Knife(target, used, excerpts, settings.keep_refused, versions or {})
            cuts = _cut(folder, cuttable, knife, watcher)
            cuts = _without(sources.settle(), cuts, folder)
            for cut in cuts:
                if cut.fault:
                    faults.setdefault(cut.clip.id, cut.fault)
            _require_some(kept, faults)
            exported = write_papers(
                folder, out, Contents(kept, cuts, faults, used, target, settings, versions or {})
            )
        for refusal in exported.refused:
            watcher.failed(f"clip {refusal.clip_id}: {refusal.sentence}")
        for note in exported.notes:
            watcher.noted(note)
    finally:
        watcher.finished()
    return exported


def _faults(
    kept: Sequence[Clip],
    recordings: Mapping[int, Recording],
    target: Target,
    settings: ExportSettings,
    broken: Mapping[int, Fault],
) -> dict[int, Fault]:
    """What is wrong with clips, as far as it shows before they are cut. broken: recordings."""
    faults = {}
    for clip in kept:
        fault = (
            fault_on_paper(clip, target, settings.language)
            or text_fault(settings.form, clip.text)
            or broken.get(clip.recording_id)
            or span_fault(clip, recordings[clip.recording_id])
        )
        if fault:
            faults[clip.id] = fault
    return faults


def _without(broken: Mapping[int, Fault], cuts: Sequence[Cut], folder: Path) -> list[Cut]:
    """The same cuts, but of recordings that turned out to be changed only the fault is left."""
    left = []
    for cut in cuts:
        fault = broken.get(cut.clip.recording_id)
        if fault and cut.file:
            _path_of(cut.clip, folder).unlink()
        left.append(Cut(cut.clip, None, cut.fault or fault) if fault else cut)
    return left


def _path_of(clip: Clip, folder: Path) -> Path:
    return folder / "wavs" / f"{clip_name(clip)}.wav"


def _cut(folder: Path, clips: Sequence[Clip], knife: Knife, watcher: Watcher) -> list[Cut]:
    (folder / "wavs").mkdir()
    cuts = []
    done_s = 0.0
    for cut in knife.cut_all(clips, lambda clip: _path_of(clip, folder)):
        cuts.append(cut)
        done_s += cut.clip.seconds
        watcher.progressed(len(cuts), done_s)
    return cuts


def _is_written(clip: Clip, fault: Fault | None, settings: ExportSettings) -> bool:
    if fault is None:
        return True
    has_sound = not fault.reason_key.startswith("source_") and clip.span.samples > 0
    return settings.keep_refused and has_sound and _is_unicode(clip.text)


def _is_unicode(text: str) -> bool:
    """Whether it can be written as UTF-8: half a surrogate pair can not."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _room_for(kept: Sequence[Clip], written: Sequence[Clip], target: Target) -> int:
    """Bytes on the disk, in whole blocks for the clips."""
    total = ROW_BYTES * len(kept)
    for clip in written:
        samples = written_samples(clip.span.samples, clip.rate, target.rate)
        total += -(-(WAV_HEADER + 2 * samples) // DISK_BLOCK) * DISK_BLOCK
    return total


def _require_some(kept: Sequence[Clip], faults: Mapping[int, Fault]) -> None:
    if not kept:
        raise CuratorError("There is no kept clip to export.", "Keep some clips first.")
    if all(clip.id in faults for clip in kept):
        first = faults[kept[0].id]
        raise CuratorError(
            f"Not one of the {len(kept)} kept clips can be trained on. The first one: "
            f"{first.sentence}",
            "`curator check` says what is wrong with each.",
        )
