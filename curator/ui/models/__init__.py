"""Models dialog: list, download, import and verify models."""
