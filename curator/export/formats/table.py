"""CSV table of all clips for a spreadsheet.

A cell that a spreadsheet would run as a formula gets a leading apostrophe; no other format changes
a text.
"""

import csv
import io

from curator.domain.clip import Clip
from curator.domain.errors import printable
from curator.export.formats import Listing

LABEL = "Table for a spreadsheet"
HAS_SOUNDS = False

FORMULA_STARTS = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")
"""First characters of cells that a spreadsheet parses as a formula, or skips to find one. Some
locales treat the full-width forms like the ASCII ones."""

COLUMNS = (
    *("clip", "recording", "start_s", "stop_s", "seconds", "state", "category"),
    *("text", "machine_text", "language", "findings"),
)


def files(listing: Listing) -> dict[str, bytes]:
    """Table with a byte order mark; without one, Excel assumes another encoding."""
    keys = sorted({key for clip in listing.clips for key in clip.scores})
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *map(formula_escaped, keys)])
    for clip in listing.clips:
        scores = (clip.scores.get(key) for key in keys)
        figures = ["" if value is None else f"{value:.6g}" for value in scores]
        writer.writerow([*_cells(clip), *figures])
    return {"clips.csv": text.getvalue().encode("utf-8-sig", "backslashreplace")}


def _cells(clip: Clip) -> list[str]:
    return [
        str(clip.id),
        formula_escaped(printable(clip.recording)),
        f"{clip.span.start_s(clip.rate):.3f}",
        f"{clip.span.stop_s(clip.rate):.3f}",
        f"{clip.seconds:.3f}",
        clip.state.value,
        formula_escaped(clip.emotion or ""),
        formula_escaped(clip.text),
        formula_escaped(clip.machine_text),
        formula_escaped(clip.language),
        formula_escaped("; ".join(finding.sentence for finding in clip.findings)),
    ]


def formula_escaped(text: str) -> str:
    """Text that no spreadsheet evaluates as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
