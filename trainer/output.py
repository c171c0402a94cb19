"""Text on the terminal: nothing from a file or a name controls it.

A text of another person's bundle or run may hold escape sequences, which change the window title,
the clipboard or lines above, and marks that reverse the order of characters.
"""

import json
import sys
import unicodedata
from collections.abc import Mapping

CONTROLS = ("Cc", "Cs", "Zl", "Zp")  # controls, lone surrogates, line and paragraph separators
DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

FORMULA_STARTS = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")
"""First characters of cells that a spreadsheet parses as a formula, or skips to find one. Some
locales treat the full-width forms like the ASCII ones."""


def visible(text: str, keep: str = "\n\t") -> str:
    r"""The text with controls and marks of direction as escapes such as \x1b, except ``keep``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        if character in keep or not _is_hidden(character)
        else character.encode("unicode_escape", "surrogatepass").decode()
        for character in text
    )


def _is_hidden(character: str) -> bool:
    return character in DIRECTIONS or unicodedata.category(character) in CONTROLS


def formula_escaped(text: str) -> str:
    """Text that no spreadsheet evaluates as a formula: with an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def print_line(text: str) -> None:
    """Write a line of text to stdout."""
    sys.stdout.write(visible(text) + "\n")
    sys.stdout.flush()


def print_error(text: str, end: str = "\n") -> None:
    """Write text to stderr."""
    sys.stderr.write(visible(text) + end)
    sys.stderr.flush()


def redraw_line(text: str, width: int) -> None:
    """Replace the last line of stderr, which is a terminal, with ``width`` columns of text."""
    sys.stderr.write(f"\r{visible(text, '')[:width]:<{width}}")
    sys.stderr.flush()


def write_any_character() -> None:
    """Escape characters that the encoding of stdout or stderr lacks, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def write_utf8() -> None:
    """Encode stdout as UTF-8 whatever the locale: JSON has no other encoding."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8")


def json_text(fields: Mapping[str, object]) -> str:
    """JSON of an object on one line, with hidden characters as its own escapes."""
    text = json.dumps(fields, ensure_ascii=False)
    return "".join(f"\\u{ord(c):04x}" if _is_hidden(c) else c for c in text)
