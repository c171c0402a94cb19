"""Delimited lists with a header row (coqui-tts, audiofolder, spreadsheets) or
without (LJ Speech, VITS, GPT-SoVITS).

Lists of coqui-tts and LJ Speech are written without quoting, spreadsheets quote; so a field counts
as quoted only where its quotes are complete, and a quote never reaches into another row.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from curator.domain.merging import RejectedRow
from curator.jobs.lists.columns import (
    DURATIONS,
    IDS,
    LABELS,
    LANGUAGES,
    SOUNDS,
    STARTS,
    STOPS,
    TEXTS,
)
from curator.jobs.lists.record import ListedClip, NotAList
from curator.jobs.lists.row_values import WrongValue, part_of
from curator.jobs.lists.sound_files import has_sound_suffix
from curator.jobs.lists.text_file import LONGEST_LINE, TOO_LONG, TextFile, is_broken

DELIMITERS = ("|", "\t", ";", ",")
WITHOUT_HEADER = ("|", "\t", ";")
"""A comma may also be part of a text, so it needs a header row."""

MOST_QUOTED_LINES = 50
"""Lines that one quoted field may span."""

ALIKE = 0.4
"""Similarity, 0..1, above which a text may be the normalised form of another."""
UNCLEAR = "its rows have 3 columns and no header row says which is the text"
LOOKED_AT = 200
"""Rows from which the columns of a list are recognised."""

LANGUAGE = re.compile(r"(all_)?([A-Za-z]{2}|yue)([-_][A-Za-z]{2,4})?|auto(_yue)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns of a list by number; None for missing columns. times: those of parts, by name."""

    delimiter: str
    count: int
    sound: int
    is_id: bool
    text: int | None
    label: int | None = None
    language: int | None = None
    header: bool = True
    rest_is_text: bool = False
    times: Mapping[str, int] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """ "table" with a header row, "rows" without."""
        return "table" if self.header else "rows"


def recognise(file: TextFile) -> Layout:
    """Columns of a list, by its header row or its content. Raises NotAList."""
    lines = [(number, line) for number, line in file.lines() if len(line) <= LONGEST_LINE]
    if not lines:
        raise NotAList("it has no line that is shorter than a million letters")
    header = _header(lines[0][1])
    return header if header is not None else _without_header(file, lines)


def read(file: TextFile, layout: Layout) -> Iterator[ListedClip | RejectedRow]:
    """Every row but the header and blank ones."""
    records = _records(file, layout)
    has_passed = not layout.header
    for line, fields in records:
        if fields is None:
            yield RejectedRow(file.name, line, TOO_LONG)
        elif not has_passed:
            has_passed = True
        elif len(fields) == 1 or any(field.strip() for field in fields):
            yield _row(file, line, fields, layout)


def _row(
    file: TextFile, line: int, fields: Sequence[str], layout: Layout
) -> ListedClip | RejectedRow:
    cells = [field.strip(" \t") for field in fields]
    while len(cells) > layout.count and not cells[-1]:
        cells.pop()  # spreadsheets pad rows
    if layout.rest_is_text and len(cells) > layout.count:
        cells[layout.count - 1 :] = [layout.delimiter.join(fields[layout.count - 1 :]).strip(" \t")]
    if any(is_broken(cell) for cell in cells):
        return RejectedRow(file.name, line, "it holds bytes that are not valid UTF-8")
    if len(cells) != layout.count:
        hint = f'; is "{layout.delimiter}" part of its text?' if len(cells) > layout.count else ""
        columns = "1 column" if len(cells) == 1 else f"{len(cells)} columns"
        return RejectedRow(file.name, line, f"it has {columns} instead of {layout.count}{hint}")
    if not cells[layout.sound]:
        return RejectedRow(file.name, line, "it names no audio file")
    try:
        start_s, stop_s = part_of({name: cells[at] for name, at in layout.times.items()})
    except WrongValue as error:
        return RejectedRow(file.name, line, str(error))
    return ListedClip(
        file.name,
        line,
        cells[layout.sound],
        is_id=layout.is_id,
        text=None if layout.text is None else cells[layout.text],
        emotion="" if layout.label is None else cells[layout.label],
        start_s=start_s,
        stop_s=stop_s,
        language="" if layout.language is None else cells[layout.language].lower(),
    )


def _header(first: str) -> Layout | None:
    """Columns by their names; None where the first row has no names that are known."""
    best: tuple[int, Layout] | None = None
    for delimiter in DELIMITERS:
        names = [name.strip().strip('"').lower() for name in first.split(delimiter)]
        while len(names) > 1 and not names[-1]:
            names.pop()
        numbers = {name: number for number, name in reversed(list(enumerate(names)))}
        sound, is_id = _first(numbers, SOUNDS), False
        if sound is None:
            sound, is_id = _first(numbers, IDS), True
        text, label = _first(numbers, TEXTS), _first(numbers, LABELS)
        known = sum(number is not None for number in (sound, text, label))
        if sound is None or known < 2:
            continue
        if is_id and names[-1] in TEXTS:
            text = len(names) - 1  # LJ Speech's last column is what is spoken
        language = _first(numbers, LANGUAGES)
        if best is None or known > best[0]:
            times = {
                name: numbers[name] for name in (*STARTS, *STOPS, *DURATIONS) if name in numbers
            }
            named = (sound, is_id, text, label, language)
            best = (known, Layout(delimiter, len(names), *named, times=times))
    return None if best is None else best[1]


def _first(numbers: Mapping[str, int], names: Sequence[str]) -> int | None:
    return next((numbers[name] for name in names if name in numbers), None)


def _without_header(file: TextFile, lines: Sequence[tuple[int, str]]) -> Layout:
    """Columns by their number and content, from most rows. Raises NotAList."""
    texts = [line for _, line in lines]
    for delimiter in WITHOUT_HEADER:
        if _is_gpt_sovits(texts, delimiter, file.path.suffix.lower() == ".list"):
            return Layout(delimiter, 4, 0, False, 3, None, 2, header=False, rest_is_text=True)
        count, times = _columns(texts, delimiter)
        if count > 1 and times * 2 >= len(texts):
            break
    else:
        commas = sum("," in line for line in texts)
        names_sounds = sum(has_sound_suffix(line.split(",")[0].strip(' "')) for line in texts)
        meant = names_sounds * 2 >= len(texts) or commas * 2 >= len(texts)
        reason = (
            "its first line has no header such as file_name,transcription"
            if commas
            else 'its lines have no columns separated by "|", tab, ";" or ","'
        )
        raise NotAList(reason, looks_like_a_list=meant)
    rows = [cells for cells in (line.split(delimiter) for line in texts) if len(cells) == count]
    cells = [[cell.strip() for cell in row] for row in rows]
    with_suffix = sum(has_sound_suffix(row[0]) for row in cells) * 2 >= len(cells)
    if count == 2:
        return Layout(delimiter, 2, 0, not with_suffix, 1, header=False)
    if count == 3 and with_suffix and _is_speaker([row[1] for row in cells]):
        if not cells[0][1].isdecimal() and _are_labels([row[2] for row in cells]):
            raise NotAList(UNCLEAR)
        return Layout(delimiter, 3, 0, False, 2, header=False, rest_is_text=True)
    if count == 3:
        return Layout(delimiter, 3, 0, not with_suffix, _text_of_three(cells), header=False)
    raise NotAList(f"its rows have {count} columns and no header row names them")


def _columns(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """Number of columns of most rows, and how many rows have them.

    Where two numbers are equally frequent: the smaller one, as the separator may be part of a text,
    unless the other rows are surely those of LJ Speech or VITS.
    """
    counts = Counter(line.count(delimiter) + 1 for line in lines)
    times = max(counts.values())
    likeliest = sorted(count for count, rows in counts.items() if rows == times and count > 1)
    if 3 in likeliest[1:]:
        rows = [[cell.strip() for cell in line.split(delimiter)] for line in lines]
        if all(cells[1].isdecimal() or _are_alike(*cells[1:]) for cells in rows if len(cells) == 3):
            return 3, times
    return (likeliest or [1])[0], times


def _text_of_three(rows: Sequence[Sequence[str]]) -> int:
    """Column of the spoken text: LJ Speech's normalised third, or the second before a label.

    Raises NotAList where either could be it.
    """
    second, third = ([row[number] for row in rows] for number in (1, 2))
    alike = sum(map(_are_alike, second[:LOOKED_AT], third[:LOOKED_AT]))
    if alike * 2 >= min(len(rows), LOOKED_AT) or not _are_labels(third):
        return 2
    if _are_labels(second):
        raise NotAList(UNCLEAR)
    return 1


def _are_alike(text: str, other: str) -> bool:
    """Whether a text may be the normalised form of another, or one is missing."""
    if not text or not other:
        return True
    return SequenceMatcher(None, text[:200].lower(), other[:200].lower()).ratio() > ALIKE


def _are_labels(cells: Sequence[str]) -> bool:
    """Whether a column holds single words that are repeated, such as names of speakers."""
    return len(set(cells)) <= max(1, len(cells) // 2) and not any(" " in cell for cell in cells)


def _is_gpt_sovits(lines: Sequence[str], delimiter: str, is_list: bool) -> bool:
    """Whether most rows have a language in the third of at least four columns.

    is_list: the file has GPT-SoVITS's extension, so half of them are enough.
    """
    rows = [line.split(delimiter) for line in lines]
    fits = sum(len(row) > 3 and LANGUAGE.fullmatch(row[2].strip()) is not None for row in rows)
    return fits * 2 >= len(rows) if is_list else fits * 2 > len(rows)


def _is_speaker(cells: Sequence[str]) -> bool:
    """Whether a column holds speaker numbers or a few names, and not texts."""
    if all(cell.isdecimal() for cell in cells):
        return True
    few = len(set(cells)) <= max(1, len(cells) // 10)
    return few and not any(" " in cell for cell in cells)


def _records(file: TextFile, layout: Layout) -> Iterator[tuple[int, list[str] | None]]:
    """Rows as fields, None for one that is too long.

    A quoted field may span lines where no line in it is a row by itself.
    """
    lines = list(file.lines())
    at = 0
    while at < len(lines):
        number, line = lines[at]
        at += 1
        if len(line) > LONGEST_LINE:
            yield number, None
            continue
        fields = _fields(line, layout.delimiter)
        if fields is None and not (layout.sound and _is_row(line, layout)):
            joined, used = _joined(lines, at - 1, layout)
            if joined is not None:
                at += used
                yield number, joined
                continue
        yield number, line.split(layout.delimiter) if fields is None else fields


def _is_row(line: str, layout: Layout) -> bool:
    """Whether a line that opens or closes a quote is a whole row, its quote a part of the text."""
    cells = line.split(layout.delimiter)
    if len(cells) != layout.count and not (layout.rest_is_text and len(cells) > layout.count):
        return False
    return layout.is_id or has_sound_suffix(cells[layout.sound].strip(' "'))


def _joined(
    lines: Sequence[tuple[int, str]], at: int, layout: Layout
) -> tuple[list[str] | None, int]:
    text = lines[at][1]
    for used, (_, line) in enumerate(lines[at + 1 : at + MOST_QUOTED_LINES], start=1):
        # Where the file is named after the text, the line that closes a quote names it, too.
        closes = layout.sound > 0 and line.count('"') % 2 == 1
        if not closes and _is_row(line, layout):
            return None, 0
        if len(text) + len(line) > LONGEST_LINE:
            return None, 0
        text = f"{text}\n{line}"
        if '"' not in line:
            continue  # the field is still open
        fields = _fields(text, layout.delimiter)
        if fields is not None:
            return fields, used  # refused by its count if that is wrong
    return None, 0


def _fields(line: str, delimiter: str) -> list[str] | None:
    """Fields of a row; None where a quoted field is not closed.

    A field is quoted if its quotes are complete, its inner quotes are doubled and, in lists
    separated by "|", it holds something that needs quoting or every field is quoted. Any other
    quote is part of the text.
    """
    if '"' not in line:
        return line.split(delimiter)
    fields: list[tuple[str, str | None]] = []
    at, is_open = 0, False
    space = " " if delimiter == "\t" else " \t"
    quoted = re.compile(
        rf'[{space}]*"([^"]*(?:""[^"]*)*)"[{space}]*(?={re.escape(delimiter)}|$)', re.DOTALL
    )
    while at <= len(line):
        match = quoted.match(line, at)
        stop = match.end() if match else line.find(delimiter, at)
        stop = len(line) if stop < 0 else stop
        raw = line[at:stop]
        fields.append((raw, match.group(1).replace('""', '"') if match else None))
        is_open = is_open or (match is None and raw.lstrip(" \t").startswith('"'))
        at = stop + 1
    if is_open and line.count('"') % 2:
        return None
    every = all(inner is not None for _, inner in fields)
    return [
        inner
        if inner is not None and (delimiter != "|" or every or _needs_quotes(raw, inner))
        else raw
        for raw, inner in fields
    ]


def _needs_quotes(raw: str, inner: str) -> bool:
    return '""' in raw.strip()[1:-1] or "|" in inner or "\n" in inner
