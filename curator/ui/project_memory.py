"""What the window remembers of a project between two sessions."""

from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from curator.ui.settings import WindowSettings


@dataclass(slots=True)
class ProjectMemory:
    """State of the window with one project, stored in the settings of this user.

    opened_at: ISO 8601. clips, kept, left: counts at the end. page: key of the page. clip, query:
    of the session. speed: of playback, 0 if unknown. interrupted: whether an analysis did not end.
    views: state of a page's widgets by page, as JSON values; a page that cannot read its own
    ignores it.
    """

    opened_at: str = ""
    clips: int = 0
    kept: int = 0
    left: int = 0
    page: str = ""
    clip: int | None = None
    query: str = ""
    speed: float = 0.0
    interrupted: bool = False
    views: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: WindowSettings, project: Path) -> "ProjectMemory":
        """Memory of a project; values of another type than expected are ignored."""
        stored, memory = settings.memory(project), cls()
        for each in fields(cls):
            value, usual = stored.get(each.name), getattr(memory, each.name)
            wanted = int if each.name == "clip" else type(usual)
            if type(value) is wanted:
                setattr(memory, each.name, value)
        return memory

    def save(self, settings: WindowSettings, project: Path) -> None:
        """Store it in the settings."""
        settings.remember_of(project, asdict(self))
