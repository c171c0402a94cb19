"""What the window says, compared with the project."""

import re

from PySide6.QtWidgets import QAbstractButton, QLabel, QTableView, QWidget

from curator.domain.clip_query import parse
from curator.domain.decision import State
from curator.ui.main_window import MainWindow
from curator.ui.wording import number

LISTED = 40
"""Rows of each list that are read."""

SAID = re.compile(r"(Kept|Dropped|Reset|Split) clip (\d+)")
STATES = {"Kept": State.KEPT, "Dropped": State.DROPPED, "Reset": State.UNDECIDED}


def require_truth(window: MainWindow) -> None:
    """AssertionError if the message, the commands or the current clip are wrong right now."""
    session = window.session
    assert session is not None
    _require_message(window)
    decisions = session.project.decisions
    for key, verb, label in (
        ("window.undo", "Undo", decisions.undo_label()),
        ("window.redo", "Redo", decisions.redo_label()),
    ):
        wanted = f"{verb}: {session.label_text(label)}" if label else verb
        shown = window.commands.action(key).text()
        assert session.writes.busy or shown == wanted, f"{shown!r} instead of {wanted!r}"
    assert window.top.buttons[window.page].isChecked()
    assert window.messages.page == window.page
    audit = window._pages.get("audit")
    if audit is not None and audit.isVisible() and audit.view.clip is not None:
        assert session.current == audit.view.clip.id


def _require_message(window: MainWindow) -> None:
    session, shown = window.session, window.messages.shown
    assert session is not None
    text = window.status._message.text()
    assert (shown is None) == (text == ""), f"{text!r} is shown for {shown}"
    if shown is None:
        return
    assert text.endswith(shown.text), f"{text!r} is shown for {shown}"
    assert shown.topic or shown.page == window.page, f"on page {window.page}: {shown}"
    decisions = session.project.decisions
    if shown.action == "window.undo":
        assert decisions.undo_label() is not None, shown
    if shown.action == "window.redo":
        label = decisions.redo_label()
        assert label is not None, shown
        assert shown.sentence == f"Undid: {session.label_text(label)}.", shown
    said = SAID.match(shown.sentence)
    if said is None:
        return
    verb, clip = said[1], int(said[2])
    if verb == "Split":
        assert not session.project.clips.spans([clip]), f"it is still there: {shown}"
    else:
        assert session.project.clips.get(clip).state is STATES[verb], shown


def require_settled_truth(window: MainWindow) -> None:
    """The same for what follows in the background, once it has followed."""
    session = window.session
    assert session is not None
    project = session.project
    _require_counts(window)
    require_no_placeholder(window)
    clips = project.clips.ids()
    assert session.current is None or session.current in clips or not clips, session.current
    pages = window._pages
    if (audit := pages.get("audit")) is not None:
        _require_audit(audit, session)
    if (chart := pages.get("map")) is not None and chart.model.clips.is_read:
        # A removed clip stays selected for an undo, and is in no action until then.
        acted = chart.model.shown_of(chart.model.selection.ids, chart.ui.scatter.shown)
        assert set(acted.tolist()) <= set(clips) or not chart.isVisible(), "a selected clip is gone"
        if chart.isVisible():
            assert set(chart.model.points.ids.tolist()) == set(clips), "the map shows other clips"
    if (intake := pages.get("intake")) is not None:
        model = intake.list.recordings
        shown = [model.row(row).recording for row in range(model.rowCount())]
        assert shown == list(project.recordings.all()), "other recordings are listed"


def require_no_placeholder(window: QWidget) -> None:
    """No visible text has a place for a value that was never put in."""
    texts = [
        widget.text()
        for kind in (QLabel, QAbstractButton)
        for widget in window.findChildren(kind)
        if widget.isVisible()
    ]
    for table in window.findChildren(QTableView):
        model = table.model()
        if table.isVisible() and model is not None:
            rows, columns = min(model.rowCount(), LISTED), model.columnCount()
            places = [(row, column) for row in range(rows) for column in range(columns)]
            texts += [str(model.index(*place).data() or "") for place in places]
    unfilled = [text for text in texts if re.search(r"%(\d|n)", text)]
    assert not unfilled, unfilled


def _require_counts(window: MainWindow) -> None:
    assert window.session is not None
    clips, status = window.session.project.clips, window.status
    counts = {
        state: clips.count(parse(f"state:{state}")) for state in ("kept", "dropped", "undecided")
    }
    assert status._kept.text() == f"{number(counts['kept'])} kept"
    assert status._dropped.text() == f"{number(counts['dropped'])} dropped"
    left = f"{number(counts['undecided'])} left"
    assert status._left.text().startswith(left), f"{status._left.text()} instead of {left}"


def _require_audit(audit, session) -> None:
    """The list is the answer to the query; the editor shows the clip as it is."""
    project, clips = session.project, session.project.clips
    assert not audit.view._stale
    assert audit.view._pending is None
    if not audit.model.query.terms:
        assert sorted(audit.model.ids.tolist()) == sorted(clips.ids())
    else:  # a list keeps clips that no longer pass the filter until it is asked for again
        assert set(audit.model.ids.tolist()) <= set(clips.ids())
    clip = audit.view.clip
    if clip is None:
        assert not audit.model.ids.size, "no clip of the list is shown"
        return
    stored = clips.get(clip.id)
    assert (clip.state, clip.emotion, clip.text, clip.span) == (
        stored.state,
        stored.emotion,
        stored.text,
        stored.span,
    ), f"clip {clip.id} is shown as it was"
    editor = audit.ui.editor
    assert str(stored.state) in editor._title.text(), editor._title.text()
    if stored.text and not editor.text.is_edited:
        assert editor.text.toPlainText() == stored.text
    checked = [key for key, each in audit.ui.categories._buttons.items() if each.isChecked()]
    assert checked == [key for key in [stored.emotion] if key in project.settings.emotions.keys]
