"""System libraries and programs required besides Python packages.

Standard library only and nothing of curator, so that it runs before anything is installed:
``python3 curator/system_needs.py``. The names of packages are Debian's and Ubuntu's; elsewhere the
missing libraries and programs themselves are named.
"""

import argparse
import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Component:
    """A library or a program, and Debian's package that has it.

    name: a soname such as ``libEGL.so.1``, or a command. instead: another command that does too.
    """

    name: str
    package: str
    instead: str = ""

    @property
    def is_library(self) -> bool:
        """Whether it is a shared library, not a program."""
        return ".so." in self.name

    def __str__(self) -> str:
        return f"{self.name} or {self.instead}" if self.instead else self.name


@dataclass(frozen=True)
class Need:
    """Parts of the system that one purpose needs; the purpose is a plain phrase."""

    key: str
    purpose: str
    parts: tuple[Component, ...]


NEEDS = (
    Need("portaudio", "audio playback", (Component("libportaudio.so.2", "libportaudio2"),)),
    Need(
        "qt",
        "the window",
        (
            Component("libEGL.so.1", "libegl1"),
            Component("libGL.so.1", "libgl1"),
            Component("libglib-2.0.so.0", "libglib2.0-0"),
            Component("libdbus-1.so.3", "libdbus-1-3"),
            Component("libfontconfig.so.1", "libfontconfig1"),
            Component("libX11-xcb.so.1", "libx11-xcb1"),
            Component("libxkbcommon.so.0", "libxkbcommon0"),
            Component("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
            Component("libxcb-cursor.so.0", "libxcb-cursor0"),
            Component("libxcb-icccm.so.4", "libxcb-icccm4"),
            Component("libxcb-image.so.0", "libxcb-image0"),
            Component("libxcb-keysyms.so.1", "libxcb-keysyms1"),
            Component("libxcb-randr.so.0", "libxcb-randr0"),
            Component("libxcb-render-util.so.0", "libxcb-render-util0"),
            Component("libxcb-shape.so.0", "libxcb-shape0"),
            Component("libxcb-xkb.so.1", "libxcb-xkb1"),
        ),
    ),
    Need(
        "voices",
        "the contestants' voices of the demo",
        (Component("flite", "flite"), Component("espeak-ng", "espeak-ng")),
    ),
    Need(
        "xvfb",
        "tests on a virtual display",
        (
            Component("Xvfb", "xvfb"),
            Component("xvfb-run", "xvfb"),
            Component("xauth", "xauth"),
            Component("openbox", "openbox"),
        ),
    ),
    Need(
        "pulseaudio",
        "tests of audio playback",
        (
            Component("pulseaudio", "pulseaudio", instead="pipewire-pulse"),
            Component("parec", "pulseaudio-utils"),
        ),
    ),
)
"""Most frequently missed first."""

# sonames are those of Linux; the wheels for Windows and macOS bring PortAudio and Qt's libraries.
CHECKED_PLATFORM = "linux"


@dataclass(frozen=True)
class Lack:
    """A need that is not met, and the parts that were not found."""

    need: Need
    absent: tuple[Component, ...]

    @property
    def sentence(self) -> str:
        """Missing parts and their purpose."""
        return f"Not found: {', '.join(map(str, self.absent))}, for {self.need.purpose}."

    @property
    def packages(self) -> tuple[str, ...]:
        """Debian packages of the absent parts, without duplicates."""
        return tuple(dict.fromkeys(part.package for part in self.absent))


def is_present(part: Component) -> bool:
    """Whether the loader finds the library, or the shell the program."""
    if not part.is_library:
        return any(shutil.which(name) for name in (part.name, part.instead) if name)
    try:
        ctypes.CDLL(part.name)
    except OSError:
        return False
    return True


def lacks(
    needs: Sequence[Need] = NEEDS, present: Callable[[Component], bool] = is_present
) -> list[Lack]:
    """Unmet system requirements; none where the wheels bring everything."""
    if not sys.platform.startswith(CHECKED_PLATFORM):
        return []
    unmet = []
    for need in needs:
        absent = tuple(part for part in need.parts if not present(part))
        if absent:
            unmet.append(Lack(need, absent))
    return unmet


def install_line(missing: Sequence[Lack]) -> str:
    """Command line that installs what is missing."""
    if shutil.which("apt-get"):
        packages = " ".join(package for lack in missing for package in lack.packages)
        return f"sudo apt-get install --no-install-recommends {packages}"
    absent = ", ".join(str(part) for lack in missing for part in lack.absent)
    return f"install {absent} with your system's package manager"


def may_install() -> bool:
    """Whether apt-get exists and the user is root."""
    return bool(shutil.which("apt-get")) and hasattr(os, "geteuid") and os.geteuid() == 0


def install(missing: Sequence[Lack]) -> None:
    """Install what is missing with apt-get; failures are printed, not raised."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    packages = [package for lack in missing for package in lack.packages]
    print(f"Installing {' '.join(packages)}.", flush=True)
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode:
            reason = (done.stderr or done.stdout).strip().splitlines()
            print(f"{' '.join(command[:2])} failed: {reason[-1] if reason else 'no message'}")


def look(may_change: bool) -> int:
    """Print what is missing, after installing it if requested and possible."""
    missing = lacks()
    if missing and may_change and may_install():
        install(missing)
        missing = lacks()
    for lack in missing:
        print(f"{lack.sentence} Everything else works without it.")
    if missing:
        print(f"To add what is missing: {install_line(missing)}")
    return 0


def run_on_screen(command: Sequence[str]) -> int:
    """Run a command on a virtual screen where there is no real one and Xvfb is installed."""
    has_screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not has_screen and shutil.which("xvfb-run") and shutil.which("xauth"):
        command = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", *command]
    return subprocess.run(command).returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line, for the Makefile."""
    parser = argparse.ArgumentParser(
        prog=Path(__file__).name, description="Check the system requirements of voice-curator."
    )
    parser.add_argument(
        "--install",
        action="store_true",
        help="install missing packages (Debian and Ubuntu, as root)",
    )
    parser.add_argument(
        "--run-on-screen",
        nargs=argparse.REMAINDER,
        metavar="COMMAND",
        help="run a command, on a virtual display without a real one",
    )
    chosen = parser.parse_args(arguments)
    if chosen.run_on_screen:
        return run_on_screen(chosen.run_on_screen)
    return look(chosen.install)


if __name__ == "__main__":
    raise SystemExit(main())
