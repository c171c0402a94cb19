"""``bundle.json``: what a bundle is, and the hashes that let every byte of it be verified."""

import hashlib
from typing import Any

import msgspec

from curator.domain.errors import CuratorError

FORMAT = 1
NAME = "bundle.json"
INDENT = 2


class SplitCounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Clips in the manifest on each side."""

    train: int
    eval: int


class Summary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of ``bundle.json``.

    created: UTC, ISO 8601. seconds: of all clips in the manifest. files: SHA-256 of every file but
    the clips, whose hashes are in the manifest, and this one. checksum: SHA-256 of this file as it
    is with checksum "". snapshot, state_hash: the name of the project's snapshot that was exported,
    and the hash of all its decisions; not there where nobody could take one.
    """

    format: int
    created: str
    target: str
    language: str
    speaker: str
    emotions: tuple[str, ...]
    clips: SplitCounts
    seconds: float
    manifest_sha256: str
    generator: str
    files: dict[str, str]
    checksum: str = ""
    snapshot: str | msgspec.UnsetType = msgspec.UNSET
    state_hash: str | msgspec.UnsetType = msgspec.UNSET


class BrokenSummary(CuratorError):
    """A ``bundle.json`` that is not one, or not as it was written."""


def summary_bytes(summary: Summary) -> bytes:
    """The file's content, with its checksum filled in."""
    plain = _encoded(msgspec.structs.replace(summary, checksum=""))
    return _encoded(msgspec.structs.replace(summary, checksum=hashlib.sha256(plain).hexdigest()))


def summary_from(content: bytes) -> Summary:
    """The summary in a file's content, or BrokenSummary."""
    try:
        version: dict[str, Any] = msgspec.json.decode(content, type=dict[str, Any])
        if version.get("format") != FORMAT:
            raise BrokenSummary(
                f"{NAME}: it is of format {version.get('format')!r}; this program knows {FORMAT}.",
                "Use the program's newest version, or export again.",
            )
        summary = msgspec.json.decode(content, type=Summary)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BrokenSummary(f"{NAME}: {error}.") from error
    if summary_bytes(summary) != content:
        raise BrokenSummary(f"{NAME} is not as it was written.")
    return summary


def _encoded(summary: Summary) -> bytes:
    return msgspec.json.format(msgspec.json.encode(summary), indent=INDENT) + b"\n"
