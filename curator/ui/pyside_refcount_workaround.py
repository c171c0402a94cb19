"""Keeps Qt's Python binding from using up None and True.

WORKAROUND PySide6 6.12 below Python 3.12: its calls return None, True and False without counting
the new reference, as if these were immortal, which they are from Python 3.12 on. Each emitted
signal takes one reference of True, each ``QWidget.parent()`` without a parent one of None; after
some thousands of them the interpreter ends the program: "none_dealloc: deallocating None".
"""

import ctypes
import sys

MORE = 1 << 40
"""References added to each: a signal every microsecond would use them up in two weeks."""


def make_immortal() -> None:
    """Give the constants so many references that they never run out."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    if ctypes.sizeof(ctypes.c_ssize_t) < 8:
        return
    for constant in (None, True, False, NotImplemented, Ellipsis):
        # The count of references is the first field of every object.
        ctypes.c_ssize_t.from_address(id(constant)).value += MORE
