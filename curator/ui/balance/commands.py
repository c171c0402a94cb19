"""Decisions of the balance page: accept suggestions, set categories, drop, sampling."""

from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from curator.domain.decision import PROJECT, Edit, Field, State, drop, give_emotion, keep
from curator.domain.errors import CuratorError
from curator.store.categories import weights
from curator.ui.balance.browser import SuggestionBrowser
from curator.ui.balance.layout import BalanceLayout
from curator.ui.balance.suggestion_list import SuggestionKind
from curator.ui.balance.suggestion_model import SuggestionRow
from curator.ui.session import Session


class BalanceCommands(QObject):
    """One method for each decision about the current clip of the list, and sampling."""

    def __init__(
        self, session: Session, ui: BalanceLayout, browser: SuggestionBrowser, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._ui, self._browser = session, ui, browser
        ui.sampling.temperature_wanted.connect(self._set_temperature)

    def enter(self) -> None:
        """In the categories: show suggested clips. In the list: accept the suggestion."""
        if self._ui.table.hasFocus():
            self._browser.show_list(SuggestionKind.SUGGESTED)
        else:
            self.accept()

    def accept(self) -> None:
        """Set the suggested category; keep the clip if undecided."""
        row = self._browser.current()
        if row.suggestion is None:
            text = self.tr("This clip has no suggestion. Set a category by its digit.")
            raise CuratorError(text)
        self._set(row, row.suggestion.emotion)

    def set_category(self, digit: str) -> None:
        """Set the category of a digit; keep the clip if undecided."""
        emotions = self._session.project.settings.emotions.emotions
        emotion = next((each for each in emotions if each.digit == digit), None)
        if emotion is None:
            raise CuratorError(self.tr("No category has the key %1.").replace("%1", digit))
        self._set(self._browser.current(), emotion.key)

    def drop(self) -> None:
        """Drop the clip."""
        self._session.apply(drop([self._browser.current().clip.id]))

    def sample_evenly(self, by: int) -> None:
        """Move sampling one step towards balanced (1) or as recorded (-1)."""
        self._ui.sampling.step(by)

    def _set(self, row: SuggestionRow, emotion: str) -> None:
        clip = self._session.project.clips.get(row.clip.id)
        edits = [give_emotion([clip.id], emotion)]
        if clip.state is State.UNDECIDED:
            edits.append(keep([clip.id]))
        self._session.apply_all(edits[0].label, edits)

    @Slot(float)
    def _set_temperature(self, temperature: float) -> None:
        value = replace(weights(self._session.project), temperature=temperature)
        label = self.tr("Set sampling temperature to %1").replace("%1", f"{temperature:.1f}")
        self._session.apply(Edit(label, Field.WEIGHTS, {PROJECT: value.to_json()}))
