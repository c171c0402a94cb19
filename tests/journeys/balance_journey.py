"""Screenshots of balancing a set merged from a quiz show and an interview.

``python -m tests.journeys.balance_journey OUT`` makes both recordings, analyses and merges them;
with ``--quiz show.curator`` it starts from a copy of an analysed quiz show. Keys label a few clips
in Audit, then accept, correct or drop suggestions, starting with the category farthest from its
target, until every target is reached or no suggestions are left.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from curator.ui.app import dress
from curator.ui.balance.page import BalancePage
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings
from curator.ui.theme import wear
from tests.helpers.fonts import use_test_font
from tests.helpers.interview import INTERVIEW, write_interview
from tests.helpers.waiting import rest, until
from tests.journeys.film import CONTROL, Film, press, window_manager

# Qt comes after curator.ui, which keeps its binding from ending the program.
from PySide6.QtCore import Qt  # isort: skip
from PySide6.QtWidgets import QApplication  # isort: skip

TARGET = ("--clips", "4", "--minutes", "0.2")
LABELLED = 18
"""Clips labelled before the first suggestions."""

TruthOf = Callable[[int], str | None]
"""True category of a clip id; None for a clip of another voice."""


def category_of(text: str) -> str | None:
    """Category of the scripted line that shares most words with a transcript."""
    from curator.demo.script import read_script

    lines = [(line.text, line.category) for line in read_script().lines(0)]
    lines += [(text, category) for category, text in INTERVIEW]
    words = set(_words(text))
    shared = [len(words & set(_words(line))) / (len(_words(line)) or 1) for line, _ in lines]
    return lines[int(np.argmax(shared))][1]


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()


def digit_of(window: MainWindow, emotion: str) -> Qt.Key:
    """Key that sets a category."""
    assert window.session is not None
    emotions = window.session.project.settings.emotions.emotions
    digit = next(each.digit for each in emotions if each.key == emotion)
    return Qt.Key(Qt.Key.Key_0 + int(digit))


def label_in_audit(window: MainWindow, truth_of: TruthOf, clips: list[int]) -> None:
    """Label and keep the first clips of the list, one key each."""
    press(window, Qt.Key.Key_2, CONTROL)
    page = window._pages["audit"]
    until(lambda: page.ui.table.model().rowCount() >= len(clips), "the clips are listed")
    page.ui.table.setFocus()
    for clip in clips:
        window.session.choose(clip)
        until(
            lambda clip=clip: page.view.clip is not None and page.view.clip.id == clip,
            "the clip is current",
        )
        truth = truth_of(clip)
        if truth is None:
            press(window, Qt.Key.Key_X)
        else:
            press(window, digit_of(window, truth))
            press(window, Qt.Key.Key_Return)


def fill(window: MainWindow, truth_of: TruthOf, take: Callable[[str], None]) -> BalancePage:
    """Fill categories on the balance page, the one farthest from its target first."""
    press(window, Qt.Key.Key_4, CONTROL)
    page = window._pages["balance"]
    assert isinstance(page, BalancePage)
    _await_suggestions(window, page)
    take("suggestions")
    exhausted: set[str] = set()
    while True:
        lacking = [
            each.key
            for each in page.model.plans.plan.balance.categories
            if not each.is_reached and each.key not in exhausted
        ]
        if not lacking:
            break
        thinnest = page.model.plans.plan.thinnest.key
        key = thinnest if thinnest in lacking else lacking[0]
        press(window, Qt.Key.Key_C)
        page.ui.table.set_category(key)
        press(window, Qt.Key.Key_L)
        take(f"suggested-{key}")
        if page.model.lists_unlabelled or page.ui.list.current is None:
            exhausted.add(key)
            continue
        _go_through(window, page, truth_of, key)
        _await_suggestions(window, page)
    take("filled")
    return page


def _go_through(window: MainWindow, page: BalancePage, truth_of: TruthOf, key: str) -> None:
    """Decide about suggested clips until the target of the category is reached."""
    while page.ui.list.current is not None:
        reached = next(
            e for e in page.model.plans.plan.balance.categories if e.key == key
        ).is_reached
        if reached:
            return
        row = page.ui.list.current
        truth = truth_of(row.clip.id)
        if truth is None:
            press(window, Qt.Key.Key_X)
        elif truth == row.suggestion.emotion:
            press(window, Qt.Key.Key_Return)
        else:
            press(window, digit_of(window, truth))


def _await_suggestions(window: MainWindow, page: BalancePage) -> None:
    """Wait for suggestions from the current labels."""
    from curator.jobs.suggesting import is_current

    until(lambda: page.model.plans.planner is not None, "counted")
    page.model.updater.update()
    session = window.session
    assert session is not None
    until(
        lambda: is_current(session.project) and not session.errands.running and page.model.result,
        "learned",
    )


def curator(*words: object) -> None:
    """Run a command of the command line."""
    command = [sys.executable, "-m", "curator", *map(str, words)]
    subprocess.run(command, check=True, timeout=3600, stdout=subprocess.DEVNULL)


def prepare(folder: Path, quiz: Path | None) -> Path:
    """Create an analysed project of both recordings with small targets."""
    project = folder / "quiz-show.curator"
    if quiz is None:
        from curator.demo.recording import make_recording

        curator("new", project, "--language", "en")
        curator("import", project, make_recording(folder).path)
    else:
        shutil.copytree(quiz, project, ignore=shutil.ignore_patterns("lock"))
    curator("analyse", project)
    other = folder / "interview.curator"
    curator("new", other, "--language", "en")
    curator("import", other, write_interview(folder / "interview.wav"))
    curator("analyse", other)
    curator("merge", project, other)
    curator("analyse", project)
    for key in ("greeting", "question", "tension", "confirmation", "excitement", "transition",
                "neutral"):  # fmt: skip
        curator("categories", project, "change", key, *TARGET)
    return project


def shoot(out: Path, theme: str, project: Path) -> None:
    """Take the screenshots in one theme."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    settings = WindowSettings()
    settings.set("theme", theme)
    settings.set("autoplay", False)
    wear(application, theme)
    film = Film(out, theme)
    window = MainWindow(settings, Messages())
    window.showMaximized()
    assert window.open_path(project), window.messages.all
    assert window.session is not None
    clips = window.session.project.clips.find()
    texts = {clip.id: clip.text for clip in clips}
    voiced = {clip.id: all(f.key != "other_voice" for f in clip.findings) for clip in clips}
    truth = {clip: category_of(text) if voiced[clip] else None for clip, text in texts.items()}
    press(window, Qt.Key.Key_4, CONTROL)
    rest(1_000)
    film.take("before")
    some = [clip.id for clip in clips[:: max(1, len(clips) // LABELLED)]]
    label_in_audit(window, truth.get, some)
    film.take("labelled")
    page = fill(window, truth.get, film.take)
    for _ in range(4):
        press(window, Qt.Key.Key_Plus)
    rest(600)
    film.take("sampling")
    press(window, Qt.Key.Key_W)
    film.take("suspects")
    check_missing(page)
    sys.stdout.write("\n".join(page.model.plans.plan.sentences()) + "\n")
    window.close()


def check_missing(page: BalancePage) -> None:
    """Assert that exactly the categories below their target are listed as missing."""
    plan = page.model.plans.plan
    assert plan is not None
    for each in plan.balance.categories:
        named = any(words.lower().startswith(f"{each.key} needs") for words in plan.shortfalls())
        assert each.is_reached != named, each.key
        if named:
            rows = page.ui.missing.texts()
            assert each.emotion is not None
            assert any(row.startswith(f"{each.emotion.name}: ") for row in rows)


def main() -> None:
    """Take the screenshots in each theme."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("out", type=Path)
    asked.add_argument("--quiz", type=Path)
    asked.add_argument("--theme", choices=("light", "dark"), action="append")
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="curator-film-") as name, window_manager():
        project = prepare(Path(name), chosen.quiz)
        application = QApplication([])
        dress(application)
        use_test_font(application)
        for theme in chosen.theme or ("light", "dark"):
            copy = Path(name) / theme / project.name
            shutil.copytree(project, copy, ignore=shutil.ignore_patterns("lock"))
            shoot(chosen.out, theme, copy)


if __name__ == "__main__":
    main()
