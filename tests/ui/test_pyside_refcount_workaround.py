import subprocess
import sys

USED_UP = """
import curator.ui
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Bell(QObject):
    rung = Signal(object)

application, bell = QCoreApplication([]), Bell()
for _ in range(100_000):
    bell.rung.emit(1)
    bell.parent()
print("alive")
"""


def test_the_constants_do_not_run_out():
    done = subprocess.run(
        [sys.executable, "-c", USED_UP], capture_output=True, text=True, check=False
    )
    assert done.stdout == "alive\n", done.stderr[-500:]
    assert done.returncode == 0
