"""Track and channel of a file by a person's choice."""

from collections.abc import Sequence
from pathlib import Path

from curator.domain.errors import UnreadableAudio, printable
from curator.domain.recording import CHANNEL_NAMES, SoundChoice


def chosen_channel(path: Path, choice: SoundChoice, channels: int) -> int | None:
    """Channel to read; None is the mean of all, and the only one where left or right is chosen.

    Raises UnreadableAudio if there are fewer channels.
    """
    index = choice.index
    if index is None or (channels == 1 and index < len(CHANNEL_NAMES)):
        return None
    if index >= channels:
        count = "1 channel" if channels == 1 else f"{channels} channels"
        raise UnreadableAudio(path, f"it has {count}; there is no channel {index + 1}")
    return index


def require_channel(path: Path, channel: int | None, channels: int) -> None:
    """Raise UnreadableAudio if the channel that an import chose is not in the file."""
    if (channel or 0) >= channels:
        raise UnreadableAudio(path, f"it has no channel {(channel or 0) + 1}")


def chosen_track(path: Path, choice: SoundChoice, titles: Sequence[str], default: int) -> int:
    """Track to read, counted from 0. titles: of all tracks. default: the one without a choice.

    Raises UnreadableAudio if there is no such track.
    """
    wanted = choice.track.strip()
    if not wanted:
        return default
    if wanted.isdecimal() and 1 <= int(wanted) <= len(titles):
        return int(wanted) - 1
    for number, title in enumerate(titles):
        if title.casefold() == wanted.casefold():
            return number
    raise UnreadableAudio(
        path,
        f"there is no sound track {printable(wanted)!r} in it",
        f"Choose one of: {', '.join(map(track_name, range(len(titles)), titles))}.",
    )


def track_name(number: int, title: str) -> str:
    """A track counted from 0 as people name it: ``2 "Mic"``."""
    return f'{number + 1} "{printable(title)}"' if title else str(number + 1)
