"""pytest-qt's ``qtbot`` that waits longer: 5 s, its default, are too few on a busy machine."""

from functools import partialmethod

from pytestqt.qtbot import QtBot

PATIENCE_MS = 60_000
WAITS = ("waitSignal", "waitSignals", "waitUntil", "waitCallback", "waitActive", "waitExposed")


class PatientBot(QtBot):
    """A QtBot whose waits end after PATIENCE_MS unless the test says otherwise."""


for _name in WAITS:
    setattr(PatientBot, _name, partialmethod(getattr(QtBot, _name), timeout=PATIENCE_MS))
