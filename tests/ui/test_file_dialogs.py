"""File dialogs are those of the system, as far as it has some, and as Qt makes them."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

import curator.ui
from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from tests.helpers.factories import a_project

NOT_NATIVE = ("DontUseNativeDialog", "setIconProvider", "setItemDelegate", "setProxyModel")
"""What makes Qt draw the dialog itself, with the style and the icons of the program."""

OPENERS = (("window", "open_project"), ("intake", "add_files"), ("intake", "add_folder"))


@pytest.mark.parametrize(("owner", "opener"), OPENERS)
def test_a_file_dialog_may_be_the_systems(qtbot, settings, tmp_path: Path, owner: str, opener: str):
    with a_project(tmp_path) as project:
        path = project.path
    window = MainWindow(settings, Messages())
    qtbot.addWidget(window)
    window.show()
    assert window.open_path(path)
    window.show_page("intake")
    getattr(window if owner == "window" else window._pages[owner], opener)()
    (dialog,) = window.findChildren(QFileDialog)
    assert not dialog.testOption(QFileDialog.Option.DontUseNativeDialog)
    assert dialog.isVisible()
    dialog.close()
    window.close()


def test_no_file_dialog_of_the_window_is_drawn_by_the_program():
    folder = Path(curator.ui.__file__).parent
    sources = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.py")}
    opening = {path: text for path, text in sources.items() if "QFileDialog(" in text}
    assert len(opening) > 5
    for path, text in opening.items():
        assert not [word for word in NOT_NATIVE if word in text], path
        assert "dialog.exec()" not in text, f"{path}: exec blocks the window behind it"
    assert not [path for path, text in sources.items() if "AA_DontUseNative" in text]
