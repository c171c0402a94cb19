"""``bundle.json``: description of a bundle, with the hashes to verify it."""

import hashlib
from typing import Any

import msgspec

from curator.domain.errors import CuratorError

FORMAT = 1
NAME = "bundle.json"
INDENT = 2


class SplitCounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Number of clips in each split of the manifest."""

    train: int
    eval: int


class Summary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Content of ``bundle.json``.

    created: UTC, ISO 8601. seconds: of all clips in the manifest. files: SHA-256 of every file
    except the clips, with hashes in the manifest, and this file. checksum: SHA-256 of this file
    with checksum "". snapshot, state_hash: name of the exported snapshot and hash of all decisions;
    absent if no snapshot was taken. grown: codes of languages that training adds to the target's
    vocabulary; absent if there are none.
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
    grown: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    state_hash: str | msgspec.UnsetType = msgspec.UNSET


class BrokenSummary(CuratorError):
    """Invalid or changed ``bundle.json``."""


def summary_bytes(summary: Summary) -> bytes:
    """Content of the file with its checksum."""
    plain = _encoded(msgspec.structs.replace(summary, checksum=""))
    return _encoded(msgspec.structs.replace(summary, checksum=hashlib.sha256(plain).hexdigest()))


def summary_from(content: bytes) -> Summary:
    """Parse and verify a file's content. Raises BrokenSummary."""
    try:
        version: dict[str, Any] = msgspec.json.decode(content, type=dict[str, Any])
        if version.get("format") != FORMAT:
            raise BrokenSummary(
                f"{NAME} has format {version.get('format')!r}; this program reads format {FORMAT}.",
                "Update the program, or export again.",
            )
        summary = msgspec.json.decode(content, type=Summary)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenSummary(f"{NAME}: {error}.") from error
    if summary_bytes(summary) != content:
        raise BrokenSummary(f"{NAME} was changed after the export.")
    return summary


def _encoded(summary: Summary) -> bytes:
    return msgspec.json.format(msgspec.json.encode(summary), indent=INDENT) + b"\n"
