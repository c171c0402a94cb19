"""Button with the best next step towards the targets."""

from PySide6.QtCore import QObject, Slot

from curator.domain.next_step import NextStep, StepKind, next_step
from curator.domain.planner import LabellingPlan
from curator.ui.balance.browser import UNLABELLED, SuggestionBrowser
from curator.ui.balance.layout import BalanceLayout
from curator.ui.balance.suggestion_list import SuggestionKind
from curator.ui.plain_text import tool_tip
from curator.ui.session import Session
from curator.ui.wording import number


class NextStepButton(QObject):
    """Names the step after each decision, and takes it when pressed."""

    def __init__(
        self, session: Session, ui: BalanceLayout, browser: SuggestionBrowser, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._ui, self._browser = session, ui, browser
        self._step = NextStep(StepKind.IMPORT)
        ui.next.clicked.connect(lambda: self.take(self._step))
        ui.missing.step_wanted.connect(self.take)

    def show_plan(self, plan: LabellingPlan) -> None:
        """Show the step that a plan needs."""
        self._step = next_step(plan)
        text = {
            StepKind.IMPORT: self.tr("Add recordings"),
            StepKind.DECIDE: self.tr("Decide about %1 undecided %2"),
            StepKind.ACCEPT: self.tr("Label %1 more %2"),
            StepKind.LABEL: self.tr("Label %1 more %2"),
            StepKind.EXPORT: self.tr("Targets reached: export"),
            StepKind.RECORD: self.tr("Record %1 more %2"),
        }[self._step.kind]
        name = self._step.emotion.name if self._step.emotion else ""
        text = text.replace("%1", number(self._step.clips)).replace("%2", name)
        tip = {
            StepKind.DECIDE: self.tr("Shows them in Audit."),
            StepKind.ACCEPT: self.tr("Lists the suggested clips."),
            StepKind.LABEL: self.tr("Shows clips without a category in Audit."),
            StepKind.RECORD: self.tr("All clips have a category: add recordings."),
        }.get(self._step.kind, "")
        self._ui.next.setText(text)
        self._ui.next.setToolTip(tool_tip(tip))
        self._ui.next.show()

    @Slot(object)
    def take(self, step: NextStep) -> None:
        """Take a step."""
        kind, emotion = step.kind, step.emotion
        if kind is StepKind.EXPORT:
            self._session.page_asked.emit("export")
        elif kind in (StepKind.IMPORT, StepKind.RECORD) or emotion is None:
            self._session.page_asked.emit("intake")
        elif kind is StepKind.ACCEPT:
            self._ui.table.set_category(emotion.key)
            self._browser.show_list(SuggestionKind.SUGGESTED)
        elif kind is StepKind.DECIDE:
            self._session.show_clips(f"state:undecided emotion:{emotion.key}")
        else:
            self._session.show_clips(UNLABELLED)
            if emotion.digit:
                text = self.tr("Key %1 sets %2.").replace("%1", emotion.digit)
                self._session.messages.inform(text.replace("%2", emotion.name))
