"""The letters of pictures: the same on every machine, from a package."""

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from curator.ui.theme import CONTENT_PT

FAMILY = "Source Sans Pro"


def test_font() -> QFont:
    """The font, loaded. Without hints, which each machine's settings choose otherwise."""
    import font_source_sans_pro

    for file in sorted(Path(font_source_sans_pro.font_directory).glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(file))
    assert FAMILY in QFontDatabase.families()
    font = QFont(FAMILY)
    font.setPointSizeF(CONTENT_PT)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setStyleStrategy(QFont.StyleStrategy.NoSubpixelAntialias)
    return font


def use_test_font(application: QApplication) -> None:
    """From now on the application writes with it."""
    application.setFont(test_font())


test_font.__test__ = False  # type: ignore[attr-defined]  # its name is no test's
