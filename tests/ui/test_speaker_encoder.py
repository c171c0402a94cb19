"""The speaker encoder of a project, chosen in the window."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from curator.domain.errors import MissingModel
from curator.domain.fact import Producer, SpeakerVector
from curator.domain.speaker_encoder import CAMPPLUS, RESEMBLYZER
from curator.jobs import pipeline
from curator.store.project import Project
from curator.ui.session import Session
from curator.ui.speaker_encoder import SpeakerEncoderDialog
from tests.helpers.factories import a_project, found


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curator.stages.speaker.campplus.require_installed", lambda: None)


@pytest.fixture
def dialog(qtbot, session: Session) -> SpeakerEncoderDialog:
    dialog = SpeakerEncoderDialog(session)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    return dialog


def test_another_encoder_deletes_the_embeddings_and_analyses_again(
    qtbot, dialog: SpeakerEncoderDialog, session: Session, monkeypatch: pytest.MonkeyPatch
):
    steps: list[tuple[str, str]] = []

    def run(work, step, _options, _skip) -> int:
        steps.append((step.key, work.project.settings.speaker_encoder))
        return 0

    monkeypatch.setattr(pipeline, "run_step", run)
    monkeypatch.setattr(pipeline, "make_caches", lambda _work: 0)
    monkeypatch.setattr(pipeline, "make_all_cleaned", lambda _work, _options: 0)
    clip = session.project.clips.ids()[0]
    vector = SpeakerVector(bytes(1024))
    session.project.facts.add([found(session.project, clip, vector, Producer("embed", 1, ""))])
    assert dialog.choices[RESEMBLYZER].isChecked()
    assert not dialog.use.isEnabled()
    dialog.choices[CAMPPLUS].click()
    with qtbot.waitSignal(session.jobs.ended) as ended:
        qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert ended.args[0].outcome == "finished"
    assert session.project.settings.speaker_encoder == CAMPPLUS
    assert not session.project.facts.vectors()
    assert steps == [("embed", CAMPPLUS), ("lay_out", CAMPPLUS)]


def test_an_encoder_that_is_not_installed_says_how_to_install_it(qtbot, session, monkeypatch):
    def refuse() -> None:
        raise MissingModel("CAM++ is not installed.", "Install it.")

    monkeypatch.setattr("curator.stages.speaker.campplus.require_installed", refuse)
    dialog = SpeakerEncoderDialog(session)
    qtbot.addWidget(dialog)
    assert not dialog.choices[CAMPPLUS].isEnabled()
    texts = [each.text() for each in dialog.findChildren(QLabel)]
    assert any(text.endswith("CAM++ is not installed. Install it.") for text in texts)


def test_a_reader_sees_settings_that_the_writer_changes(tmp_path: Path):
    with a_project(tmp_path) as writer, Project.open(writer.path, write=False) as reader:
        assert reader.settings.speaker_encoder == RESEMBLYZER
        writer.set_speaker_encoder(CAMPPLUS)
        assert reader.settings.speaker_encoder == CAMPPLUS
