"""The window: the only part of the repository that knows Qt.

What the window needs apart from Qt is imported first: Qt's binding reads the source of every module
that is imported after it.
"""

import curator.jobs.context
import curator.store.project  # noqa: F401
from curator.ui.pyside_refcount_workaround import make_immortal

make_immortal()
