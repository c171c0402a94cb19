"""Table of all clips for a spreadsheet. What a spreadsheet would run as a
formula is disarmed by an apostrophe; nothing else exports changes a text.
"""

import csv
import io

from curator.domain.clip import Clip
from curator.domain.errors import printable
from curator.export.formats import Listing

LABEL = "Table for a spreadsheet"
HAS_SOUNDS = False

DANGEROUS = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")
"""What a cell may not begin with: a spreadsheet takes it for a formula, or drops it to find one.
The wide forms of the signs are taken for the plain ones in some languages."""

COLUMNS = (
    *("clip", "recording", "start_s", "stop_s", "seconds", "state", "category"),
    *("text", "machine_text", "language", "findings"),
)


def files(listing: Listing) -> dict[str, bytes]:
    """See the package. With a byte order mark: without one, Excel guesses another encoding."""
    keys = sorted({key for clip in listing.clips for key in clip.scores})
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *map(disarmed, keys)])
    for clip in listing.clips:
        scores = (clip.scores.get(key) for key in keys)
        figures = ["" if value is None else f"{value:.6g}" for value in scores]
        writer.writerow([*_cells(clip), *figures])
    return {"clips.csv": text.getvalue().encode("utf-8-sig", "backslashreplace")}


def _cells(clip: Clip) -> list[str]:
    return [
        str(clip.id),
        disarmed(printable(clip.recording)),
        f"{clip.span.start_s(clip.rate):.3f}",
        f"{clip.span.stop_s(clip.rate):.3f}",
        f"{clip.seconds:.3f}",
        clip.state.value,
        disarmed(clip.emotion or ""),
        disarmed(clip.text),
        disarmed(clip.machine_text),
        disarmed(clip.language),
        disarmed("; ".join(found.sentence for found in clip.findings)),
    ]


def disarmed(text: str) -> str:
    """A text that no spreadsheet runs."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
