"""Kept clips into a bundle: a new folder that holds all of it, or is not there."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from curator.domain.clip import Clip
from curator.domain.decision import State
from curator.domain.errors import CuratorError, printable
from curator.domain.recording import Recording
from curator.domain.target import Target
from curator.export.checks import Fault, fault_on_paper, written_samples
from curator.export.contents import Contents, clip_name
from curator.export.cut_clips import WRITERS, Cut, Knife
from curator.export.cutting import ReadsExcerpts
from curator.export.folder import new_folder
from curator.export.papers import write_papers
from curator.export.settings import Exported, ExportSettings, NobodyWatches, Watcher
from curator.export.sources import signature, source_fault, span_fault

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
) -> Exported:
    """Write the kept among ``clips`` to the new folder ``out``.

    A recording that is gone or changed loses its clips, with the reason; the others are written.
    Raises CuratorError when ``out`` is there, the disk is too full, or no clip is left to write.
    """
    kept = sorted(
        (clip for clip in clips if clip.state == State.KEPT),
        key=lambda clip: (clip.recording_id, clip.span, clip.id),
    )
    used = {clip.recording_id: recordings[clip.recording_id] for clip in kept}
    before = {key: signature(recording) for key, recording in used.items()}
    faults = _faults(kept, used, target, settings.language)
    _require_some(kept, faults)
    cuttable = [clip for clip in kept if _is_written(clip, faults.get(clip.id), settings)]
    watcher = watcher or NobodyWatches()
    watcher.started("export", len(cuttable), sum(clip.seconds for clip in cuttable))
    try:
        with new_folder(out, _room_for(kept, cuttable, target)) as folder:
            knife = Knife(target, used, excerpts, settings.keep_refused)
            cuts = _cut(folder, cuttable, knife, watcher)
            for cut in cuts:
                if cut.fault:
                    faults.setdefault(cut.clip.id, cut.fault)
            _require_some(kept, faults)
            _require_same(used, before)
            exported = write_papers(
                folder, out, Contents(kept, cuts, faults, used, target, settings)
            )
        for refusal in exported.refused:
            watcher.failed(f"clip {refusal.clip_id}: {refusal.sentence}")
        for note in exported.notes:
            watcher.noted(note)
    finally:
        watcher.finished()
    return exported


def _faults(
    kept: Sequence[Clip], recordings: Mapping[int, Recording], target: Target, language: str
) -> dict[int, Fault]:
    """What is wrong with clips, as far as it shows before they are cut."""
    with ThreadPoolExecutor(WRITERS, thread_name_prefix="verify") as pool:
        states = pool.map(lambda each: source_fault(each, thorough=True), recordings.values())
        broken = dict(zip(recordings, states, strict=True))
    faults = {}
    for clip in kept:
        fault = (
            fault_on_paper(clip, target, language)
            or broken[clip.recording_id]
            or span_fault(clip, recordings[clip.recording_id])
        )
        if fault:
            faults[clip.id] = fault
    return faults


def _cut(folder: Path, clips: Sequence[Clip], knife: Knife, watcher: Watcher) -> list[Cut]:
    wavs = folder / "wavs"
    wavs.mkdir()
    cuts = []
    done_s = 0.0
    for cut in knife.cut_all(clips, lambda clip: wavs / f"{clip_name(clip)}.wav"):
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


def _require_same(
    recordings: Mapping[int, Recording], before: Mapping[int, tuple[int, int] | None]
) -> None:
    """That no file was changed between being verified and being cut."""
    for key, recording in recordings.items():
        if signature(recording) != before[key]:
            raise CuratorError(
                f"{printable(recording.name)} was changed while its clips were being written.",
                "Export again when nothing writes to it.",
            )
