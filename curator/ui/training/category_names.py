"""Names of categories in runs, which hold their keys."""

from curator.domain.errors import printable
from curator.ui.session import Session


def category_name(session: Session, key: str) -> str:
    """Name of a category of the project; the key of one that only the run has."""
    emotions = session.project.settings.emotions.emotions
    return next((each.name for each in emotions if each.key == key), printable(key))
