"""The list of clips: position of the current row, columns, context menu and re-cut clips."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from curator.domain.fact import RecordingTranscript, Transcript, Word
from curator.ui.audit.clip_cell_delegate import SIDE
from curator.ui.audit.column_header import KEYS
from curator.ui.audit.list_columns import COLUMNS
from tests.helpers.audit_window import RATE, Audit
from tests.helpers.factories import TRANSCRIBE, score

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def shown(audit: Audit, key: str, row: int = 0) -> object:
    return audit.page.model.index(row, KEYS.index(key)).data()


@pytest.mark.parametrize("clips", [60])
def test_home_end_and_the_page_keys_go_by_clip(audit: Audit):
    ids = audit.ids()
    audit.press(Key.Key_End)
    assert audit.clip.id == ids[-1]
    audit.press(Key.Key_Home)
    assert audit.clip.id == ids[0]
    audit.press(Key.Key_PageDown)
    page = ids.index(audit.clip.id)
    assert 10 < page < 59
    audit.press(Key.Key_PageUp)
    assert audit.clip.id == ids[0]


@pytest.mark.parametrize("clips", [60])
def test_the_current_row_stays_in_the_upper_middle(audit: Audit):
    table = audit.page.ui.table
    for _ in range(30):
        audit.press("j")
    height = table.viewport().height()
    at = table.visualRect(table.currentIndex()).top()
    assert height / 4 < at < height / 2
    audit.press("k")
    assert table.visualRect(table.currentIndex()).top() == at
    value = table.verticalScrollBar().value()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(50, height - 40))
    assert table.verticalScrollBar().value() == value  # a click leaves the list where it is
    assert table.visualRect(table.currentIndex()).top() > height / 2


def test_columns_are_chosen_sized_moved_and_remembered(audit: Audit):
    header, settings = audit.page.ui.table.columns, audit.session.settings
    score(audit.session.project, audit.clip.id, snr=21.4, speaker_similarity=0.876)
    assert header.isSectionHidden(KEYS.index("snr"))
    for key in ("snr", "similarity", "pace", "confidence", "begin", "recording", "edited"):
        header.show_column(COLUMNS[KEYS.index(key)], True)
    values = [shown(audit, key) for key in ("snr", "similarity", "pace", "begin", "recording")]
    assert values == ["21", "0.88", "17.0", "0:00.0", "show.wav"]
    assert shown(audit, "confidence") == "0.90"
    assert shown(audit, "edited") == ""
    header.show_column(COLUMNS[KEYS.index("findings")], False)
    header.resizeSection(KEYS.index("snr"), 99)
    header.moveSection(header.visualIndex(KEYS.index("snr")), 0)
    header._saving.timeout.emit()
    text = settings.text("audit_columns")
    assert text == "snr=99 state id text seconds emotion similarity pace confidence begin " + (
        "recording edited"
    )
    header.arrange("")
    assert header.arrangement == ""
    header.arrange(text)
    assert header.arrangement == text
    assert header.sectionSize(KEYS.index("snr")) == 99


def test_a_damaged_arrangement_shows_what_it_can(audit: Audit):
    header = audit.page.ui.table.columns
    header.arrange("seconds=wide nonsense snr=-4 snr=9999999 id")
    assert header.arrangement == "seconds snr id text"


@pytest.mark.parametrize("key", [column.key for column in COLUMNS])
def test_every_column_sorts(audit: Audit, key: str):
    audit.page.ui.table.columns.sectionClicked.emit(KEYS.index(key))
    assert len(audit.ids()) == 9
    assert audit.page.model.order.column == COLUMNS[KEYS.index(key)].sorts_by


def test_icon_columns_have_an_icon_and_a_tip_for_a_heading(audit: Audit):
    model, across = audit.page.model, Qt.Orientation.Horizontal
    for section, column in enumerate(COLUMNS):
        assert model.headerData(section, across, Qt.ItemDataRole.ToolTipRole)
        decoration = model.headerData(section, across, Qt.ItemDataRole.DecorationRole)
        assert bool(column.icon) == (decoration is not None)
        assert bool(column.title) != bool(column.icon)


def test_the_menu_of_the_columns_opens_by_mouse_and_by_command(audit: Audit):
    audit.window.commands.trigger("audit.columns")
    (menu,) = audit.page.ui.table.columns.findChildren(QMenu)
    texts = [action.text() for action in menu.actions()]
    assert "Signal-to-noise ratio in dB" in texts
    menu.actions()[texts.index("Signal-to-noise ratio in dB")].trigger()
    assert not audit.page.ui.table.columns.isSectionHidden(KEYS.index("snr"))
    menu.close()


def test_the_context_menu_has_the_actions_of_the_page(audit: Audit):
    menu = audit.window.commands.context_menu(audit.page.ui.table)
    actions = {action.objectName() for action in menu.actions()}
    for below in menu.actions():
        if below.menu() is not None:
            actions |= {action.objectName() for action in below.menu().actions()}
    assert {"audit.keep", "audit.drop", "audit.split", "audit.play", "audit.columns"} <= actions
    assert not any(key.startswith(("map.", "balance.")) for key in actions)
    menu.deleteLater()


def test_a_right_click_opens_it_at_the_list_and_at_the_sound(audit: Audit):
    for widget in audit.page.menu_widgets():
        widget.customContextMenuRequested.emit(QPoint(5, 5))
        menus = [menu for menu in widget.findChildren(QMenu) if menu.isVisible()]
        assert menus
        for menu in menus:
            menu.close()


def test_the_text_of_a_row_survives_recutting(audit: Audit):
    words = tuple(
        Word(
            round((i + place / 4) * 1.5 * RATE), round((i + place / 4 + 0.2) * 1.5 * RATE), word, 1
        )
        for i in range(9)
        for place, word in enumerate(("one", "two", str(i)))
    )
    text = " ".join(word.text for word in words)
    whole = Transcript(text, words, "en", 0.9, 0.0, 1.0)
    audit.session.project.facts.add_transcript(RecordingTranscript(1, TRANSCRIBE, whole))
    audit.session.facts_changed.emit(None)
    assert shown(audit, "text") == "sentence number 0"
    audit.page.decisions.move_edge(audit.clip, "stop", audit.clip.span.stop - RATE // 20)
    assert audit.clip.text == ""
    assert shown(audit, "text") == "one two 0"
    assert audit.page.ui.editor._words_hint.isVisible()


@pytest.mark.parametrize(("width", "folded"), [(1024, True), (1366, False)])
def test_the_side_panel_folds_in_a_narrow_window(audit: Audit, width: int, folded: bool):
    audit.window.resize(width, 700)
    assert audit.page.ui.side.is_folded == folded
    audit.press("p")
    assert audit.page.ui.side.is_folded != folded
    choice = audit.session.settings.text("side_panel")
    assert choice == ("shown" if folded else "folded")
    audit.press("p")
    assert audit.session.settings.text("side_panel") == "auto"


@pytest.mark.usefixtures("dressed")
@pytest.mark.parametrize("width", [1120, 1366])
def test_nothing_in_the_side_panel_is_cut_off_at_its_edge(audit: Audit, width: int):
    audit.window.resize(width, 700)
    side = audit.page.ui.side
    for row in range(audit.page.model.rowCount()):
        audit.page.ui.table.go_to_row(row)
        assert side.widget().minimumSizeHint().width() <= side.width()


@pytest.mark.usefixtures("dressed")
def test_a_usual_sentence_fits_in_the_list_of_a_usual_window(audit: Audit, qtbot):
    audit.window.resize(1366, 768)
    table = audit.page.ui.table
    column = KEYS.index("text")
    sentence = "Good evening, ladies and gentlemen, and welcome to our show."
    needed = table.fontMetrics().horizontalAdvance(sentence) + 2 * SIDE
    qtbot.waitUntil(lambda: table.columnWidth(column) >= needed, timeout=30_000)


def test_the_folded_panel_gives_categories_and_counts_findings(audit: Audit):
    audit.window.resize(1024, 700)
    side = audit.page.ui.side
    assert not side.summary.isVisible()
    audit.page.ui.table.go_to_row(2)
    assert side.summary.text() == "1"
    assert "inside a word" in side.summary.toolTip() or side.summary.toolTip()
    side.categories._buttons["tension"].click()
    assert audit.clip.emotion == "tension"
    side.summary.click()
    assert not side.is_folded
    assert not side.summary.isVisible()
