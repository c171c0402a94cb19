"""The packages dialog: sizes first, installation as a job, and the notices that lead to it."""

import pytest

from curator.ui.jobs.downloads import Downloads
from curator.ui.jobs.work_list import WorkList
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.setup import missing_part
from curator.ui.setup.dialog import SetupDialog
from curator.ui.setup.parts_list import PartRow
from curator.ui.training.start_panel import StartPanel

LISTED_MS = 60_000


def a_part(key: str = "training", *, installed: bool = False, own: bool = False) -> PartRow:
    return PartRow(key, "training", 2.2, installed, own, "CPU only", "/nowhere/torch")


@pytest.fixture
def dialog(qtbot, monkeypatch: pytest.MonkeyPatch) -> SetupDialog:
    """The dialog without the process that lists the parts."""
    monkeypatch.setattr("curator.ui.setup.parts_list.PartsList.read", lambda _self: None)
    dialog = SetupDialog(Downloads(Messages(), WorkList()))
    qtbot.addWidget(dialog)
    return dialog


def test_sizes_are_shown_before_anything_is_installed(dialog: SetupDialog):
    dialog._show([a_part(), a_part("cleaning", installed=True), a_part("chatterbox", own=True)])
    texts = {key: view.state.text() for key, view in dialog.views.items()}
    assert texts["training"] == "About 2.2 GB of disk space, half of it to download."
    assert (texts["cleaning"], texts["chatterbox"]) == ("Installed.", "Part of this installation.")
    shown = [key for key, view in dialog.views.items() if not view.install.isHidden()]
    assert shown == ["training"]
    assert "This machine: CPU only." in dialog.where.text()
    assert dialog._downloads.active == []


def test_installing_shows_progress_and_can_be_cancelled(dialog: SetupDialog, monkeypatch):
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(
        "curator.ui.jobs.curator_process.CuratorProcess.start",
        lambda _self, *words: started.append(words),
    )
    dialog._show([a_part()])
    view = dialog.views["training"]
    view.install.click()
    assert started == [("setup", "--yes", "--json", "--", "training")]
    download = dialog._downloads._running["part training"]
    download._take(
        {"event": "progress", "bytes": 11, "of": 44, "stage": "Downloading torch (846.8MiB)"}
    )
    assert view.state.text().startswith("Downloading torch (846.8MiB) 25 %, 11 bytes / 44 bytes")
    assert view.bar.value() == 250
    assert view.install.isHidden()
    view.cancel.click()
    assert view.cancel.isHidden()
    assert not view.install.isHidden()


def test_the_command_lists_the_parts_of_this_machine(qtbot):
    dialog = SetupDialog(Downloads(Messages(), WorkList()))
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: len(dialog.views) == 3, timeout=LISTED_MS)
    assert list(dialog.views) == ["training", "chatterbox", "cleaning"]
    assert "free in" in dialog.where.text()


def test_a_new_training_without_the_packages_leads_to_them(qtbot, monkeypatch):
    panel = StartPanel()
    qtbot.addWidget(panel)
    assert panel.missing.isHidden() is missing_part.is_usable("training")
    monkeypatch.setattr(missing_part, "is_usable", lambda _key: False)
    panel.missing.refresh()
    assert not panel.missing.isHidden()
    with qtbot.waitSignal(panel.setup_wanted):
        panel.missing.install.click()
    monkeypatch.setattr(missing_part, "is_usable", lambda key: key == "chatterbox")
    panel.missing.refresh()
    assert panel.missing.isHidden()


def test_the_menu_opens_it_without_a_project(qtbot, settings):
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    window.commands.trigger("window.show_setup")
    (dialog,) = window.findChildren(SetupDialog)
    dialog.close()
