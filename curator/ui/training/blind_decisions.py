"""Stores the choices of a blind comparison as decisions, and follows undo and redo."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from curator.domain.decision import Changes, Field
from curator.domain.errors import CuratorError
from curator.ui.session import Session
from curator.ui.training.blind import SAME, Pair
from curator.ui.training.blind_view import BlindView
from curator.ui.training.evaluated import Sample
from curator.ui.training.preferences import Both, both, forget, prefer, preferences


class BlindDecisions(QObject):
    """Connects a blind comparison with the project. name: returns the key of a sample."""

    def __init__(self, session: Session, view: BlindView, name: Callable[[Sample], str]) -> None:
        super().__init__(view)
        self._session, self._view, self._name = session, view, name
        view.judged.connect(self._prefer)
        view.again_wanted.connect(self._judge_again)
        session.changed.connect(self._follow)

    def show(self) -> None:
        """Show the stored choices."""
        decided = preferences(self._session)

        def chosen(pair: Pair) -> int | None:
            names = self._names(pair)
            if both(*names) not in decided:
                return None
            preferred = decided[both(*names)]
            return SAME if preferred is None else names.index(preferred)

        self._view.show_choices(chosen)

    def _names(self, pair: Pair) -> Both:
        """Keys of both samples, in the order of the voices."""
        one, two = map(self._name, pair.voices)
        return one, two

    def _attempt(self, act: Callable[[], None]) -> None:
        try:
            act()
        except CuratorError as error:
            self._session.messages.fail(error)

    @Slot(object, int)
    def _prefer(self, pair: Pair, voice: int) -> None:
        names = self._names(pair)
        preferred = None if voice == SAME else names[voice]
        self._attempt(lambda: prefer(self._session, both(*names), preferred))

    @Slot()
    def _judge_again(self) -> None:
        self._view.test.ended = False
        pairs = [both(*self._names(pair)) for pair in self._view.test.pairs]
        self._attempt(lambda: forget(self._session, pairs))
        self.show()

    @Slot(object)
    def _follow(self, changes: Changes) -> None:
        if changes.field is Field.RATING and self._view.isVisible():
            self.show()
