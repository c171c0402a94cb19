"""The kept clips of an open project: checked and exported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from curator.audio.excerpts import Excerpts
from curator.domain.clip import Clip
from curator.domain.clip_query import Query, parse
from curator.domain.decision import State
from curator.domain.errors import CuratorError
from curator.domain.progress import Nobody, Watcher
from curator.domain.recording import Recording
from curator.domain.target import read_target
from curator.export import bundle
from curator.export.checks import Fault, Listen, Refusal, check
from curator.export.folder import require_absent
from curator.export.formats import BUNDLE, format_of
from curator.export.listening import listener
from curator.export.listing import export_lists
from curator.export.settings import Exported, ExportSettings
from curator.export.split import EVAL_SHARE
from curator.export.versions import with_versions
from curator.store.categories import weights
from curator.store.project import Project

ATTEMPTS = 3
"""How often a snapshot is taken anew when somebody decided something in between."""

Take = Callable[[], str]
"""Takes a snapshot of the set as it is and returns its name; "" where that cannot be."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The kept clips of a project: those its target can use, and why it refuses the others."""

    usable: tuple[Clip, ...]
    refusals: tuple[Refusal, ...]


def check_project(
    project: Project, watcher: Watcher | None = None, target_key: str = ""
) -> Checked:
    """Judge the kept clips by text, length, source and sound.

    watcher: told of every clip that is listened to, those whose text or length will do.
    target_key: of another model family than the project's own.
    """
    target = read_target(target_key or project.settings.target)
    kept = project.clips.find(parse(f"state:{State.KEPT}"))
    watcher = watcher or Nobody()
    watcher.started("check", len(kept), sum(clip.seconds for clip in kept))
    with Excerpts() as excerpts:
        kept, versions = with_versions(project, kept)
        listen = _told(listener(_recordings(project), excerpts, target, versions), watcher)
        refusals = check(kept, target, language=project.settings.language, listen=listen)
    watcher.finished()
    refused = {refusal.clip_id for refusal in refusals}
    return Checked(tuple(clip for clip in kept if clip.id not in refused), tuple(refusals))


def _told(listen: Listen, watcher: Watcher) -> Listen:
    """Listens, and says how many clips and seconds were heard so far."""
    heard, seconds = 0, 0.0

    def listen_and_tell(clip: Clip) -> Fault | None:
        nonlocal heard, seconds
        fault = listen(clip)
        heard, seconds = heard + 1, seconds + clip.seconds
        watcher.progressed(heard, seconds)
        return fault

    return listen_and_tell


def export_project(
    project: Project,
    out: Path,
    *,
    eval_fraction: float = EVAL_SHARE,
    seed: int = 0,
    speaker: str = "",
    keep_refused: bool = False,
    watcher: Watcher | None = None,
    take: Take | None = None,
    form: str = BUNDLE,
    target_key: str = "",
) -> Exported:
    """Write the project's kept clips to the new folder ``out``; see ``bundle.export``.

    speaker: what the voice is called in the manifest; "" names it after the project. take: has the
    snapshot taken by whoever writes to the project; without, ``project`` does if it may. form: the
    key of a format; those that cut no sounds tell of all clips, not only of kept ones. target_key:
    of another model family than the project's own.
    """
    require_absent(out)
    target = read_target(target_key or project.settings.target)
    has_sounds = format_of(form).has_sounds
    wanted = parse(f"state:{State.KEPT}" if has_sounds else "")
    clips, snapshot, state_hash = _recorded(project, wanted, take or _taker(project))
    clips, versions = with_versions(project, clips)
    settings = ExportSettings(
        language=project.settings.language,
        speaker=speaker or speaker_name(project.path),
        emotions=project.settings.emotions,
        eval_share=eval_fraction,
        seed=seed,
        keep_refused=keep_refused,
        snapshot=snapshot,
        state_hash=state_hash,
        weights=weights(project),
        form=form,
    )
    if not has_sounds:
        return export_lists(clips, _recordings(project), out, settings)
    with Excerpts() as excerpts:
        return bundle.export(
            clips,
            _recordings(project),
            excerpts,
            out,
            target,
            settings,
            watcher,
            versions,
        )


def _taker(project: Project) -> Take:
    return (lambda: project.snapshots.for_export().name) if project.can_write else (lambda: "")


def _recorded(project: Project, wanted: Query, take: Take) -> tuple[Sequence[Clip], str, str]:
    """The clips, the snapshot that is just that set or "", and the hash of all decisions."""
    if not project.clips.count(wanted):
        return (), "", ""  # which is refused: no reason to take a snapshot
    for _ in range(ATTEMPTS):
        name = take()
        with project.reading():
            clips = project.clips.find(wanted)
            if not name:
                return clips, "", project.decisions.state_hash()
            if project.snapshots.compare(name).is_same:
                return clips, name, project.decisions.state_hash()
    raise CuratorError("The set was changed while it was being exported.", "Export again.")


def speaker_name(path: Path) -> str:
    """What the voice of a project is called in a bundle: one word of plain letters."""
    stem = path.absolute().name.removesuffix(".curator")
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in stem)
    return name.strip("_") or "voice"


def _recordings(project: Project) -> dict[int, Recording]:
    return {recording.id: recording for recording in project.recordings.all()}
