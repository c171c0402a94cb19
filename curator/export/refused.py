"""``refused.jsonl``: the kept clips that the trainer would not use, each with its reason."""

from collections.abc import Mapping, Sequence

import msgspec

from curator.domain.clip import Clip
from curator.domain.errors import printable
from curator.domain.recording import Recording
from curator.export.checks import Fault


class RefusedRow(msgspec.Struct, frozen=True):
    """A line of ``refused.jsonl``. clip: its id in the project. text: undecodable parts escaped."""

    clip: int
    reason: str
    sentence: str
    recording: str
    start_s: float
    stop_s: float
    text: str
    emotion: str | None


def refused_bytes(
    clips: Sequence[Clip], faults: Mapping[int, Fault], recordings: Mapping[int, Recording]
) -> bytes:
    """The file's content: those of ``clips`` that have a fault, in their order."""
    rows = [
        RefusedRow(
            clip=clip.id,
            reason=faults[clip.id].reason_key,
            sentence=_writable(faults[clip.id].sentence),
            recording=printable(recordings[clip.recording_id].name),
            start_s=round(clip.span.start_s(clip.rate), 6),
            stop_s=round(clip.span.stop_s(clip.rate), 6),
            text=_writable(clip.text),
            emotion=clip.emotion,
        )
        for clip in clips
        if clip.id in faults
    ]
    return msgspec.json.Encoder().encode_lines(rows)


def _writable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
