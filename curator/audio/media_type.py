"""Media type (MIME) of a recording's file."""

from contextlib import closing
from pathlib import Path

import av
from av.stream import Disposition

from curator.audio.byte_view import FileRange
from curator.audio.sniff import HEAD_BYTES, Container, sniff

SOUND = {
    "wav": "audio/x-wav",
    "rf64": "audio/x-wav",
    "bw64": "audio/x-wav",
    "mp3": "audio/mpeg",
    "mp4": "audio/mp4",
    "mkv": "audio/x-matroska",
    "webm": "audio/webm",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
    "aac": "audio/aac",
    "aiff": "audio/x-aiff",
    "au": "audio/basic",
    "caf": "audio/x-caf",
    "wma": "audio/x-ms-wma",
    "amr": "audio/amr",
}
FILM = {
    "mp4": "video/mp4",
    "mkv": "video/x-matroska",
    "webm": "video/webm",
    "ogg": "video/ogg",
    "avi": "video/x-msvideo",
    "wma": "video/x-ms-wmv",
    "flv": "video/x-flv",
    "mpeg": "video/mpeg",
    "mpegts": "video/mp2t",
}
QUICKTIME = "video/quicktime"


def media_type(path: Path, container: str) -> str:
    """Type by the tracks of the file, or by its kind alone if it cannot be opened.

    container: its kind as it was imported.
    """
    name = container.lower()
    if name in FILM and _has_pictures(path):
        return QUICKTIME if path.suffix.lower() in (".mov", ".qt") else FILM[name]
    return SOUND.get(name, "audio/*")


def _has_pictures(path: Path) -> bool:
    """Whether there is a video track that is no cover picture."""
    try:
        with closing(FileRange(path).open()) as file:
            kind = sniff(file.read(HEAD_BYTES) or b"")
            file.seek(0)
            if not isinstance(kind, Container) or not kind.demuxer:
                return False
            with av.open(file, format=kind.demuxer, options={"protocol_whitelist": "none"}) as film:
                return any(
                    not track.disposition & Disposition.attached_pic for track in film.streams.video
                )
    except (OSError, ValueError, av.FFmpegError):
        return False
