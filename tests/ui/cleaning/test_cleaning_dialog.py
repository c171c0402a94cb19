"""Cleaning dialog with real sound; the guard's models are replaced by fakes."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import Qt

import curator.ui
import curator.ui.cleaning as cleaning_package
from curator.domain.cleaning import BeforeAfter, CleaningComparison, judged
from curator.domain.decision import Field
from curator.jobs import cleaning
from curator.store.project import Project
from curator.ui.audit.findings_panel import FIXES
from curator.ui.audit.page import AuditPage
from curator.ui.cleaning.dialog import CleaningDialog
from curator.ui.dialogs import cleaning_scopes, open_cleaning
from curator.ui.intake.page import IntakePage
from curator.ui.messages import Messages
from curator.ui.session import Session
from curator.ui.settings import WindowSettings
from curator.ui.sound.playable import PlayableClip
from tests.helpers.audit_window import a_spoken_project
from tests.helpers.leaks import nothing_left
from tests.helpers.players import FakePlayer
from tests.helpers.stalls import watched
from tests.ui.history.test_snapshots_dialog import rows
from tests.ui.test_access import nameless

GOOD = {"dnsmos_bak": BeforeAfter(2.1, 3.6), "similarity": BeforeAfter(0.91, 0.9)}
BAD = {"dnsmos_bak": BeforeAfter(2.1, 3.6), "similarity": BeforeAfter(0.91, 0.7)}
SOON = 60_000


@pytest.fixture(autouse=True)
def _leaks(qapp: object) -> Iterator[None]:
    assert curator.ui
    with nothing_left():
        yield


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: object) -> Iterator[Session]:
    """Four clips of noise; the guard refuses the first clip of a request."""

    def clean(work, options, recipe, clips):
        work.write(lambda owner: cleaning._know(owner, recipe))
        outcome = cleaning.Outcome(recipe)
        numbers = {number for _, number, _ in work.project.clips.spans(clips)}
        outcome.failures = cleaning.make_cleaned(work, options, recipe, sorted(numbers))
        outcome.verdicts = {clip: judged(GOOD if clip != min(clips) else BAD) for clip in clips}
        return outcome

    monkeypatch.setattr(cleaning, "clean", clean)
    monkeypatch.setattr(cleaning, "follow", lambda work, options, clips: 0)
    made = Session(Project.open(a_spoken_project(tmp_path, 4)), WindowSettings(), Messages())
    made.choose(made.project.clips.ids()[1])
    yield made
    made.close()


class RecordingPlayer(FakePlayer):
    """Records the played sounds, too."""

    def __init__(self) -> None:
        super().__init__()
        self.sounds: list[PlayableClip] = []

    def play(self, sound: PlayableClip, **how: object) -> None:
        self.sounds.append(sound)
        super().play(sound, **how)


@pytest.fixture
def player() -> RecordingPlayer:
    return RecordingPlayer()


@pytest.fixture
def dialog(qtbot, session: Session, player: FakePlayer) -> Iterator[CleaningDialog]:
    """Dialog with all recordings and the recipe "hum", before a trial."""
    made = CleaningDialog(session, cleaning_scopes(session, [], None), None, player)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.ui.recipe.findText("hum") >= 0, timeout=SOON)
    made.ui.scope.setCurrentIndex(made.ui.scope.count() - 1)
    made.ui.recipe.setCurrentIndex(made.ui.recipe.findText("hum"))
    qtbot.waitUntil(lambda: len(rows(made.ui.clips)) == 4, timeout=SOON)
    yield made
    made.close()


def tried(qtbot, dialog: CleaningDialog) -> None:
    dialog.ui.try_recipe.click()
    player = dialog.ui.player
    qtbot.waitUntil(
        lambda: dialog.ui.apply.isEnabled() and bool(player.versions and player.versions.after),
        timeout=SOON,
    )


def test_refused_clips_stay_and_applying_is_one_undo_step(qtbot, dialog, session):
    before = session.project.decisions.state_hash()
    assert {row[3] for row in rows(dialog.ui.clips)} == {"not tried"}
    assert not dialog.ui.apply.isEnabled()
    assert not nameless(dialog)
    tried(qtbot, dialog)
    assert "3 clips accepted, 1 refused" in dialog.ui.status.text()
    qtbot.waitUntil(lambda: rows(dialog.ui.clips)[1][3] == "accepted", timeout=SOON)
    assert rows(dialog.ui.clips)[0][3].startswith("refused: the voice has changed")
    assert rows(dialog.ui.clips)[1][2] == "background 2.1 -> 3.6, voice 0.91 -> 0.90"
    assert session.project.decisions.state_hash() == before
    dialog.ui.apply.click()
    assert session.project.decisions.elsewhere(Field.RECORDING_RECIPE)
    qtbot.waitUntil(lambda: rows(dialog.ui.clips)[1][4] == "hum", timeout=SOON)
    qtbot.waitUntil(dialog.ui.restore.isEnabled, timeout=SOON)
    after = session.project.decisions.state_hash()
    dialog.activateWindow()
    qtbot.keyClick(dialog.ui.clip_table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.project.decisions.state_hash() == before
    qtbot.keyClick(dialog.ui.clip_table, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert session.project.decisions.state_hash() == after
    dialog.ui.restore.click()
    session.undo()
    session.undo()
    assert session.project.decisions.state_hash() == before


def test_three_keys_play_the_three_sounds_in_a_loop(qtbot, dialog, player):
    tried(qtbot, dialog)
    versions = dialog.ui.player.versions
    sounds = [versions.before, versions.after, versions.removed]
    assert len({sound.samples.size for sound in sounds}) == 1
    loud = [float(np.sqrt(np.mean(sound.samples**2))) for sound in sounds[:2]]
    assert abs(20 * np.log10(loud[0] / loud[1])) < 3
    dialog.ui.player.play(0)
    dialog.ui.player.play(2)
    assert [each.loop for each in player.played] == [True, True]
    assert dialog.ui.player.buttons[2].isChecked()
    dialog.ui.player.play(2)
    assert player.at is None
    qtbot.waitUntil(lambda: all(view.ready for view in dialog.ui.player.views), timeout=SOON)


def test_the_keys_1_2_and_3_play_and_stop(qtbot, dialog, player):
    tried(qtbot, dialog)
    versions = dialog.ui.player.versions
    dialog.activateWindow()
    for key, sound in ((Qt.Key.Key_1, versions.before), (Qt.Key.Key_2, versions.after)):
        qtbot.keyClick(dialog.ui.clip_table, key)
        assert player.sounds[-1] is sound
        assert player.played[-1].loop
    qtbot.keyClick(dialog.ui.scope, Qt.Key.Key_3)
    assert player.sounds[-1] is versions.removed
    qtbot.keyClick(dialog.ui.clip_table, Qt.Key.Key_3)
    assert player.at is None
    qtbot.keyClick(dialog.ui.clip_table, Qt.Key.Key_1)
    dialog.ui.clip_table.selectRow(3)  # another clip: what played was not of it
    assert player.at is None
    qtbot.waitUntil(lambda: dialog.ui.player.versions is not None, timeout=SOON)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_loaded_recipe_stays_listed(qtbot, dialog, session, tmp_path):
    own = tmp_path / "mine.toml"
    own.write_text('use = "Mine."\n[[step]]\ncleaner = "high_pass"\nhz = 123.0\n')
    dialog.commands.read_file(str(own))
    qtbot.waitUntil(lambda: dialog.ui.use.text() == "Mine.", timeout=SOON)
    assert dialog.ui.recipe.currentText() == "mine"
    count = dialog.ui.recipe.count()
    dialog.commands.read_file(str(own))
    tried(qtbot, dialog)
    assert dialog.ui.recipe.count() == count
    own.write_text('[[step]]\ncleaner = "high_pass"\nhz = -5\n')
    dialog.commands.read_file(str(own))
    qtbot.waitUntil(lambda: "outside" in dialog.ui.status.text(), timeout=SOON)
    assert dialog.ui.recipe.currentText() == "mine"
    dialog.close()

    again = CleaningDialog(session, cleaning_scopes(session, [], None), None, FakePlayer())
    again.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(again)
    qtbot.waitUntil(lambda: again.ui.recipe.findText("mine") >= 0, timeout=SOON)
    again.close()


def test_a_large_edit_is_written_in_the_background_and_undone_at_once(
    qtbot, dialog, session, monkeypatch
):
    monkeypatch.setattr("curator.ui.write_queue.LARGE", 2)
    before = session.project.decisions.state_hash()
    tried(qtbot, dialog)
    with qtbot.waitSignal(session.changed, timeout=SOON), watched() as watch:
        dialog.ui.apply.click()
        assert session.writes.busy
    watch.require_none()
    assert session.project.decisions.elsewhere(Field.RECORDING_RECIPE)
    assert session.project.decisions.undo_label() == "Clean by hum (3 clips)"
    with qtbot.waitSignal(session.changed, timeout=SOON):
        session.undo()
    assert session.project.decisions.state_hash() == before


def test_a_job_shows_its_progress_and_can_be_stopped(qtbot, dialog, session, monkeypatch):
    def clean(work, options, recipe, clips):
        work.watcher.started("clean", 1, 300 * 60.0)
        while True:
            work.watcher.progressed(0, 43 * 60.0)
            work.look_up()
            time.sleep(0.02)

    monkeypatch.setattr(cleaning, "clean", clean)
    assert not dialog.ui.stop.isVisible()
    dialog.ui.try_recipe.click()
    qtbot.waitUntil(lambda: dialog.ui.status.text() == "cleaning: 43 of 300 min", timeout=SOON)
    assert not dialog.ui.try_recipe.isEnabled()
    dialog.ui.stop.click()
    qtbot.waitUntil(lambda: dialog.ui.status.text().startswith("Stopped."), timeout=SOON)
    assert dialog.ui.try_recipe.isEnabled()
    assert not dialog.ui.stop.isVisible()


def test_the_window_stays_responsive(qtbot, dialog, session):
    with watched() as watch:
        tried(qtbot, dialog)
        for row in (1, 2, 3, 0):
            dialog.ui.clip_table.selectRow(row)
            qtbot.waitUntil(lambda: dialog.ui.player.versions is not None, timeout=SOON)
        qtbot.waitUntil(lambda: all(view.ready for view in dialog.ui.player.views), timeout=SOON)
        dialog.ui.apply.click()
        qtbot.waitUntil(lambda: rows(dialog.ui.clips)[1][4] == "hum", timeout=SOON)
    watch.require_none()


def test_the_pages_open_it(qtbot, session):
    audit, intake = AuditPage(session), IntakePage(session)
    for page in (audit, intake):
        qtbot.addWidget(page)
    front = []
    session.action_asked.connect(lambda _key: open_cleaning(session, front[-1], front[-1]))
    assert "Clean" in [fix.text.rstrip("…") for fix in FIXES["noisy"]]
    for page, start in ((audit, lambda: audit.commands._fix(FIXES["music"][0].action)),
                        (intake, intake.clean.click)):  # fmt: skip
        front.append(page)
        start()
        (opened,) = page.findChildren(CleaningDialog)
        assert opened.isVisible()
        assert opened.ui.scope.count() >= 2
        opened.close()
        page.close_page()


def test_every_text_can_be_translated():
    """lupdate extracts every text of the dialog in the context that looks it up."""
    tool = shutil.which("pyside6-lupdate", path=str(Path(sys.executable).parent))
    if tool is None:
        pytest.skip("pyside6-lupdate is not installed")
    folder = Path(cleaning_package.__file__).parent
    with tempfile.TemporaryDirectory() as place:
        catalogue = Path(place) / "texts.ts"
        files = [*sorted(folder.glob("*.py")), folder.parent / "dialogs.py"]
        command = [tool, *map(str, files), "-ts", str(catalogue)]
        subprocess.run(command, check=True, capture_output=True)
        root = ElementTree.parse(catalogue).getroot()
    texts = {
        context.findtext("name"): {each.findtext("source") for each in context.iter("message")}
        for context in root.iter("context")
    }
    assert set(texts) == {
        "BeforeAfterPlayer",
        "Cleaning",
        "CleaningCommands",
        "CleaningDialog",
        "CleaningLayout",
        "CleaningResults",
    }
    assert {"all recordings", "not tried", "%n clip accepted"} <= texts["Cleaning"]
    assert "Try" in texts["CleaningLayout"]


def test_recipes_are_compared_by_recording(qtbot, dialog, monkeypatch):
    def compare(work, options, recipes):
        overall, voice = BeforeAfter(2.0, 2.05), BeforeAfter(0.9, 0.89)
        (one,) = work.project.recordings.all()
        return {one.id: [CleaningComparison("hum", 4, 0.25, 0.05, overall, voice)]}

    monkeypatch.setattr(cleaning, "compare", compare)
    dialog.ui.compare.click()
    qtbot.waitUntil(lambda: len(rows(dialog.ui.comparison)) == 2, timeout=SOON)
    assert [row[1] + row[6] for row in rows(dialog.ui.comparison)] == ["nonebest", "hum"]
    assert rows(dialog.ui.comparison)[1][2:6] == ["4", "25%", "2.00 → 2.05", "0.90 → 0.89"]
