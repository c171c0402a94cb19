"""The window: the only part of the repository that knows Qt."""

from curator.ui.pyside_refcount_workaround import make_immortal

make_immortal()
