from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

from curator.domain.emotion import EmotionSet, category_sets
from curator.domain.resources import resources
from curator.ui.theme import (
    DARK,
    LIGHT,
    READABLE,
    Roles,
    contrast,
    letters_on,
    palette_of,
    roles_of,
)

TEXTS = ("text", "quiet", "accent", "kept", "dropped", "warning", "error", "doubt")
BEHIND = ("window", "surface", "raised")
SEEN = 3.0  # WCAG 2.1, 1.4.11: parts of controls and drawings against what is beside them


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_can_be_read(colours: Roles, text: str):
    for behind in BEHIND:
        assert contrast(getattr(colours, text), getattr(colours, behind)) >= READABLE, behind
    assert contrast(colours.text, colours.chosen) >= READABLE
    assert contrast(colours.quiet, colours.chosen) >= READABLE
    assert contrast(colours.on_accent, colours.accent) >= READABLE


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_controls_and_what_is_drawn_can_be_seen(colours: Roles):
    for drawn in ("edge", "wave", "playhead", "accent"):
        assert contrast(getattr(colours, drawn), colours.surface) >= SEEN, drawn


def test_letters_on_every_category_can_be_read():
    for path in category_sets(resources() / "categories").values():
        for emotion in EmotionSet.from_toml(Path(path).read_text("utf-8")).emotions:
            assert contrast(letters_on(emotion.colour), emotion.colour) >= READABLE, emotion.name


def test_both_themes_name_a_colour_for_every_role():
    for colours in (LIGHT, DARK):
        assert all(QColor.isValidColorName(getattr(colours, f.name)) for f in fields(Roles))


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_a_widget_finds_the_colours_of_its_palette(colours: Roles, qapp):
    assert roles_of(palette_of(colours)) is colours
