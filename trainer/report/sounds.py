"""Sounds inside a document: FLAC, which every browser plays and which changes no sample."""

import base64
import io
from pathlib import Path


def as_uri(path: Path | None) -> tuple[str, str]:
    """A sound as ``data:`` and "", or "" and a sentence that says why it cannot be heard."""
    import soundfile

    if path is None:
        return "", "There is no such sound."
    if not path.is_file():
        return "", "The sound is missing."
    try:
        samples, rate = soundfile.read(path, dtype="int16")
    except (soundfile.LibsndfileError, OSError, RuntimeError):
        return "", "The sound cannot be read."
    if not len(samples):
        return "", "The sound is empty."
    packed = io.BytesIO()
    soundfile.write(packed, samples, rate, format="FLAC", subtype="PCM_16")
    return f"data:audio/flac;base64,{base64.b64encode(packed.getvalue()).decode()}", ""
