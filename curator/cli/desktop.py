"""Command ``desktop``: menu entry, icon, and projects that open by double click."""

import contextlib
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from curator.domain import system
from curator.domain.errors import CuratorError, printable
from curator.domain.project_file import SUFFIX
from curator.domain.resources import resources

NAME = "voice-curator"
FILES = {
    f"{NAME}.desktop": f"applications/{NAME}.desktop",
    "icon.svg": f"icons/hicolor/scalable/apps/{NAME}.svg",
    f"{NAME}.metainfo.xml": f"metainfo/{NAME}.metainfo.xml",
    f"{NAME}.mime.xml": f"mime/packages/{NAME}.xml",
}
"""Files of ``resources/look`` and their places below the user's data folder."""

PROGRAM_ID = f"{NAME}.project"


def desktop(arguments: Namespace) -> int:
    """Install or remove the entries of this user."""
    if system.MACOS:
        raise CuratorError(
            "macOS takes menu entries from application bundles only.",
            "Start the window by the command curator.",
        )
    if system.WINDOWS:
        changed = _register(remove=arguments.remove)
    else:
        changed = [*_in_data_folder(remove=arguments.remove)]
    done = "Removed" if arguments.remove else "Installed"
    for what in changed:
        sys.stdout.write(f"{done} {printable(what)}\n")
    return 0


def data_folder() -> Path:
    """The user's data folder after the XDG base directory specification."""
    given = os.environ.get("XDG_DATA_HOME", "")
    return Path(given) if Path(given).is_absolute() else Path.home() / ".local" / "share"


def _in_data_folder(*, remove: bool) -> Iterator[str]:
    folder = data_folder()
    try:
        for name, place in FILES.items():
            target = folder / place
            if remove:
                target.unlink(missing_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(_content(resources() / "look" / name))
            yield str(target)
    except OSError as error:
        raise CuratorError(
            f"{printable(str(folder))} cannot be written to: {error.strerror}."
        ) from error
    # Without these programs, the desktop notices by itself at the next login.
    for program, below in (
        ("update-mime-database", "mime"),
        ("update-desktop-database", "applications"),
    ):
        if shutil.which(program) and (folder / below).is_dir():
            subprocess.run([program, str(folder / below)], capture_output=True, check=False)


def _content(path: Path) -> bytes:
    """Content of a file to install; the desktop entry names this Python, which may be anywhere."""
    content = path.read_bytes()
    if path.suffix != ".desktop":
        return content
    command = " ".join(quoted(word) for word in (sys.executable, "-m", "curator"))
    lines = content.decode().splitlines()
    return "".join(
        f"Exec={command} %f\n" if line.startswith("Exec=") else f"{line}\n" for line in lines
    ).encode()


def quoted(word: str) -> str:
    """A word of a desktop entry's command, quoted twice: as a string, and for the command."""
    inner = "".join(f"\\{c}" if c in '"`$\\' else c for c in word).replace("%", "%%")
    return '"{}"'.format(inner.replace("\\", "\\\\"))


def _register(*, remove: bool) -> list[str]:
    """Register the file type for this user in the registry of Windows."""
    import winreg

    root = getattr(winreg, "HKEY_CURRENT_USER")  # noqa: B009 - absent from other systems' types
    program = rf"Software\Classes\{PROGRAM_ID}"
    values = {
        rf"Software\Classes\{SUFFIX}": PROGRAM_ID,
        program: "voice-curator project",
        rf"{program}\shell": "open",
        rf"{program}\shell\open": "Open in curator",
        rf"{program}\shell\open\command": f'"{_windowed()}" -m curator "%1"',
    }
    if remove:
        for key in reversed(values):  # inner keys first
            with contextlib.suppress(FileNotFoundError):
                getattr(winreg, "DeleteKey")(root, key)  # noqa: B009
    else:
        for key, value in values.items():
            getattr(winreg, "SetValue")(root, key, getattr(winreg, "REG_SZ"), value)  # noqa: B009
    return [*values]


def _windowed() -> Path:
    """The Python that opens no console."""
    program = Path(sys.executable)
    windowed = program.with_name("pythonw.exe")
    return windowed if windowed.exists() else program
