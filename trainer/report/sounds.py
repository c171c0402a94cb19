"""Audio embedded in HTML as FLAC: lossless and supported by all browsers."""

import base64
import io
from pathlib import Path

from trainer.foreign_files import UnsafeFile, path_inside, read_audio


def sound_file(folder: Path, name: object) -> Path | None:
    """Audio file that a file of ``folder`` names; None if there is none inside it."""
    try:
        return path_inside(folder, name) if name else None
    except UnsafeFile:
        return None


def as_uri(path: Path | None) -> tuple[str, str]:
    """(data: URI, "") of an audio file, or ("", reason) if it cannot be read."""
    import soundfile

    if path is None:
        return "", "No audio."
    if not path.is_file():
        return "", "The audio file is missing."
    try:
        samples, rate = read_audio(path, "int16")
    except (soundfile.LibsndfileError, OSError, RuntimeError):
        return "", "The audio file cannot be read."
    if not len(samples):
        return "", "The audio file is empty."
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="FLAC", subtype="PCM_16")
    return f"data:audio/flac;base64,{base64.b64encode(buffer.getvalue()).decode()}", ""
