"""Page 4: categories against their targets, and suggested clips to fill them."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from curator.domain.planner import LabellingPlan
from curator.domain.weights import NO_CATEGORY
from curator.store.categories import weights
from curator.ui.actions import KeyScope
from curator.ui.balance.browser import SuggestionBrowser
from curator.ui.balance.category_commands import CategoryCommands
from curator.ui.balance.commands import BalanceCommands
from curator.ui.balance.layout import BalanceLayout
from curator.ui.balance.model import BalanceModel
from curator.ui.balance.next_step_button import NextStepButton
from curator.ui.page import Page
from curator.ui.session import Session
from curator.ui.sound.player import Player
from curator.ui.wording import counted


class BalancePage(Page):
    """Widgets (`ui`), data (`model`) and the controllers that connect them."""

    def __init__(
        self, session: Session, player: Player | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, parent)
        emotions = session.project.settings.emotions
        ui = self.ui = BalanceLayout(emotions, self, editable=not session.read_only)
        model = self.model = BalanceModel(session, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(ui)
        model.plans.planned.connect(self._show_plan)  # before the browser lists clips by it
        self.browser = SuggestionBrowser(session, model, ui, player, self)
        self.next_step = NextStepButton(session, ui, self.browser, self)
        self.commands = BalanceCommands(session, ui, self.browser, self)
        self.categories = CategoryCommands(session, ui, self)

    def places(self, place: KeyScope) -> Sequence[QWidget]:
        """See Page."""
        return (self.ui.table, self.ui.list.table) if place == KeyScope.LIST else ()

    def shown(self) -> None:
        """See Page."""
        if self.model.plans.planner is None:
            self.model.plans.read()
        self.model.updater.update()
        self.ui.table.setFocus()

    def left(self) -> None:
        """Stop playback."""
        self.browser.playback.stop()

    def close_page(self) -> None:
        """See Page."""
        self.ui.sampling.stop()
        self.model.updater.stop()
        self.browser.playback.close()

    @Slot(object)
    def _show_plan(self, plan: LabellingPlan) -> None:
        balance, sampling = plan.balance, weights(self.session.project)
        sizes = Counter({each.key: each.clips for each in balance.categories})
        sizes[NO_CATEGORY] += balance.uncategorised.clips
        self.ui.sampling.show_weights(sampling)
        self.ui.table.show_plan(plan, sampling.sampling_weights(sizes))
        kept = counted(balance.clips, self.tr("%n clip kept"), self.tr("%n clips kept"))
        text = self.tr("%1, %2 min").replace("%1", kept)
        self.ui.total.setText(text.replace("%2", f"{balance.minutes:.1f}"))
        self.ui.missing.show_plan(plan)
        self.next_step.show_plan(plan)
