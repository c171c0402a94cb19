"""Page 4: what the set has, what it lacks, and which clips would help."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Slot

from curator.domain import category_edits as edits
from curator.domain.category_edits import Act, Labelled
from curator.domain.category_union import key_of
from curator.domain.decision import (
    PROJECT,
    Edit,
    Field,
    State,
    drop,
    give_emotion,
    keep,
)
from curator.domain.emotion import Emotion
from curator.domain.errors import CuratorError
from curator.domain.suggesting import Suggested
from curator.store.categories import labelled, weights
from curator.ui.balance.category_dialog import CategoryDialog, MergeCategoryDialog
from curator.ui.balance.listing import ListingPage
from curator.ui.balance.suggestion_list import SuggestionKind
from curator.ui.session import Session
from curator.ui.sound.player import Player


class BalancePage(ListingPage):
    """Fill the categories. The table of actions names these methods."""

    def __init__(self, session: Session, player: Player | None = None) -> None:
        super().__init__(session, player)
        self.weights.wanted.connect(self._weigh)
        for made, act in (
            (self.edit, self.edit_category),
            (self.add, self.add_category),
            (self.merge, self.merge_category),
            (self.remove, self.remove_category),
        ):
            made.clicked.connect(lambda _checked, act=act: self._attempt(act))

    def close_page(self) -> None:
        """See Page."""
        self.weights.stop()
        super().close_page()

    # Deciding

    def enter(self) -> None:
        """In the categories: to the likely clips. In the list: take what is suggested."""
        if self.table.hasFocus():
            self.show_list(SuggestionKind.LIKELY)
        else:
            self.accept()

    def accept(self) -> None:
        """Give the clip the category that is suggested, and keep it if nobody has decided."""
        current = self._current()
        self._give(current, current.suggestion.emotion)

    def give_category(self, digit: str) -> None:
        """Give the clip the category of a digit, and keep it if nobody has decided."""
        emotions = self.session.project.settings.emotions.emotions
        found = [emotion for emotion in emotions if emotion.digit == digit]
        if not found:
            raise CuratorError(self.tr("No category has the key %1.").replace("%1", digit))
        self._give(self._current(), found[0].key)

    def drop(self) -> None:
        """Leave the clip out of the set."""
        self.session.apply(drop([self._current().clip.id]))

    # Weights

    def hear_evenly(self, by: int) -> None:
        """A step towards hearing all categories equally often (1), or as they are (-1)."""
        self.weights.step(by)

    # Categories

    def edit_category(self) -> None:
        """Change name, colour, key and targets of the chosen category."""
        old = self._category()
        dialog = CategoryDialog(
            old,
            self.tr("Change"),
            lambda new: self._carry_out(lambda now: edits.change(now, old.key, new)),
            self,
        )
        dialog.open()

    def add_category(self) -> None:
        """Make another category."""
        emotions = self.session.project.settings.emotions
        free = replace(edits.new_category(emotions, self.tr("New")), name="", key="")
        dialog = CategoryDialog(free, self.tr("Add"), self._add, self)
        dialog.name.textEdited.connect(
            lambda text: dialog.key.setText(key_of(text) if text.strip() else "")
        )
        dialog.open()

    def merge_category(self) -> None:
        """Put all clips of the chosen category into another."""
        old = self._category()
        emotions = self.session.project.settings.emotions.emotions
        others = [each for each in emotions if each.key != old.key]
        MergeCategoryDialog(
            old,
            others,
            lambda into: self._carry_out(lambda now: edits.merge(now, old.key, into)),
            self,
        ).open()

    def remove_category(self) -> None:
        """Take the chosen category away; its clips have none then. Undo brings all back."""
        old = self._category()
        self._carry_out(lambda now: edits.remove(now, old.key))

    # How it is done

    def _attempt(self, act: Callable[[], None]) -> None:
        try:
            act()
        except CuratorError as error:
            self.session.messages.fail(error)

    def _add(self, emotion: Emotion) -> None:
        self._carry_out(lambda now: edits.add(now, emotion))

    def _carry_out(self, act: Callable[[Labelled], Act]) -> None:
        """CuratorError when it cannot be, for whoever asked."""
        found = act(labelled(self.session.project))
        self.session.apply_all(found.label, found.edits)

    def _category(self) -> Emotion:
        key = self.table.chosen
        if not key:
            raise CuratorError(self.tr("Choose a category first."))
        return edits.category(self.session.project.settings.emotions, key)

    def _give(self, row: Suggested, emotion: str) -> None:
        clip = self.session.project.clips.get(row.clip.id)
        acts = [give_emotion([clip.id], emotion)]
        if clip.state is State.UNDECIDED:
            acts.append(keep([clip.id]))
        self.session.apply_all(acts[0].label, acts)

    @Slot(float)
    def _weigh(self, temperature: float) -> None:
        wanted = replace(weights(self.session.project), temperature=temperature)
        label = self.tr("Hear categories at temperature %1").replace("%1", f"{temperature:.1f}")
        self.session.apply(Edit(label, Field.WEIGHTS, {PROJECT: wanted.to_json()}))
