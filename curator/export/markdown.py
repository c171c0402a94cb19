"""Foreign text in Markdown: shown as it is, never a link, an image or HTML."""

import re

_MARKS = re.compile(r"[\\`*\[\]|<>&#~]|:(?=//)|(?<=www)\.|(?<=\w)@(?=\w)", re.IGNORECASE)
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def markdown(text: str) -> str:
    """Text on one line, escaped for Markdown, its tables and HTML.

    >>> markdown("![a](http://b)")
    '!\\\\[a\\\\](http\\\\://b)'
    """
    one_line = " ".join(text.encode("utf-8", "backslashreplace").decode().split())
    return _MARKS.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), one_line)
