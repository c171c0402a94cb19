"""Light and dark colour themes; widgets refer to colours by role only."""

from dataclasses import dataclass, fields
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from curator.ui.style_sheet import style_sheet

GRID = 8
"""Layout grid in pixels; spacings are multiples of it, or half of it between related items."""

CONTENT_PT = 10.0
TRANSCRIPT_PT = 15.0
"""The two font sizes in points."""

READABLE = 4.5
"""Minimum contrast ratio of text and background (WCAG 2, level AA)."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Colours by role, as ``#rrggbb``.

    surface: what is read and edited; window: around it; raised: under the pointer, headers;
    hairline: between things; edge: around controls. quiet: text of lesser weight. kept, dropped,
    warning, error: text and signs of these. chosen: behind what is selected. wave: the sound,
    wave_quiet: its neighbours. playhead: where it plays. doubt: under words that may be wrong.
    """

    window: str
    surface: str
    raised: str
    hairline: str
    edge: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    chosen: str
    kept: str
    dropped: str
    warning: str
    error: str
    wave: str
    wave_quiet: str
    playhead: str
    doubt: str


LIGHT = Roles(
    window="#f3f3f1",
    surface="#fcfcfb",
    raised="#e9e9e6",
    hairline="#d9d9d5",
    edge="#8b8b86",
    text="#1d1f21",
    quiet="#5c5f63",
    accent="#1f5fa8",
    on_accent="#ffffff",
    chosen="#d9e6f5",
    kept="#1b6e3c",
    dropped="#a02c2c",
    warning="#8a5300",
    error="#a81e1e",
    wave="#3d6f9e",
    wave_quiet="#9fb2c4",
    playhead="#c2410c",
    doubt="#9a4a00",
)

DARK = Roles(
    window="#1b1d1f",
    surface="#232629",
    raised="#2e3236",
    hairline="#383c40",
    edge="#7d838a",
    text="#e6e7e8",
    quiet="#a7adb3",
    accent="#7db4f0",
    on_accent="#10161d",
    chosen="#2c4260",
    kept="#7fd19b",
    dropped="#f19a94",
    warning="#f0b95a",
    error="#ff9c94",
    wave="#79aede",
    wave_quiet="#50677d",
    playhead="#ff9559",
    doubt="#f0b95a",
)


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` after WCAG 2, 0..1."""

    def linear(part: str) -> float:
        share = int(part, 16) / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(colour[i : i + 2]) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours after WCAG 2, 1..21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@cache
def letters_on(colour: str) -> str:
    """Black or white, whichever has more contrast with a category's colour."""
    return max(("#000000", "#ffffff"), key=lambda letters: contrast(letters, colour))


def roles_of(palette: QPalette) -> Roles:
    """Return the theme that matches a palette."""
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def roles(widget: QWidget) -> Roles:
    """Return the theme of a widget."""
    return roles_of(widget.palette())


def palette_of(colours: Roles) -> QPalette:
    """Convert the theme to a QPalette."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for which, colour in {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.window,
        role.Text: colours.text,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.BrightText: colours.error,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.PlaceholderText: colours.quiet,
        role.Light: colours.raised,
        role.Midlight: colours.raised,
        role.Mid: colours.hairline,
        role.Dark: colours.edge,
        role.Shadow: colours.edge,
    }.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, which, QColor(colours.quiet))
    return palette


def is_dark(choice: str) -> bool:
    """Whether to use the dark theme. choice: "light", "dark" or "system"."""
    if choice != "system":
        return choice == "dark"
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def wear(application: QApplication, choice: str) -> None:
    """Apply the theme to the application."""
    colours = DARK if is_dark(choice) else LIGHT
    application.setPalette(palette_of(colours))
    application.setStyleSheet(
        style_sheet({f.name: getattr(colours, f.name) for f in fields(Roles)}, dark=colours is DARK)
    )
