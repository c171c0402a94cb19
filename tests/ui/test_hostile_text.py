"""Every widget of the window with HTML in every text of a project: shown, never rendered."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QMessageBox, QWidget

from curator.domain.decision import correct_text, give_emotion, keep
from curator.domain.resources import resources
from curator.store.project import Project
from curator.ui import page_list
from curator.ui.elided_label import ElidedLabel
from curator.ui.history.snapshots_dialog import SnapshotsDialog
from curator.ui.page import label
from curator.ui.plain_text import tool_tip
from tests.helpers.factories import a_finding, a_recording, say, some_clips
from tests.helpers.waiting import has_timers, has_work

HTML = '<img src="http://127.0.0.1:9/x.png"><b>bold</b>'


def rendered(widget: QWidget) -> list[str]:
    """What of a widget and its children would be rendered as rich text, with HTML in it."""
    faults = []
    for each in [widget, *widget.findChildren(QWidget)]:
        name = f"{type(each).__name__} {each.objectName()}"
        plain = Qt.TextFormat.PlainText
        of_form = isinstance(each, QLabel) and each.buddy() is not None  # our own words
        if isinstance(each, QLabel | QMessageBox) and each.textFormat() != plain and not of_form:
            faults.append(f"{name} is not plain: {each.text()[:60]!r}")
        if GuiQt.mightBeRichText(each.toolTip()) and "<img" in each.toolTip():
            faults.append(f"the tool tip of {name}")
        if isinstance(each, QAbstractItemView) and each.model() is not None:
            model = each.model()
            for row in range(min(model.rowCount(), 50)):
                for column in range(model.columnCount()):
                    tip = model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)
                    if isinstance(tip, str) and GuiQt.mightBeRichText(tip) and "<img" in tip:
                        faults.append(f"a tool tip of {name}, column {column}")
    return faults


@pytest.fixture
def hostile(session_of, tmp_path):
    """A session of a project with HTML as text, category, finding, file name and snapshot."""
    categories = (resources() / "categories" / "quiz_show.toml").read_text(encoding="utf-8")
    categories = categories.replace('"Tension"', f"'{HTML}'")
    path = tmp_path / "show.curator"
    project = Project.create(path, language="en", target="xtts_v2", categories=categories)
    recording = a_recording(project, f"/speech/{HTML.replace('/', '_')}.wav", licence=HTML)
    some_clips(project, recording)
    clips = project.clips.ids()
    for clip in clips:
        say(project, clip, HTML)
    project.facts.set_findings({clip: [a_finding("clipped", sentence=HTML)] for clip in clips})
    project.decisions.apply(correct_text(clips[:2], HTML))
    project.decisions.apply(give_emotion(clips[:3], "tension"))
    project.decisions.apply(keep(clips[:4]))
    project.snapshots.take(HTML)
    return session_of(project)


@pytest.mark.parametrize("kind", page_list.PAGES, ids=lambda kind: kind.key)
def test_no_page_renders_foreign_text(qtbot, hostile, kind):
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.resize(1200, 800)
    page = kind.build(hostile, holder)
    page.resize(holder.size())
    holder.show()
    page.show()
    page.shown()
    qtbot.waitUntil(lambda: not (has_work(hostile) or has_timers(page)))
    faults = rendered(page)
    page.close_page()
    assert not faults


def test_the_snapshots_dialog_renders_no_foreign_text(qtbot, hostile):
    dialog = SnapshotsDialog(hostile)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: not has_work(hostile))
    assert not rendered(dialog)


def test_labels_and_tool_tips_show_html_as_it_is(qtbot):
    for widget in (label(HTML), ElidedLabel(HTML)):
        qtbot.addWidget(widget)
        assert widget.textFormat() == Qt.TextFormat.PlainText
    assert "&lt;img" in tool_tip(HTML)
    assert tool_tip("a < b & c") == "a < b & c"
