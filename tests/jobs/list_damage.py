"""Kinds of damage to a list of clips: each changes a written list and marks the rows it harmed."""

import codecs
from collections.abc import Callable

from tests.jobs.written_lists import JSON, SEPARATOR, Written

Damage = Callable[[Written], None]


def none(_written: Written) -> None:
    """As its program wrote it."""


def byte_order_mark(written: Written) -> None:
    written.prefix = codecs.BOM_UTF8


def carriage_returns(written: Written) -> None:
    written.newline = "\r\n"


def utf_16(written: Written) -> None:
    written.encoding = "utf-16"


def code_page(written: Written) -> None:
    """Windows-1250; the rows hold nothing beyond it."""
    if written.form not in ("array", *JSON):
        written.encoding = "cp1250"


def compressed(written: Written) -> None:
    written.is_packed = True


def blank_lines(written: Written) -> None:
    if written.form != "array":
        for blank in ("", "   ", ""):
            written.lines.insert(written.any_line() if written.header else 0, blank)


def rows_of_separators(written: Written) -> None:
    """A spreadsheet's empty rows are none; an empty JSON object is a row that names nothing."""
    separator = SEPARATOR.get(written.form)
    written.lines.append(separator * 2 if separator else "{}")
    written.extra += separator is None


def missing_sounds(written: Written) -> None:
    for row in written.chance.sample(written.rows, k=max(1, len(written.rows) // 3)):
        row.is_damaged = True
        written.missing.add(row.number)
    written.is_readable = len(written.missing) < len(written.rows)


def repeated_line(written: Written) -> None:
    line = written.any_line()
    written.lines.append(written.lines[line])
    written.rows.append(written.row_of(line))


def separator_in_text(written: Written) -> None:
    """Lists that are written without quoting cannot hold their separator."""
    if written.form not in ("ljspeech", "vits", "gpt_sovits"):
        return
    line = written.any_line()
    row = written.row_of(line)
    words = row.text.split(" ")
    text = " | ".join((" ".join(words[:1]), *words[1:], "end"))
    written.lines[line] = written.lines[line].replace(row.text, text)
    row.text, row.is_damaged = text, True
    written.is_readable = len(written.rows) > 2  # else there is no usual number of columns


def unpaired_quote(written: Written) -> None:
    """A text that begins with a quote, in lists that are written without quoting."""
    if written.form not in ("ljspeech", "vits", "gpt_sovits"):
        return
    line = written.any_line()
    row = written.row_of(line)
    text = '"' + row.text.replace('"', "")
    written.lines[line] = written.lines[line].replace(row.text, text)
    row.text = text


def upper_case_extension(written: Written) -> None:
    written.suffix = ".WAV"


def other_extension(written: Written) -> None:
    written.suffix = ".flac"


def spaces_round_separators(written: Written) -> None:
    if written.form in ("ljspeech", "vits", "gpt_sovits"):
        written.lines = [line.replace("|", " | ") for line in written.lines]


def invalid_bytes(written: Written) -> None:
    line = written.any_line()
    at = written.chance.randrange(len(written.lines[line]) + 1)
    text = written.lines[line]
    written.lines[line] = f"{text[:at]}\udcff\udc80{text[at:]}"
    written.row_of(line).is_damaged = True
    # A file with a single line that is not ASCII may as well be of a code page.
    written.is_readable = False


def column_lost(written: Written) -> None:
    separator = SEPARATOR.get(written.form)
    if separator is None:
        return
    line = written.any_line()
    written.lines[line] = written.lines[line].rpartition(separator)[0]
    written.row_of(line).is_damaged = True
    written.is_readable = False


def column_gained(written: Written) -> None:
    separator = SEPARATOR.get(written.form)
    if separator is None or written.form in ("vits", "gpt_sovits"):
        return
    line = written.any_line()
    written.lines[line] += f"{separator}more"
    written.row_of(line).is_damaged = True
    written.is_readable = False


def half_line(written: Written) -> None:
    """The end of the file is lost; in a list without a closing mark, a cut text looks whole."""
    last = len(written.lines) - 1
    row = written.row_of(last)
    kept = written.chance.randrange(1, max(2, len(written.lines[last])))
    written.lines[last] = written.lines[last][:kept]
    row.is_damaged = True
    written.is_readable = False
    if written.form not in JSON:
        row.text = ""


def control_characters(written: Written) -> None:
    line = written.any_line()
    written.lines[line] += "\x00\x1b"
    written.row_of(line).is_damaged = True
    written.is_readable = False


def line_of_words(written: Written) -> None:
    at = written.any_line()
    written.lines.insert(at, "these are just words")
    written.extra += 1
    written.is_readable = False


def nested_deeply(written: Written) -> None:
    if written.form in JSON:
        opened, closed = written.chance.choice((("[", "]"), ('{"a":', "}")))
        written.lines.append(opened * 5000 + "1" + closed * 5000)
        written.extra += 1
        written.is_readable = written.form != "array"


def numbers_out_of_range(written: Written) -> None:
    if written.form in JSON:
        value = written.chance.choice(("1e999", "1" + "0" * 5000, "NaN", "-Infinity", "-1", "null"))
        line = written.any_line()
        text = written.lines[line].rstrip()
        keys = f'"duration": {value}, "offset": {value}, "start": {value}'
        written.lines[line] = f"{text[:-1]}, {keys}}}"
        written.row_of(line).is_damaged = True
        written.is_readable = False


def lone_surrogates(written: Written) -> None:
    if written.form in JSON:
        line = written.any_line()
        text = written.lines[line].rstrip()
        written.lines[line] = text[:-1] + ', "text": "\\ud800", "transcription": "\\udfff"}'
        written.row_of(line).is_damaged = True
        written.is_readable = False


def shuffled(written: Written) -> None:
    head, body = written.lines[: written.header], written.lines[written.header :]
    pairs = list(zip(body, written.rows, strict=True))
    written.chance.shuffle(pairs)
    written.lines = head + [line for line, _ in pairs]
    written.rows = [row for _, row in pairs]


def header_repeated(written: Written) -> None:
    """Two lists joined by a person."""
    if written.header:
        written.lines.append(written.lines[0])
        written.extra += 1


def header_lost(written: Written) -> None:
    if written.header:
        del written.lines[0]
        written.is_readable = False


KINDS: tuple[Damage, ...] = (
    none, byte_order_mark, carriage_returns, utf_16, code_page, compressed, blank_lines,
    rows_of_separators, missing_sounds, repeated_line, separator_in_text, unpaired_quote,
    upper_case_extension, other_extension, spaces_round_separators, invalid_bytes, column_lost,
    column_gained, half_line, control_characters, line_of_words, nested_deeply,
    numbers_out_of_range, lone_surrogates, shuffled, header_repeated, header_lost,
)  # fmt: skip
