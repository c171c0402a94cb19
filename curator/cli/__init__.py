"""The whole pipeline without a window."""
