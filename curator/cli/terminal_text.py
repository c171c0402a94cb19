"""Output streams that never fail on a character and never pass on a control sequence.

Texts and names come from other people's files: an escape sequence would move the cursor or change
the window title, and a bidirectional override would show a line in another order than it has.
"""

import contextlib
import io
import re
import sys
from collections.abc import Iterator
from typing import TextIO

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def escaped(text: str) -> str:
    r"""Control characters, bidirectional overrides and lone surrogates as ``\uXXXX``.

    Line feeds and tabs are kept. JSON stays the same value: the escapes are those of its strings.
    """
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class EscapedStream(io.TextIOBase):
    """Text stream with escaped writes. plain: the stream below, for terminal control."""

    def __init__(self, plain: TextIO) -> None:
        super().__init__()
        self.plain = plain

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Encoding of the stream below."""
        return self.plain.encoding

    @property
    def buffer(self) -> object:
        """Binary buffer of the stream below."""
        return self.plain.buffer

    def write(self, text: str) -> int:
        """Write a text, escaped."""
        self.plain.write(escaped(text))
        return len(text)

    def writable(self) -> bool:
        """Whether writing is possible, which it is."""
        return True

    def flush(self) -> None:
        """Flush the stream below, unless it was closed before this one is finalized."""
        if not self.plain.closed:
            self.plain.flush()

    def isatty(self) -> bool:
        """Whether the stream below is a terminal."""
        return self.plain.isatty()

    def fileno(self) -> int:
        """File descriptor of the stream below."""
        return self.plain.fileno()


def plain(stream: TextIO) -> TextIO:
    """The stream below an EscapedStream, for terminal control; any other stream itself."""
    return stream.plain if isinstance(stream, EscapedStream) else stream


def write_utf8() -> None:
    """Encode stdout as UTF-8 whatever the locale: JSON has no other encoding."""
    below = plain(sys.stdout)
    if isinstance(below, io.TextIOWrapper):
        below.reconfigure(encoding="utf-8")


@contextlib.contextmanager
def escaped_output() -> Iterator[None]:
    """Escape stdout and stderr; characters that their encoding lacks become escapes."""
    before = sys.stdout, sys.stderr
    for stream in before:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout, sys.stderr = (_escaping(stream) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def _escaping(stream: TextIO) -> TextIO:
    # Without a console (pythonw), the streams are None.
    return stream if stream is None else EscapedStream(stream)  # type: ignore[return-value]
