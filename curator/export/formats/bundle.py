"""Bundle: the manifest that the trainer reads, and the metadata files of coqui-tts."""

from collections.abc import Sequence

from curator.export.formats import coqui
from curator.export.manifest import ManifestRow, manifest_bytes

LABEL = "Bundle for the trainer"
HAS_SOUNDS = True


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Manifest and metadata files."""
    return {"manifest.jsonl": manifest_bytes(rows), **coqui.files(rows)}
