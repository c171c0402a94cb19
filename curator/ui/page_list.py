"""Pages in workflow order. The module of a page is imported when it is first shown."""

from dataclasses import dataclass
from importlib import import_module

from PySide6.QtWidgets import QWidget

from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.page import Page
from curator.ui.session import Session


@dataclass(frozen=True, slots=True)
class PageKind:
    """Description of a page. built_by: "module:class" below curator.ui."""

    key: str
    title: str
    built_by: str

    @property
    def module(self) -> str:
        """Module of the page's class."""
        return f"curator.ui.{self.built_by.partition(':')[0]}"

    def build(self, session: Session, parent: QWidget) -> Page:
        """Build the page inside the stack that will show it: so its widgets are styled once."""
        name = self.built_by.partition(":")[2]
        page = getattr(import_module(self.module), name)(session, parent=parent)
        assert isinstance(page, Page)
        return page


PAGES = (
    PageKind("intake", QT_TRANSLATE_NOOP("Pages", "Intake"), "intake.page:IntakePage"),
    PageKind("audit", QT_TRANSLATE_NOOP("Pages", "Audit"), "audit.page:AuditPage"),
    PageKind("map", QT_TRANSLATE_NOOP("Pages", "Map"), "map.page:MapPage"),
    PageKind("balance", QT_TRANSLATE_NOOP("Pages", "Balance"), "balance.page:BalancePage"),
    PageKind("export", QT_TRANSLATE_NOOP("Pages", "Export"), "export.page:ExportPage"),
    PageKind("training", QT_TRANSLATE_NOOP("Pages", "Training"), "training.page:TrainingPage"),
)
