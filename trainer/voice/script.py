"""Scripts: files of lines to speak, as text, CSV, SRT or JSON Lines."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trainer.errors import TrainerError, WrongUsage
from trainer.foreign_files import parse_json, read_bytes
from trainer.voice.options import VoiceOptions

NUMBERS = ("rate", "speed", "temperature", "top_p", "repetition_penalty")
WHOLE = ("seed", "candidates")
TEXTS = ("category", "language")
COLUMNS = ("text", "id", "reference", *TEXTS, *NUMBERS, *WHOLE)
MAX_SCRIPT = 1 << 24  # bytes; 300 hours of speech take less
MAX_ERRORS = 10
SRT_TIME = re.compile(r"\d+:\d\d:\d\d[,.]\d+\s*-->\s*\d+:\d\d:\d\d[,.]\d+")
CUE_NUMBER = re.compile(r"[0-9]{1,9}\Z")
TAG = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
SAFE_ID = re.compile(r"[\w-][\w .-]{0,80}\Z")


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """Text with its options. id: unique; the name of its audio file."""

    id: str
    text: str
    options: VoiceOptions


def read_lines(path: Path, defaults: VoiceOptions) -> list[ScriptLine]:
    """Read a script by its suffix. Raises WrongUsage with all errors and their lines.

    defaults: options that a line does not set.
    """
    try:
        text = read_bytes(path, MAX_SCRIPT).decode("utf-8-sig")
    except OSError as error:
        raise TrainerError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise TrainerError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error
    readers = {".csv": _csv_rows, ".tsv": _csv_rows, ".srt": _srt_rows, ".jsonl": _json_rows}
    rows = readers.get(path.suffix.lower(), _text_rows)(text)
    lines: list[ScriptLine] = []
    errors: list[str] = []
    seen: set[str] = set()
    try:
        for number, row in rows:
            try:
                line = script_line(row, len(lines) + len(errors) + 1, defaults, path.parent)
                if line.id.casefold() in seen:
                    raise WrongUsage(f"the id {line.id!r} is used twice.")
                seen.add(line.id.casefold())
                lines.append(line)
            except WrongUsage as error:
                errors.append(f"{path.name} line {number}: {error.sentence}")
    except WrongUsage as error:  # the format itself
        errors.append(f"{path.name}: {error.sentence}")
    if errors:
        more = [f"and {len(errors) - MAX_ERRORS} more errors."] if len(errors) > MAX_ERRORS else []
        raise WrongUsage("\n".join([*errors[:MAX_ERRORS], *more]))
    if not lines:
        raise WrongUsage(f"{path} has no lines to speak.")
    return lines


def script_line(
    row: Mapping[str, Any], number: int, defaults: VoiceOptions, folder: Path
) -> ScriptLine:
    """Line from its fields by column name. number: default id. folder: of relative references."""
    if None in row:
        raise WrongUsage("there are more fields than columns; quote texts with the delimiter.")
    unknown = sorted(set(row) - set(COLUMNS))
    if unknown:
        known = ", ".join(COLUMNS)
        raise WrongUsage(f"there is no column {unknown[0]!r}; the columns are {known}.")
    fields = {key: value for key, value in row.items() if value not in ("", None)}
    text = " ".join(str(fields.get("text", "")).split())
    if not any(character.isalnum() for character in text):
        raise WrongUsage("there is no text.")
    name = str(fields.get("id", f"{number:04d}")).strip()
    if not SAFE_ID.match(name):
        raise WrongUsage(f"the id {name!r} is not usable as a file name.")
    changes: dict[str, Any] = {key: str(fields[key]) for key in TEXTS if key in fields}
    for key in NUMBERS:
        if key in fields:
            changes[key] = _number(key, fields[key])
    for key in WHOLE:
        if key in fields:
            value = _number(key, fields[key])
            if not value.is_integer():  # infinities and NaN are none either
                raise WrongUsage(f"{key} {fields[key]!r} is not a whole number.")
            changes[key] = int(value)
    if "reference" in fields:
        changes["references"] = (folder / str(fields["reference"]),)
    return ScriptLine(name, text, replace(defaults, **changes))


def _number(key: str, value: object) -> float:
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        raise WrongUsage(f"{key} {value!r} is not a number.") from None


def _text_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """One row per line that is not empty."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, {"text": line}


def _csv_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows by the column names of the first line; comma, semicolon or tab."""
    head = text.partition("\n")[0]
    delimiter = max("\t;,", key=head.count)
    reader = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter)
    try:
        names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    except csv.Error as error:
        raise WrongUsage(f"the first line cannot be read: {error}.") from error
    if "text" not in names:
        raise WrongUsage("the first line must name the columns, one of them 'text'.")
    reader.fieldnames = names
    try:
        for row in reader:
            if None in row:
                yield reader.line_num, dict(row)
            elif any((value or "").strip() for value in row.values()):
                yield reader.line_num, {key: (value or "").strip() for key, value in row.items()}
    except csv.Error as error:
        raise WrongUsage(f"line {reader.line_num + 1} cannot be read: {error}.") from error


def _srt_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The cues of subtitles, without their tags; the id is the number of the cue."""
    number, start, cue = 0, 1, list[str]()
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.strip():
            start = start if cue else number
            cue.append(line.strip())
        elif cue:
            times = next((at for at, part in enumerate(cue) if SRT_TIME.match(part)), None)
            if times is None:
                raise WrongUsage(f"line {start} begins a cue without times.")
            spoken = TAG.sub("", " ".join(cue[times + 1 :])).strip()
            if spoken:
                label = {"id": f"{int(cue[0]):04d}"} if times and CUE_NUMBER.match(cue[0]) else {}
                yield start, {"text": spoken, **label}
            cue = []


def _json_rows(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """One JSON object per line."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, json_row(line)


def json_row(line: str) -> dict[str, Any]:
    """Parse a JSON object. Raises WrongUsage."""
    try:
        row = parse_json(line)
    except ValueError as error:
        raise WrongUsage(f"invalid JSON: {error}.") from error
    if not isinstance(row, dict):
        raise WrongUsage("a line must be a JSON object.")
    return row
