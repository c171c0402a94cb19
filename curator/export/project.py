"""Check and export of the kept clips of a project."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from curator.audio.excerpts import Excerpts
from curator.domain.clip import Clip
from curator.domain.clip_query import Query, parse
from curator.domain.decision import State
from curator.domain.errors import CuratorError
from curator.domain.progress import NoProgress, Progress
from curator.domain.recording import Recording
from curator.domain.target import read_target
from curator.domain.text_rules import Fault
from curator.export.bundle import export
from curator.export.checks import CheckSound, Refusal, check, text_notes
from curator.export.data import ExportData
from curator.export.folder import require_absent
from curator.export.formats import format_of
from curator.export.listing import export_lists
from curator.export.metadata_files import split_candidates
from curator.export.settings import Exported, ExportSettings
from curator.export.sound_check import sound_checker
from curator.export.split import SplitClip
from curator.export.versions import with_versions
from curator.store.categories import weights
from curator.store.project import Project

ATTEMPTS = 3
"""Retries of the snapshot when decisions change in the meantime."""

TakeSnapshot = Callable[[], str]
"""Takes a snapshot of the set and returns its name; "" if that is not possible."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Kept clips that the target accepts, refusals of the others, and notes on the texts.

    candidates: what decides the side of each accepted clip.
    """

    usable: tuple[Clip, ...]
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...] = ()
    candidates: tuple[SplitClip, ...] = ()


def check_project(
    project: Project, progress: Progress | None = None, target_key: str = ""
) -> Checked:
    """Check text, length, source and sound of the kept clips.

    progress: counts the clips whose sound is checked, those with a valid text and length.
    target_key: of another model family than the project's.
    """
    target = read_target(target_key or project.settings.target)
    kept = project.clips.find(parse(f"state:{State.KEPT}"))
    progress = progress or NoProgress()
    progress.started("check", len(kept), sum(clip.seconds for clip in kept))
    recordings = _recordings(project)
    with Excerpts() as excerpts:
        kept, versions = with_versions(project, kept)
        checker = sound_checker(recordings, excerpts, target, versions)
        check_sound = _with_progress(checker, progress)
        refusals = check(kept, target, language=project.settings.language, check_sound=check_sound)
    progress.finished()
    refused = {refusal.clip_id for refusal in refusals}
    usable = tuple(clip for clip in kept if clip.id not in refused)
    notes = text_notes(usable, target, project.settings.language)
    candidates = tuple(split_candidates(usable, recordings))
    return Checked(usable, tuple(refusals), notes, candidates)


def _with_progress(check_sound: CheckSound, progress: Progress) -> CheckSound:
    """Report the number and seconds of the checked clips."""
    clips, seconds = 0, 0.0

    def check_and_report(clip: Clip) -> Fault | None:
        nonlocal clips, seconds
        fault = check_sound(clip)
        clips, seconds = clips + 1, seconds + clip.seconds
        progress.progressed(clips, seconds)
        return fault

    return check_and_report


def export_project(
    project: Project,
    out: Path,
    settings: ExportSettings | None = None,
    *,
    progress: Progress | None = None,
    take: TakeSnapshot | None = None,
) -> Exported:
    """Write the project's clips to the new folder ``out``; see `curator.export.bundle.export`.

    Formats with audio hold the kept clips, lists all clips. take: takes the snapshot where another
    process or thread writes to the project; by default ``project`` does if it may.
    """
    require_absent(out)
    settings = settings or ExportSettings()
    settings = replace(settings, speaker=settings.speaker or speaker_name(project.path))
    form = format_of(settings.form)
    target = read_target(settings.target or project.settings.target).at_rate(form.rate)
    query = parse(f"state:{State.KEPT}" if form.has_sounds else "")
    clips, snapshot, state_hash = _recorded(project, query, take or _taker(project))
    clips, versions = with_versions(project, clips)
    data = ExportData(
        clips=clips,
        recordings=_recordings(project),
        target=target,
        settings=settings,
        language=project.settings.language,
        emotions=project.settings.emotions,
        weights=weights(project),
        versions=versions,
        snapshot=snapshot,
        state_hash=state_hash,
    )
    if not form.has_sounds:
        return export_lists(data, out)
    with Excerpts() as excerpts:
        return export(data, excerpts, out, progress)


def _taker(project: Project) -> TakeSnapshot:
    return (lambda: project.snapshots.for_export().name) if project.can_write else (lambda: "")


def _recorded(
    project: Project, query: Query, take: TakeSnapshot
) -> tuple[Sequence[Clip], str, str]:
    """Clips, name of the snapshot of exactly that set or "", and hash of all decisions."""
    if not project.clips.count(query):
        return (), "", ""  # the export fails later; no snapshot is needed
    for _ in range(ATTEMPTS):
        name = take()
        with project.reading():
            clips = project.clips.find(query)
            if not name:
                return clips, "", project.decisions.state_hash()
            if project.snapshots.compare(name).is_same:
                return clips, name, project.decisions.state_hash()
    raise CuratorError("The set was changed during the export.", "Export again.")


def speaker_name(path: Path) -> str:
    """Default speaker name of a project: ASCII letters, digits, "-" and "_"."""
    stem = path.absolute().name.removesuffix(".curator")
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in stem)
    return name.strip("_") or "voice"


def _recordings(project: Project) -> dict[int, Recording]:
    return {recording.id: recording for recording in project.recordings.all()}
