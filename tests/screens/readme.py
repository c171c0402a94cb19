"""Makes the README's pictures of the window from an analysed project.

``make demo`` makes one. ``python -m tests.screens.readme PROJECT docs/pictures audit`` copies it
and saves the picture of that page; the training page shows the runs beside the project.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import curator.ui  # noqa: F401  # before Qt, which it keeps from ending the program

from PIL import Image  # isort: skip
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget  # isort: skip

from curator.domain.clip_query import parse
from curator.domain.decision import correct_text, drop, give_emotion, keep, undecide
from curator.ui import page_list
from curator.ui.app import dress
from curator.ui.audit.page import AuditPage
from curator.ui.balance.page import BalancePage
from curator.ui.balance.suggestion_list import SuggestionKind
from curator.ui.export.page import ExportPage
from curator.ui.main_window import MainWindow
from curator.ui.map.measures import measures
from curator.ui.map.page import MapPage
from curator.ui.messages import Messages
from curator.ui.page import Page
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from curator.ui.theme import wear
from curator.ui.training.run_list import runs_below
from tests.helpers.fonts import use_test_font
from tests.helpers.players import FakePlayer
from tests.helpers.waiting import rest, settle

SHOWN, SAVED = (1600, 1000), (1000, 625)
"""Size of the window, and of the picture of it."""

COLOURS = 256
SUGGESTED_MS = 2_500
"""Longer than the delay after which suggestions follow the labels."""

HOME = "/home/anna"
DRAWN_MS = 600
JUDGED = 12
PLAYED = 0.45
"""Share of the clip at which the playhead stands."""


def look_at_audit(window: MainWindow) -> None:
    """Some clips are judged; one with findings plays, with its spectrogram."""
    session, page = window.session, window._pages["audit"]
    assert session is not None
    assert isinstance(page, AuditPage)
    clips = session.project.clips.ids()
    categories = session.project.settings.emotions.keys
    session.apply(undecide(clips))
    session.apply(give_emotion(clips, None))
    for place, clip in enumerate(clips[:JUDGED]):
        session.apply((drop if place % 4 == 3 else keep)([clip]))
        session.apply(give_emotion([clip], categories[place % 5]))
    page.ui.editor.toggle_spectrogram()
    page.ui.table.go_to_row(0)
    window.commands.trigger("audit.next_finding")
    settle(window)
    rest(DRAWN_MS)
    clip = page.view.clip
    assert clip is not None
    page.ui.editor.set_playhead(clip.span.start + round(PLAYED * clip.span.samples))
    window.messages.clear()


def look_at_map(window: MainWindow) -> None:
    """Signal to noise is the score of the histogram."""
    page = window._pages["map"]
    assert isinstance(page, MapPage)
    page.ui.threshold.show_measure(next(each for each in measures() if each.key == "snr"))
    settle(window)


def look_at_balance(window: MainWindow) -> None:
    """Some labels are taken back; the category with most suggestions is shown."""
    session, page = window.session, window._pages["balance"]
    assert session is not None
    assert isinstance(page, BalancePage)
    kept = session.project.clips.ids(parse("state:kept"))
    for clip in kept[::6]:
        session.apply(give_emotion([clip], None))
        session.apply(undecide([clip]))
    settle(window)
    rest(SUGGESTED_MS)
    settle(window)
    plan = page.model.plans.plan
    assert plan is not None
    page.ui.table.set_category(max(plan.waiting, key=lambda key: plan.waiting[key], default=""))
    page.browser.show_list(SuggestionKind.SUGGESTED)
    settle(window)
    window.messages.clear()


def look_at_export(window: MainWindow) -> None:
    """Some clips are rejected, for two reasons; the others are written as a bundle."""
    session, page = window.session, window._pages["export"]
    assert session is not None
    assert isinstance(page, ExportPage)
    kept = session.project.clips.ids(parse("state:kept"))
    for clip in kept[2:7]:
        session.apply(correct_text([clip], "Árvíztűrő tükörfúrógép, mondta a műsorvezető."))
    session.apply(correct_text([kept[9]], ""))
    page.check()
    settle(window)
    page.choices.out.setText(str(session.project.path.parent / "bundle"))
    page.export()
    settle(window)
    window.messages.clear()


LOOKS: Mapping[str, Callable[[MainWindow], None]] = {
    "audit": look_at_audit,
    "map": look_at_map,
    "balance": look_at_balance,
    "export": look_at_export,
}
"""What is done on a page before its picture; nothing on others."""


def build_silent(kind: page_list.PageKind, session: Session, parent: QWidget) -> Page:
    """A page that plays nothing."""
    if kind.key == "audit":
        return AuditPage(session, FakePlayer(), parent)
    return _build(kind, session, parent)


_build = page_list.PageKind.build


def picture(window: MainWindow, page: str, path: Path) -> None:
    """Save the picture of a page."""
    window.show_page(page)
    settle(window)
    if page in LOOKS:
        LOOKS[page](window)
    assert window.session is not None
    folder = str(window.session.project.path.parent)
    for widget in window.findChildren(QLabel) + window.findChildren(QLineEdit):
        if folder in widget.text():
            widget.setText(widget.text().replace(folder, HOME))
    rest(DRAWN_MS)
    window.grab().save(str(path))
    with Image.open(path) as taken:
        small = taken.convert("RGB").resize(SAVED, Image.Resampling.LANCZOS)
    reduced = small.quantize(
        COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=4, dither=Image.Dither.NONE
    )
    reduced.save(path, optimize=True)


def main() -> None:
    """Make the pictures of the pages that are named."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("project", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("pages", nargs="+", choices=[kind.key for kind in page_list.PAGES])
    chosen = asked.parse_args()
    application = QApplication(sys.argv[:1])
    dress(application)
    use_test_font(application)
    wear(application, "light")
    page_list.PageKind.build = build_silent
    settings = WindowSettings()
    settings.set("autoplay", False)
    with tempfile.TemporaryDirectory(prefix="curator-readme-") as name:
        copy = Path(name) / chosen.project.name
        shutil.copytree(chosen.project, copy)
        for run in runs_below(chosen.project.absolute().parent):
            (copy.parent / run.name).symlink_to(run)
        window = MainWindow(settings, Messages())
        window.resize(*SHOWN)
        window.show()
        assert window.open_path(copy), window.messages.all
        for page in chosen.pages:
            picture(window, page, chosen.out / f"{page}.png")
        window.close()


if __name__ == "__main__":
    main()
