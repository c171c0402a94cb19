"""``refused.jsonl``: kept clips that the trainer would refuse, with reasons."""

from collections.abc import Mapping, Sequence

import msgspec

from curator.domain.clip import Clip
from curator.domain.errors import printable
from curator.domain.recording import Recording
from curator.domain.text_rules import Fault


class RefusedRow(msgspec.Struct, frozen=True):
    """Line of ``refused.jsonl``. clip: id in the project. text: undecodable parts escaped."""

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
    """Content of the file: the clips with a fault, in order."""
    rows = [
        RefusedRow(
            clip=clip.id,
            reason=faults[clip.id].reason_key,
            sentence=_encodable(faults[clip.id].sentence),
            recording=printable(recordings[clip.recording_id].name),
            start_s=round(clip.span.start_s(clip.rate), 6),
            stop_s=round(clip.span.stop_s(clip.rate), 6),
            text=_encodable(clip.text),
            emotion=clip.emotion,
        )
        for clip in clips
        if clip.id in faults
    ]
    return msgspec.json.Encoder().encode_lines(rows)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
