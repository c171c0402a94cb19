"""Audio embedded in HTML as FLAC: lossless and supported by all browsers."""

import base64
import io
from pathlib import Path


def as_uri(path: Path | None) -> tuple[str, str]:
    """(data: URI, "") of an audio file, or ("", reason) if it cannot be read."""
    import soundfile

    if path is None:
        return "", "No audio."
    if not path.is_file():
        return "", "The audio file is missing."
    try:
        samples, rate = soundfile.read(path, dtype="int16")
    except (soundfile.LibsndfileError, OSError, RuntimeError):
        return "", "The audio file cannot be read."
    if not len(samples):
        return "", "The audio file is empty."
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="FLAC", subtype="PCM_16")
    return f"data:audio/flac;base64,{base64.b64encode(buffer.getvalue()).decode()}", ""
