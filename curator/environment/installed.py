"""The environment that ``curator setup`` makes: its folder, its record, its interpreter."""

import json
import sys
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_data_path

from curator.domain import system
from curator.domain.foreign_files import read_bounded
from curator.environment.parts import PARTS

RECORD = "voice-curator.json"  # written when a part is complete
RECORD_BYTES = 1 << 16
RUN_MODULE = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1));"
    " runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True, slots=True)
class InstalledParts:
    """Content of an environment. parts: complete ones. accelerator: build of torch."""

    parts: tuple[str, ...] = ()
    accelerator: str = ""


def environment_folder() -> Path:
    """Folder of the environment."""
    return user_data_path("voice-curator", appauthor=False).absolute() / "environments" / "torch"


def python_of(folder: Path) -> Path:
    """Path of the Python interpreter of an environment."""
    return folder / "Scripts" / "python.exe" if system.WINDOWS else folder / "bin" / "python"


def read_record(folder: Path) -> InstalledParts:
    """Record of an environment; an empty one if it is missing, damaged or has no interpreter."""
    try:
        content = json.loads(read_bounded(folder / RECORD, RECORD_BYTES).decode())
        parts = tuple(str(part) for part in content["parts"])
        accelerator = str(content["accelerator"])
    except (OSError, ValueError, KeyError, TypeError):
        return InstalledParts()
    return InstalledParts(parts, accelerator) if python_of(folder).exists() else InstalledParts()


def write_record(folder: Path, record: InstalledParts) -> None:
    """Replace the record of an environment."""
    partial = folder / f"{RECORD}.partial"
    partial.write_text(json.dumps(asdict(record), indent=1) + "\n", encoding="utf-8")
    system.put_in_place(partial, folder / RECORD)


def has_part(key: str) -> bool:
    """Whether this process's own environment has a part, and so needs no other one."""
    return all(find_spec(module) is not None for module in PARTS[key].modules)


def is_usable(key: str) -> bool:
    """Whether a part is installed, here or in the environment."""
    return has_part(key) or key in read_record(environment_folder()).parts


def package_folder(name: str) -> Path | None:
    """Folder of an installed package, here or in the environment; None without it."""
    spec = find_spec(name)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    for pattern in ("lib/python*/site-packages", "Lib/site-packages"):
        folders += [packages / name for packages in environment_folder().glob(pattern)]
    return next((folder for folder in folders if folder.is_dir()), None)


def python_for(*parts: str) -> str:
    """Interpreter for one of ``parts``: of the environment that has one, else this process's."""
    folder = environment_folder()
    if any(map(has_part, parts)) or not set(parts) & set(read_record(folder).parts):
        return sys.executable
    return str(python_of(folder))


def module_command(python: str, module: str, *arguments: str) -> list[str]:
    """Command that runs a module of curator by an interpreter.

    Another environment has no curator: it imports this installation, after its own packages.
    """
    if python == sys.executable:
        return [python, "-m", module, *arguments]
    top = Path(__file__).resolve().parents[2]
    return [python, "-c", RUN_MODULE, str(top), module, *arguments]
