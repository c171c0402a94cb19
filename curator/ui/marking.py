"""Marker for translatable texts in tables of the window."""

from curator.domain.marking import QT_TRANSLATE_NOOP as QT_TRANSLATE_NOOP
