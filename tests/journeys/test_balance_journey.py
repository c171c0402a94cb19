"""Filling every category by keys through the real window."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from curator.ui.main_window import MainWindow
from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings
from tests.helpers.factories import a_project, say
from tests.helpers.labels import KINDS, give_deliveries, kind_of
from tests.helpers.leaks import nothing_left
from tests.journeys.balance_journey import check_missing, fill, label_in_audit

CLIPS, LABELLED = 66, 15

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_suggestions_help_to_fill_all_categories(qtbot: QtBot, tmp_path: Path):
    with a_project(tmp_path, clips=CLIPS) as project:
        clips = project.clips.ids()
        for clip in clips:
            say(project, clip, f"This is sentence {clip}.")
        give_deliveries(project)
    truth = {clip: kind_of(place) for place, clip in enumerate(clips)}
    settings = WindowSettings()
    settings.set("autoplay", False)
    settings.set("skip_unheard", True)
    taken: list[str] = []
    with nothing_left():
        window = MainWindow(settings, Messages())
        qtbot.addWidget(window)
        window.resize(1280, 800)
        window.show()
        assert window.open_path(tmp_path / "show.curator")
        label_in_audit(window, truth.get, clips[:LABELLED])
        page = fill(window, truth.get, taken.append)
        check_missing(page)
        plan = page.model.plans.plan
        have = {each.key: each.clips for each in plan.balance.categories}
        assert all(have[kind] >= 15 for kind in KINDS)
        assert {each.key for each in plan.balance.categories if each.is_reached} == set(KINDS)
        clips_now = window.session.project.clips.find()
        assert all(clip.emotion in (None, truth[clip.id]) for clip in clips_now)
        edits = window.session.project.decisions.history(1_000)
        while window.session.undo():
            pass
        assert all(clip.emotion is None for clip in window.session.project.clips.find())
        assert len(edits) <= 2 * LABELLED + sum(have.values())
        window.close()
