"""Export of lists that refer to the recordings; no audio is cut."""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from curator.domain.errors import CuratorError, printable
from curator.domain.recording import Recording
from curator.domain.system import portable_stem
from curator.export.data import ExportData
from curator.export.folder import new_folder
from curator.export.formats import Listing, format_of
from curator.export.markdown import markdown
from curator.export.settings import Exported


def export_lists(data: ExportData, out: Path) -> Exported:
    """Write a format without audio to the new folder ``out``."""
    listing = Listing(
        tuple(data.clips),
        data.recordings,
        safe_names(data.recordings),
        data.settings.speaker,
        data.language,
    )
    files = format_of(data.settings.form).files(listing) if listing.clips else {}
    if not files:
        raise CuratorError("There are no clips to export.", "Analyse some recordings first.")
    card = _card(listing, data).encode()
    with new_folder(out, sum(map(len, files.values())) + len(card)) as folder:
        for name, content in {**files, "data_card.md": card}.items():
            (folder / name).write_bytes(content)
    kept = [clip for clip in listing.clips if clip.state == "kept"]
    seconds = sum(clip.seconds for clip in kept)
    return Exported(out, len(kept), 0, seconds, (), (), len(listing.clips))


def safe_names(recordings: Mapping[int, Recording]) -> dict[int, str]:
    """File name of each recording, unique also where neither case nor Unicode's forms count."""
    stems = {
        number: portable_stem(printable(recording.path.stem), "recording")
        for number, recording in recordings.items()
    }
    counts = Counter(map(_folded, stems.values()))
    names = {number: stem for number, stem in stems.items() if counts[_folded(stem)] == 1}
    taken = {_folded(name) for name in names.values()}
    for number, stem in stems.items():
        if number in names:
            continue
        name = f"{stem}-{number}"
        while _folded(name) in taken:  # another recording has that very name
            name += "_"
        names[number] = name
        taken.add(_folded(name))
    return names


def _folded(name: str) -> str:
    """Name as a file system compares it that ignores case and Unicode's forms."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _card(listing: Listing, data: ExportData) -> str:
    """Data card with the sources."""
    lines = [
        f"# {markdown(listing.speaker)}: {format_of(data.settings.form).label}",
        "",
        f"Snapshot of the project: {markdown(data.snapshot or 'none')}. "
        f"Hash of all decisions: `{data.state_hash}`.",
        "",
        "| file | recording | licence | consent | SHA-256 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for number in sorted({clip.recording_id for clip in listing.clips}):
        recording = listing.recordings[number]
        cells = (
            markdown(listing.names[number]),
            markdown(printable(recording.name)),
            markdown(recording.licence or "not stated"),
            markdown(recording.consent or "not stated"),
            f"`{recording.content_hash}`",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
