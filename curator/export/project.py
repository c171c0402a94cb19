"""The kept clips of an open project: checked and exported."""

from collections.abc import Sequence
from pathlib import Path

from curator.audio.excerpts import Excerpts
from curator.domain.clip import Clip
from curator.domain.clip_query import parse
from curator.domain.decision import State
from curator.domain.recording import Recording
from curator.domain.target import read_target
from curator.export import bundle
from curator.export.checks import Refusal, check
from curator.export.listening import listener
from curator.export.settings import Exported, ExportSettings, Progress
from curator.export.split import EVAL_SHARE
from curator.store.project import Project


def check_project(project: Project) -> tuple[Sequence[Clip], list[Refusal]]:
    """The kept clips, and those among them that the project's target will refuse."""
    kept = project.clips.find(parse(f"state:{State.KEPT}"))
    target = read_target(project.settings.target)
    with Excerpts() as excerpts:
        listen = listener(_recordings(project), excerpts, target)
        return kept, check(kept, target, language=project.settings.language, listen=listen)


def export_project(
    project: Project,
    out: Path,
    *,
    eval_share: float = EVAL_SHARE,
    seed: int = 0,
    keep_refused: bool = False,
    progress: Progress = lambda done, of: None,
) -> Exported:
    """Write the project's kept clips to the new folder ``out``; see ``bundle.export``.

    The speaker is called after the project.
    """
    settings = ExportSettings(
        language=project.settings.language,
        speaker=speaker_name(project.path),
        emotions=project.settings.emotions,
        eval_share=eval_share,
        seed=seed,
        keep_refused=keep_refused,
    )
    with Excerpts() as excerpts:
        return bundle.export(
            project.clips.find(parse(f"state:{State.KEPT}")),
            _recordings(project),
            excerpts,
            out,
            read_target(project.settings.target),
            settings,
            progress,
        )


def speaker_name(path: Path) -> str:
    """What the voice of a project is called in a bundle: one word of plain letters."""
    stem = path.absolute().name.removesuffix(".curator")
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in stem)
    return name.strip("_") or "voice"


def _recordings(project: Project) -> dict[int, Recording]:
    return {recording.id: recording for recording in project.recordings.all()}
