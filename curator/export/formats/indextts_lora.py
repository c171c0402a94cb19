"""IndexTTS LoRA kit: ``train.txt`` and ``eval.txt`` with path, tab and text.

For ``tools/extract_codec.py --audio_list``. Paths are absolute, because it opens them from its
own folder.
"""

from collections.abc import Sequence

from curator.export.formats import by_split
from curator.export.manifest import ManifestRow

LABEL = "IndexTTS LoRA list"
HAS_SOUNDS = True
ABSOLUTE = True


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Lists of both splits; texts hold no tab, since white space is folded."""
    return {
        f"{side}.txt": "".join(f"{row.audio}\t{row.text}\n" for row in its).encode()
        for side, its in by_split(rows).items()
    }
