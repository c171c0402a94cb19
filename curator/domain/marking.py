"""Marker for translatable texts in tables; translation tools look for this name."""


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 - the name Qt tools expect
    """Return the text unchanged; it is translated where it is displayed."""
    return text
