"""Foreign text in Markdown."""

import pytest

from curator.export.markdown import markdown


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("![a](http://b.c/d.png)", "!\\[a\\](http\\://b.c/d.png)"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("a | b", "a \\| b"),
        ("two\nlines", "two lines"),
        ("www.b.c a@b.c &#33; `x` # \\", "www\\.b.c a\\@b.c &amp;\\#33; \\`x\\` \\# \\\\"),
        ("CC BY-SA 4.0, by letter: Anna", "CC BY-SA 4.0, by letter: Anna"),
    ],
)
def test_marks_of_markdown_and_html_are_escaped(text, escaped):
    assert markdown(text) == escaped
