"""The window: the only part of the repository that knows Qt."""
