"""A written journey for each page of the window, through a real X server and window manager.

``make journeys OUT=folder`` goes through all pages at four sizes of the screen, light and dark, by
real key and mouse events, and leaves a picture of each step for people to look at. A journey ends
with an error where the window or the project is not as it should be.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path

from curator.domain.clip_query import parse
from curator.ui.app import dress
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings
from curator.ui.theme import wear
from tests.helpers.fonts import use_test_font
from tests.helpers.training_runs import a_run, an_evaluation, speech_on_the_way
from tests.helpers.waiting import until
from tests.journeys.film import window_manager
from tests.journeys.hand import Hand
from tests.screens.states import quiz_show

# Qt comes after curator.ui, which keeps its binding from ending the program.
from PySide6.QtCore import QTimer  # isort: skip
from PySide6.QtWidgets import QApplication, QWidget  # isort: skip

CLIPS = 80
THEMES = ("light", "dark")
PATIENCE_S = 900


@dataclass(frozen=True, slots=True)
class ScreenSize:
    """A screen. width, height: in pixels. scale: of the window."""

    width: int
    height: int
    scale: int = 1

    @property
    def name(self) -> str:
        """Such as ``1024x700`` or ``3840x2160-200``."""
        return f"{self.width}x{self.height}" + (f"-{100 * self.scale}" if self.scale > 1 else "")


SIZES = {
    size.name: size
    for size in (
        ScreenSize(1024, 700),
        ScreenSize(1366, 768),
        ScreenSize(1920, 1080),
        ScreenSize(3840, 2160, 2),
    )
}


class Traveller:
    """Somebody who goes through the pages. path: the project."""

    def __init__(self, window: MainWindow, hand: Hand, path: Path) -> None:
        self.window, self.hand, self.path = window, hand, path

    def count(self, query: str) -> int:
        """Number of clips of the project that match."""

        def ask() -> int:
            assert self.window.session is not None
            return self.window.session.project.clips.count(parse(query))

        return self.hand.ask(ask)

    def said(self) -> str:
        """What the status line says."""
        return self.hand.ask(lambda: self.window.status._message.text())

    def dialog(self) -> QWidget:
        """The dialog in front."""
        front = QApplication.activeModalWidget()
        assert front is not None, "no dialog is open"
        return front

    def in_dialog(self, name: str, *keys: str) -> None:
        """Press keys, take a picture of the dialog that opens, and leave it by Esc."""
        self.hand.press(*keys)
        self.hand.until(lambda: QApplication.activeModalWidget() is not None, name)
        self.hand.settle()
        self.hand.look(name)
        self.hand.press("Escape")
        self.hand.until(lambda: QApplication.activeModalWidget() is None, f"{name} is left")

    def start(self) -> None:
        """Start page: a new project is thought better of, the recent one is opened."""
        hand, window = self.hand, self.window
        hand.look("recent-projects")
        hand.press("ctrl+n")
        hand.until(lambda: QApplication.activeModalWidget() is not None, "new project")
        hand.write("quiz show 2")
        hand.press("Tab", "Tab")
        hand.look("new-project")
        hand.press("Escape")
        hand.until(lambda: QApplication.activeModalWidget() is None, "left")
        hand.click(lambda: window.first_start.rows[0].name)
        hand.until(lambda: window.session is not None, "the project is open")
        hand.settle()

    def intake(self) -> None:
        """Intake: a recording is chosen, its rights are edited, it is removed and comes back."""
        hand, window = self.hand, self.window
        hand.press("ctrl+1")
        hand.settle()
        hand.look("recordings")
        hand.ask(lambda: window._pages["intake"].list.setFocus())
        hand.press("Home", "Down")
        hand.look("chosen")
        self.in_dialog("rights", "e")
        before = self.count("")
        hand.press("Delete")
        hand.until(lambda: window.session.project.clips.count() < before, "removed")
        hand.settle()
        hand.look("removed")
        hand.press("ctrl+z")
        hand.until(lambda: window.session.project.clips.count() == before, "restored")
        hand.settle()
        hand.look("restored")

    def audit(self) -> None:
        """Audit: a quiz show of eighty clips is judged from end to end, by keys alone."""
        hand, window = self.hand, self.window
        hand.press("ctrl+2")
        hand.settle()
        page = window._pages["audit"]
        hand.press("Home")
        hand.settle()
        hand.look("first-clip")
        hand.press("e")
        hand.write(" indeed")
        hand.look("editing")
        hand.press("Escape")
        hand.press("g")
        hand.settle()
        hand.look("spectrogram")
        hand.press("g", "slash")
        hand.write("finding:any")
        hand.press("Return")
        hand.settle()
        hand.look("filtered")
        hand.press("ctrl+shift+s")
        hand.until(lambda: QApplication.activeModalWidget() is not None, "save filter")
        hand.write("odd clips")
        hand.look("save-filter")
        hand.press("Return")
        hand.until(lambda: window.session.project.filters.all(), "the filter is saved")
        hand.press("alt+equal", "alt+equal")
        hand.settle()
        hand.look("saved-and-taller")
        hand.press("alt+0", "ctrl+slash")
        hand.until(lambda: QApplication.activePopupWidget() is not None, "the filters")
        hand.look("filters")
        hand.press("Escape")
        hand.press("slash", "ctrl+a", "BackSpace", "Return", "Home")
        hand.settle()
        for place in range(CLIPS):
            hand.until(lambda row=place: page.view.current_row == row, "the next clip")
            hand.press(str(1 + place % 5), "x" if place % 5 == 4 else "Return")
            if place == 20:
                hand.look("judging")
        hand.settle()
        assert (self.count("state:kept"), self.count("state:dropped")) == (64, 16)
        hand.look("judged")
        hand.press("ctrl+shift+i")
        hand.until(lambda: QApplication.activePopupWidget() is not None, "the session summary")
        hand.look("session")
        hand.press("Escape")
        hand.press("ctrl+z", "ctrl+z")
        hand.look("undone")
        hand.press("ctrl+y", "ctrl+y")
        assert self.count("state:undecided") == 0
        hand.click(lambda: page.ui.table.viewport(), button=3)
        hand.look("context-menu")
        hand.press("Escape")

    def map(self) -> None:
        """Map: clips are lassoed and given a category."""
        hand, window = self.hand, self.window
        hand.press("ctrl+3")
        hand.settle()
        page = window._pages["map"]
        hand.look("all")
        hand.press("l")
        corners = [(0.1, 0.1), (0.5, 0.1), (0.5, 0.9), (0.1, 0.9), (0.1, 0.1)]
        hand.drag(lambda: page.ui.scatter, corners)
        hand.until(lambda: page.model.selection.ids.size, "clips are selected")
        hand.settle()
        hand.look("lassoed")
        hand.press("c")
        hand.settle()
        hand.look("coloured")
        hand.press("Escape")

    def balance(self) -> None:
        """Balance: the categories, and the next step by its button."""
        hand, window = self.hand, self.window
        hand.press("ctrl+4")
        hand.settle()
        page = window._pages["balance"]
        hand.until(lambda: page.model.plans.planner is not None, "planned")
        hand.look("categories")
        hand.press("Down", "Down", "Return")
        hand.settle()
        hand.look("suggestions")
        hand.press("c")
        self.in_dialog("category", "e")

    def export(self) -> None:
        """Export: rejected clips by reason, and a bundle that is written."""
        hand, window = self.hand, self.window
        hand.press("ctrl+5")
        hand.settle()
        page = window._pages["export"]
        hand.look("checked")
        out = self.path.parent / "bundle"
        hand.click(lambda: page.choices.out)
        hand.press("ctrl+a")
        hand.write(str(out))
        hand.press("ctrl+e")
        hand.until(lambda: (out / "manifest.jsonl").exists(), "a bundle is written")
        hand.settle()
        hand.look("exported")

    def training(self) -> None:
        """Training: curves of runs, the form of a new one, listening and comparing."""
        hand, window = self.hand, self.window
        hand.press("ctrl+6")
        hand.settle()
        page = window._pages["training"]
        hand.until(lambda: page.ui.list.model().rowCount() == 2 and not page.runs.busy, "runs")
        hand.ask(page.ui.focus_list)
        hand.press("Home")
        hand.settle()
        hand.look("run")
        hand.move(lambda: page.ui.view.curves)
        hand.look("hover")
        curves = page.ui.view.curves
        hand.drag(lambda: curves, [(0.4, 0.5), (0.6, 0.5), (0.8, 0.5)])
        hand.until(lambda: curves.zoom is not None, "the curve is zoomed")
        hand.look("zoomed")
        hand.press("alt+equal", "alt+equal")
        hand.until(lambda: curves.value_zoom is not None, "the values are zoomed")
        hand.look("zoomed-vertically")
        hand.press("f")
        hand.until(lambda: not curves.is_zoomed, "the whole curve is shown")
        hand.drag(lambda: curves, [(0.3, 0.4), (0.5, 0.6), (0.7, 0.8)])
        hand.until(lambda: curves.value_zoom is not None, "a box is zoomed")
        hand.press("f")
        hand.press("h")
        hand.settle()
        hand.look("by-epoch")
        hand.press("h", "n")
        hand.look("new-training")
        hand.press("Escape", "l")
        hand.settle()
        hand.look("listening")
        hand.press("Escape")
        hand.settle()
        hand.ask(page.ui.focus_list)
        hand.press("ctrl+a", "c")
        hand.until(lambda: page.ui.front.currentWidget() is page.ui.comparison, "compared")
        hand.look("comparison")
        hand.press("Escape")

    def dialogs(self) -> None:
        """Dialogs: each opens by its keys and is left by Esc."""
        hand = self.hand
        hand.press("ctrl+2")
        hand.press("ctrl+k")
        hand.write("box select")
        hand.look("palette")
        hand.press("Escape")
        for name, key in (
            ("keys", "F1"),
            ("settings", "ctrl+comma"),
            ("snapshots", "ctrl+shift+h"),
            ("merge", "ctrl+shift+m"),
            ("cleaning", "ctrl+shift+c"),
        ):
            self.in_dialog(name, key)

    def shell(self) -> None:
        """Shell: menu bar, jobs, history; the project closes and the window ends by keys."""
        hand, window = self.hand, self.window
        hand.press("F10")
        hand.look("menu")
        hand.press("Right", "Right", "Down")
        hand.look("menu-clip")
        hand.press("Escape", "Escape")
        hand.press("ctrl+j")
        hand.settle()
        hand.look("jobs")
        hand.press("ctrl+h")
        hand.settle()
        hand.look("history")
        hand.press("ctrl+w")
        hand.until(lambda: window.session is None, "the project is closed")
        hand.look("start-again")


JOURNEYS = (
    "start", "intake", "audit", "map", "balance", "export", "training", "dialogs", "shell",
)  # fmt: skip


def make_folder(folder: Path) -> Path:
    """A quiz show of eighty clips, and two runs beside it."""
    path = quiz_show(folder)
    losses = {0: 4.0, 1: 3.1, 2: 2.6, 3: 2.4, 4: 2.35}
    for number, change in ((1, 0.0), (2, -0.25)):
        series = {epoch: loss + change * (epoch > 0) for epoch, loss in losses.items()}
        run = a_run(folder / f"run-{number}", series)
        speech_on_the_way(run, (20, 40))
        an_evaluation(run, (20, 40), gain=0.1 * number)
    return path


def travel(out: Path, theme: str, pages: tuple[str, ...]) -> str:
    """Go through pages on the screen of this process; "" or what went wrong."""
    application = QApplication([])
    dress(application)
    use_test_font(application)
    wear(application, theme)
    trouble: list[str] = []
    with tempfile.TemporaryDirectory(prefix="curator-journey-") as name, window_manager():
        path = make_folder(Path(name))
        settings = WindowSettings()
        settings.set("theme", theme)
        settings.set("processes", 1)
        settings.remember(path)
        window = MainWindow(settings, Messages())
        window.showMaximized()
        window.activateWindow()
        handle = window.windowHandle()
        until(lambda: handle.isExposed() and window.isActiveWindow(), "the window is in front")
        hand = Hand(window, out)
        traveller = Traveller(window, hand, path)

        def go() -> None:
            try:
                for page in JOURNEYS:
                    if page in pages:
                        hand.page = page
                        getattr(traveller, page)()
            except Exception:  # noqa: BLE001  # told by the thread of the window
                trouble.append(traceback.format_exc())
                hand.look("trouble")
            hand.ask(lambda: QTimer.singleShot(0, application.quit))

        going = threading.Thread(target=go, name="journey")
        going.start()
        application.exec()
        going.join()
        errors = [each.text for each in window.messages.all if each.level == "error"]
        window.close()
    return "\n".join([*trouble, *errors])


def on_screen(size: ScreenSize, theme: str, out: Path, pages: tuple[str, ...]) -> int:
    """Travel in a process of its own, on a virtual screen of a size."""
    folder = out / f"{size.name}-{theme}"
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": str(size.scale)}
    command = [sys.executable, "-m", "tests.journeys.pages", str(folder), "--inside"]
    command += ["--theme", theme, "--pages", *pages]
    screen = f"-screen 0 {size.width}x{size.height}x24"
    command = ["xvfb-run", "-a", "-s", screen, *command]
    return subprocess.run(command, env=environment, timeout=PATIENCE_S, check=False).returncode


def can_travel() -> bool:
    """Whether the programs are there that journeys need."""
    return all(shutil.which(name) for name in ("xvfb-run", "xdotool", "openbox"))


def main() -> int:
    """Go through the pages at all sizes and themes that are asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("out", type=Path)
    asked.add_argument("--size", choices=tuple(SIZES), action="append")
    asked.add_argument("--theme", choices=THEMES, action="append")
    asked.add_argument("--pages", choices=JOURNEYS, nargs="+", default=list(JOURNEYS))
    asked.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    themes, pages = chosen.theme or THEMES, tuple(chosen.pages)
    if chosen.inside:
        trouble = travel(chosen.out, themes[0], pages)
        sys.stderr.write(trouble)
        return 1 if trouble else 0
    if not can_travel():
        sys.stderr.write("Journeys need xvfb-run, xdotool and openbox.\n")
        return 1
    failed = 0
    for name in chosen.size or SIZES:
        for theme in themes:
            failed += on_screen(SIZES[name], theme, chosen.out, pages) != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
