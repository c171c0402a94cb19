"""Text of a list file: encoding detected and reported, lines with their numbers."""

import codecs
import gzip
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from curator.domain.errors import printable
from curator.domain.foreign_files import open_regular
from curator.jobs.lists.record import NotAList

LARGEST = 1 << 27
"""Bytes of text, after decompression; 100 hours of clips take a fraction of it."""

IN_MEMORY = 1 << 28
"""Bytes of the decoded text; one letter beyond the usual ones makes each of them four bytes."""

MOST_LIST_LINES = 500_000
"""Lines of a list; 100 hours of clips of a second are 360,000."""

LONGEST_LINE = 1 << 20
"""Letters of a row; more are not a clip's."""

TOO_LONG = "it is longer than a million letters"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SEPARATOR = re.compile(r'"?sep=.?"?', re.IGNORECASE)
"""First line by which spreadsheets say how columns are separated."""
_BINARY = 0.02
"""Share of control characters above which a file is not text; fewer harm single rows."""
_FEW = 8
"""Control characters up to which a short file is binary only above the next share."""
_SURELY_BINARY = 0.1
"""Share of control characters above which a file of any length is not text."""
_CODE_PAGES = {
    "cp1250": "hu pl cs sk hr sl ro sq bs",
    "cp1251": "ru uk bg sr mk be",
    "cp1252": "en de fr es it pt nl sv da no nb fi is ca",
    "cp1253": "el",
    "cp1254": "tr az",
    "cp1255": "he",
    "cp1256": "ar fa ur",
    "cp1257": "et lv lt",
    "cp1258": "vi",
    "cp932": "ja",
    "gb18030": "zh zh-cn",
    "cp949": "ko",
}
"""Encoding of files that are not Unicode, by the language of their text."""

_NAMES = {
    "gb18030": "GB 18030",
    "cp932": "Shift JIS",
    "cp949": "Korean (949)",
    "latin-1": "Latin-1",
}


@dataclass(frozen=True, slots=True)
class TextFile:
    """A decoded list. name: for messages. notes: what was unusual about its encoding."""

    path: Path
    name: str
    content: str
    notes: tuple[str, ...] = ()

    def lines(self) -> Iterator[tuple[int, str]]:
        """Lines with their numbers from 1, blank ones left out.

        Separated at line feeds only: a text may hold other characters that count as line ends.
        """
        separator = "\n" if "\n" in self.content else "\r"
        for number, line in enumerate(self.content.split(separator), start=1):
            line = line.removesuffix("\r").removeprefix("\ufeff")
            if line.strip() and not (number == 1 and _SEPARATOR.fullmatch(line.strip())):
                yield number, line


def is_broken(text: str) -> bool:
    """Whether a text holds bytes that are not valid in the file's encoding."""
    return any("\udc80" <= letter <= "\udcff" for letter in text)


def has_control(text: str) -> bool:
    """Whether a text holds a control character other than a tab or a line end."""
    return _CONTROL.search(text) is not None


def read_text(path: Path, language: str = "") -> TextFile:
    """Decode a text file, compressed or not; NotAList if it is none."""
    raw = _bytes_of(path)
    encoding, length = next(
        ((name, len(bom)) for bom, name in _BOMS if raw.startswith(bom)), ("", 0)
    )
    raw = raw[length:]
    if not encoding and raw[:4096].count(0) > len(raw[:4096]) * 0.1:
        encoding = _utf16_by_zeros(raw[:4096])
    if not encoding:
        encoding = "utf-8" if _is_utf8(raw) else _code_page(raw, language)
    content = raw.decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")
    _refuse_large(content)
    beginning = content[:100_000]
    controls = len(_CONTROL.findall(beginning))
    if controls > (_BINARY if controls > _FEW else _SURELY_BINARY) * len(beginning):
        raise NotAList("it is not text", looks_like_a_list=False)
    notes: tuple[str, ...] = ()
    if encoding != "utf-8":
        notes = (f"{printable(path.name)} is not UTF-8; it was read as {_shown(encoding)}.",)
    return TextFile(path, printable(path.name), content, notes)


def _refuse_large(content: str) -> None:
    if sys.getsizeof(content) > IN_MEMORY:
        raise NotAList(f"it takes more than {IN_MEMORY >> 20} MB of memory")
    if max(content.count("\n"), content.count("\r")) > MOST_LIST_LINES:
        raise NotAList(f"it has more than {MOST_LIST_LINES:,} lines")


def _bytes_of(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            packed = path.suffix.lower() == ".gz"
            raw = (gzip.GzipFile(fileobj=file) if packed else file).read(LARGEST + 1)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise NotAList(f"it cannot be read ({reason})") from error
    if len(raw) > LARGEST:
        raise NotAList(f"it is larger than {LARGEST >> 20} MB")
    if not raw.strip():
        raise NotAList("it is empty")
    return raw


def _utf16_by_zeros(raw: bytes) -> str:
    """UTF-16 without a byte order mark has a zero in most pairs of Latin text."""
    pairs = len(raw) // 2
    for encoding, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros, others = raw[first::2].count(0), raw[1 - first :: 2].count(0)
        if zeros > pairs * 0.3 and others < pairs * 0.05:
            return encoding
    raise NotAList("it is not text", looks_like_a_list=False)


def _is_utf8(raw: bytes) -> bool:
    """Whether at least as many bytes beyond ASCII are valid UTF-8 as are invalid."""
    if _decodes(raw, "utf-8"):
        return True
    whole = raw.decode("utf-8", "ignore")
    invalid = len(raw.decode("utf-8", "surrogateescape")) - len(whole)
    valid = len(whole.encode()) - len(whole.encode("ascii", "ignore"))
    return valid >= invalid


def _code_page(raw: bytes, language: str) -> str:
    """The code page of the project's language, or the likeliest of all."""
    code = language.lower()
    for page, languages in _CODE_PAGES.items():
        if {code, code.partition("-")[0]} & set(languages.split()) and _decodes(raw, page):
            return page
    from charset_normalizer import from_bytes

    best = from_bytes(raw[:1_000_000], cp_isolation=[*_CODE_PAGES, "latin_1"]).best()
    if best is not None and _decodes(raw, best.encoding):
        return str(best.encoding)
    return next((page for page in ("cp1252", "cp1250") if _decodes(raw, page)), "latin-1")


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _shown(encoding: str) -> str:
    if encoding.startswith("utf-"):
        return encoding[:6].upper()
    if encoding.startswith("cp125"):
        return f"Windows-{encoding[2:]}"
    return _NAMES.get(encoding.replace("_", "-"), _NAMES.get(encoding, encoding))
