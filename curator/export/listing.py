"""Exports that reference the recordings instead of cutting audio."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from curator.domain.clip import Clip
from curator.domain.errors import CuratorError, printable
from curator.domain.recording import Recording
from curator.export.folder import new_folder
from curator.export.formats import Listing, format_of
from curator.export.settings import Exported, ExportSettings

FORBIDDEN = frozenset('<>:"/\\|?*')
"""What Windows takes in no file name; the folder may be copied there."""

LONGEST = 120
"""Bytes of a file's name before its suffix; systems take 255 of all of it."""


def export_lists(
    clips: Iterable[Clip],
    recordings: Mapping[int, Recording],
    out: Path,
    settings: ExportSettings,
) -> Exported:
    """Write a format without sounds to the new folder ``out``."""
    listing = Listing(
        tuple(clips), recordings, safe_names(recordings), settings.speaker, settings.language
    )
    files = format_of(settings.form).files(listing) if listing.clips else {}
    if not files:
        raise CuratorError("There is no clip to export.", "Analyse some recordings first.")
    card = _card(listing, settings).encode()
    with new_folder(out, sum(map(len, files.values())) + len(card)) as folder:
        for name, content in {**files, "data_card.md": card}.items():
            (folder / name).write_bytes(content)
    kept = [clip for clip in listing.clips if clip.state == "kept"]
    seconds = sum(clip.seconds for clip in kept)
    return Exported(out, len(kept), 0, seconds, (), (), len(listing.clips))


def safe_names(recordings: Mapping[int, Recording]) -> dict[int, str]:
    """A file name for each recording, unlike all others even where case is not told apart."""
    stems = {number: _safe(recording.path.stem) for number, recording in recordings.items()}
    counts = Counter(stem.casefold() for stem in stems.values())
    return {
        number: stem if counts[stem.casefold()] == 1 else f"{stem}-{number}"
        for number, stem in stems.items()
    }


def _safe(stem: str) -> str:
    shown = printable(stem)
    safe = "".join("_" if c in FORBIDDEN or not c.isprintable() else c for c in shown)
    short = safe.encode()[:LONGEST].decode(errors="ignore")
    return short.strip(". ") or "recording"


def _card(listing: Listing, settings: ExportSettings) -> str:
    """Where it comes from: what data cards say of sets with sounds."""
    lines = [
        f"# {listing.speaker}: {format_of(settings.form).label}",
        "",
        f"Snapshot of the project: {settings.snapshot or 'none was taken'}. "
        f"Hash of all decisions: `{settings.state_hash}`.",
        "",
        "| file | recording | licence | consent | SHA-256 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for number in sorted({clip.recording_id for clip in listing.clips}):
        each = listing.recordings[number]
        cells = (
            listing.names[number],
            printable(each.name),
            each.licence or "no licence recorded",
            each.consent or "no consent recorded",
            f"`{each.content_hash}`",
        )
        plain = (" ".join(cell.split()).replace("|", "\\|").replace("<", "&lt;") for cell in cells)
        lines.append("| " + " | ".join(plain) + " |")
    return "\n".join(lines) + "\n"
