"""Script that replaces itself by another program, with output in a file.

``python run_logged.py LOG PYTHONPATH PROGRAM ARGUMENT...``: what starts a detached process learns
its number only where it can neither redirect its output nor give it an environment, so both are
done on this side.
"""

import os
import subprocess
import sys


def main() -> None:
    """Append both outputs to LOG and become PROGRAM; on Windows, wait for it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    log = os.open(sys.argv[1], flags, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ["PYTHONPATH"] = sys.argv[2]
    if os.name == "nt":  # there, a program that becomes another one gets another number
        sys.exit(subprocess.call(sys.argv[3:]))
    os.execv(sys.argv[3], sys.argv[3:])


if __name__ == "__main__":
    main()
