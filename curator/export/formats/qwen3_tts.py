"""Qwen3-TTS: ``train_raw.jsonl`` and ``eval_raw.jsonl`` for finetuning/prepare_data.py.

Fields ``audio``, ``text`` and ``ref_audio``. Its trainer takes sound of 24 kHz only and recommends
one reference for all clips. Paths are absolute, because it opens them from its own folder.
"""

from collections.abc import Sequence

from curator.export.formats import by_split, json_lines
from curator.export.manifest import ManifestRow

LABEL = "Qwen3-TTS"
HAS_SOUNDS = True
RATE = 24_000
ABSOLUTE = True

REFERENCE_S = (5.0, 12.0)
"""Preferred length of the reference, seconds."""


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Lists of both splits, all with the same reference."""
    reference = _reference(by_split(rows).get("train") or rows).audio

    def line(row: ManifestRow) -> dict[str, object]:
        return {"audio": row.audio, "text": row.text, "ref_audio": reference}

    return json_lines(rows, "{}_raw.jsonl".format, line)


def _reference(rows: Sequence[ManifestRow]) -> ManifestRow:
    """Clip of preferred length most like the speaker; else the one nearest to that length."""
    low, high = REFERENCE_S

    def merit(row: ManifestRow) -> tuple[float, float]:
        outside = max(low - row.duration_s, row.duration_s - high, 0.0)
        return -outside, row.scores.get("speaker_similarity", 0.0)

    return max(rows, key=merit)
