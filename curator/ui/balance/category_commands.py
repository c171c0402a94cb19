"""Commands that add, edit, merge and remove categories."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from curator.domain import category_edits
from curator.domain.category_edits import CategoryEdit, LabelledClips
from curator.domain.category_union import key_of
from curator.domain.emotion import Emotion
from curator.domain.errors import CuratorError
from curator.store.categories import labelled
from curator.ui.balance.category_dialog import CategoryDialog, MergeCategoryDialog
from curator.ui.balance.layout import BalanceLayout
from curator.ui.session import Session


class CategoryCommands(QObject):
    """Commands about the current category; each is one undo step."""

    def __init__(self, session: Session, ui: BalanceLayout, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._ui = session, ui
        for control, command in (
            (ui.edit, self.edit),
            (ui.add, self.add),
            (ui.merge, self.merge),
            (ui.remove, self.remove),
        ):
            control.clicked.connect(lambda _checked, command=command: self._attempt(command))

    def edit(self) -> None:
        """Edit name, key, colour, digit and targets."""
        old = self._current()
        CategoryDialog(
            old,
            self._names,
            self.tr("Save"),
            lambda new: self._apply(lambda now: category_edits.change(now, old.key, new)),
            self._ui,
        ).open()

    def add(self) -> None:
        """Add a category."""
        emotions = self._session.project.settings.emotions
        empty = replace(category_edits.new_category(emotions, self.tr("New")), name="", key="")
        dialog = CategoryDialog(
            empty,
            [*self._names, empty.name],
            self.tr("Add"),
            lambda new: self._apply(lambda now: category_edits.add(now, new)),
            self._ui,
        )
        dialog.name.textEdited.connect(
            lambda text: dialog.key.setText(key_of(text) if text.strip() else "")
        )
        dialog.open()

    def merge(self) -> None:
        """Merge the category into another."""
        old = self._current()
        emotions = self._session.project.settings.emotions.emotions
        MergeCategoryDialog(
            old,
            [each for each in emotions if each.key != old.key],
            lambda into: self._apply(lambda now: category_edits.merge(now, old.key, into)),
            self._ui,
        ).open()

    def remove(self) -> None:
        """Remove the category; its clips have none afterwards."""
        old = self._current()
        self._apply(lambda now: category_edits.remove(now, old.key))

    def _attempt(self, command: Callable[[], None]) -> None:
        """Run a command of a button; errors of keys are shown by the window."""
        try:
            command()
        except CuratorError as error:
            self._session.messages.fail(error)

    def _apply(self, edit: Callable[[LabelledClips], CategoryEdit]) -> None:
        """Apply an edit of the categories. Raises CuratorError for an invalid one."""
        act = edit(labelled(self._session.project))
        self._session.apply_all(act.label, act.edits)

    @property
    def _names(self) -> list[str]:
        return [each.name for each in self._session.project.settings.emotions.emotions]

    def _current(self) -> Emotion:
        key = self._ui.table.category
        if not key:
            raise CuratorError(self.tr("Select a category first."))
        return category_edits.category(self._session.project.settings.emotions, key)
