"""Messages of a worker process: one JSON object a line, ``{"kind": ..., "body": ...}``."""

import base64
import os
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import msgspec

from curator.domain.cleaning import ClipCleaned
from curator.domain.fact import (
    FACT_KINDS,
    FACT_NAMES,
    ClipFact,
    Producer,
    RecordingCut,
    RecordingTranscript,
)
from curator.domain.intake import Intake
from curator.domain.span import Span
from curator.stages import Failed


@dataclass(frozen=True, slots=True)
class Taken:
    """The worker started an item; if it crashes, the item is the suspected cause."""

    item: int


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A file was imported. item: index in the job's paths."""

    item: int
    intake: Intake


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A recording was cleaned into the cache. item: recording id."""

    item: int


@dataclass(frozen=True, slots=True)
class Fingerprinted:
    """The fingerprint of a recording is in the cache. item: index in the job's paths."""

    item: int


@dataclass(frozen=True, slots=True)
class Partly:
    """Progress within a long item, in seconds of audio."""

    item: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Noted:
    """A project fact and its key."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The whole job failed; sentence and hint are shown to the user."""

    sentence: str
    hint: str


@dataclass(frozen=True, slots=True)
class Done:
    """The worker has answered all items; last message."""


WorkerResult = (
    ClipFact | RecordingTranscript | RecordingCut | TakenIn | Cleaned | ClipCleaned | Fingerprinted
)
Message = WorkerResult | Failed | Taken | Partly | Noted | Stopped | Done

_PLAIN: dict[str, type[Any]] = {
    "recording_transcript": RecordingTranscript,
    "recording_cut": RecordingCut,
    "taken_in": TakenIn,
    "cleaned": Cleaned,
    "fingerprinted": Fingerprinted,
    "clip_cleaned": ClipCleaned,
    "failed": Failed,
    "taken": Taken,
    "partly": Partly,
    "noted": Noted,
    "stopped": Stopped,
    "done": Done,
}
_PLAIN_KINDS = {message: kind for kind, message in _PLAIN.items()}


class _Line(msgspec.Struct, frozen=True):
    kind: str
    body: msgspec.Raw


class _ClipFactBody(msgspec.Struct, frozen=True):
    clip_id: int
    span: Span
    made_by: Producer
    fact: msgspec.Raw


def _path_to_bytes(value: object) -> object:
    # Paths may hold undecodable bytes, which JSON text cannot.
    if isinstance(value, PurePath):
        return msgspec.to_builtins(os.fsencode(value))
    raise TypeError(f"{type(value)} cannot be serialised")


def _path_from_bytes(wanted: type, value: object) -> object:
    if wanted is Path and isinstance(value, str):
        return Path(os.fsdecode(base64.b64decode(value)))
    raise TypeError(f"{wanted} cannot be serialised")


# Made here, once: msgspec crashes where two threads are the first to decode a type.
_LINES = msgspec.json.Decoder(_Line)
_FACT_BODIES = msgspec.json.Decoder(_ClipFactBody)
_FACTS: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(fact) for kind, fact in FACT_KINDS.items()
}
_MESSAGES: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(message, dec_hook=_path_from_bytes)
    for kind, message in _PLAIN.items()
}


def to_line(message: Message) -> bytes:
    """Encode a message as one line, including the newline."""
    if isinstance(message, ClipFact):
        kind = FACT_NAMES[type(message.fact)]
        body = _ClipFactBody(
            message.clip_id,
            message.span,
            message.made_by,
            msgspec.Raw(msgspec.json.encode(message.fact)),
        )
        encoded = msgspec.json.encode(body)
    else:
        kind = _PLAIN_KINDS[type(message)]
        encoded = msgspec.json.encode(message, enc_hook=_path_to_bytes)
    return msgspec.json.encode(_Line(kind, msgspec.Raw(encoded))) + b"\n"


def from_line(line: bytes) -> Message:
    """Decode a line. Raises msgspec.DecodeError, a ValueError, if it is not a message."""
    outer = _LINES.decode(line)
    if outer.kind in _FACTS:
        body = _FACT_BODIES.decode(outer.body)
        fact = _FACTS[outer.kind].decode(body.fact)
        return ClipFact(body.clip_id, body.span, body.made_by, fact)
    if outer.kind not in _MESSAGES:
        raise msgspec.ValidationError(f"unknown worker message: {outer.kind!r}")
    message: Message = _MESSAGES[outer.kind].decode(outer.body)
    return message
