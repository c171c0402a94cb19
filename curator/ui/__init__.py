"""The window: the only part of the repository that knows Qt."""

from curator.ui.immortal import make_immortal

make_immortal()
