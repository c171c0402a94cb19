"""Command ``setup``: install parts that need torch, into an environment of their own."""

import json
import sys
from argparse import Namespace

from curator.domain.errors import CuratorError, printable
from curator.environment.accelerator import ACCELERATORS, Accelerator, detect
from curator.environment.install import GB, chosen_accelerator, install, require_space, size_gb
from curator.environment.installed import environment_folder, has_part, read_record
from curator.environment.parts import PARTS, Part
from curator.environment.reporting import ReportingRun, ended_by_sigterm


def setup(arguments: Namespace) -> int:
    """Install a part after showing its size, or list the parts."""
    accelerator = chosen_accelerator(arguments.accelerator, detect)
    if arguments.part is None:
        _list(accelerator, as_json=arguments.json)
        return 0
    part = PARTS[arguments.part]
    folder = environment_folder()
    record = read_record(folder)
    if record.accelerator and record.accelerator != accelerator.key:
        raise CuratorError(
            f"{printable(str(folder))} was made for {ACCELERATORS[record.accelerator].name}.",
            "Delete the folder to install another build of torch.",
        )
    gigabytes = size_gb(part, accelerator)
    if arguments.json:
        return _install_reported(part, accelerator, gigabytes, is_confirmed=arguments.yes)
    print(f"{part.key}: {part.purpose}.")
    print(f"Build of torch: {accelerator.name}.")
    print(
        f"Folder: {printable(str(folder))}. Disk space: {_size(gigabytes, accelerator)}, "
        "about half of it to download."
    )
    if part.key in record.parts:
        print("Already installed; checking it against this version's lock file.")
    require_space(gigabytes)
    if not arguments.yes and not _is_confirmed():
        print("Nothing was installed.")
        return 0
    install(part, accelerator)
    print(f"Installed: {part.key}. The window and the commands use it from now on.")
    return 0


def _install_reported(
    part: Part, accelerator: Accelerator, gigabytes: float, *, is_confirmed: bool
) -> int:
    """Install a part; progress goes to the standard output as JSON, one object per line."""
    require_space(gigabytes)
    if not is_confirmed:
        raise CuratorError("The installation was not confirmed.", "Add --yes to install.")
    with ended_by_sigterm():
        reporting = ReportingRun(environment_folder(), round(gigabytes * GB), _print_line)
        install(part, accelerator, reporting)
    _print_line({"event": "done", "part": part.key})
    return 0


def _print_line(line: dict[str, object]) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


def _is_confirmed() -> bool:
    if not sys.stdin.isatty():
        raise CuratorError("The installation was not confirmed.", "Add --yes to install.")
    return input("Install? [y/N] ").strip().lower() in ("y", "yes")


def _list(accelerator: Accelerator, *, as_json: bool) -> None:
    record = read_record(environment_folder())
    if not as_json:
        print(f"Environment: {printable(str(environment_folder()))}")
        print(f"Build of torch: {accelerator.name}")
    for part in PARTS.values():
        is_here = part.key in record.parts
        gigabytes = size_gb(part, accelerator)
        if as_json:
            line = {"part": part.key, "installed": is_here, "gb": gigabytes}
            named = {"accelerator": accelerator.key, "accelerator_name": accelerator.name}
            about = {"purpose": part.purpose, "own": has_part(part.key)}
            folder = str(environment_folder())
            _print_line({**line, **named, **about, "folder": folder})
        else:
            print(f"  {part.key:<11} {_state(part, accelerator, is_here=is_here)}")
    own = [key for key in PARTS if has_part(key)]
    if own and not as_json:
        print(f"{sys.prefix} has {', '.join(own)} of its own, which is used instead.")


def _state(part: Part, accelerator: Accelerator, *, is_here: bool) -> str:
    size = "installed" if is_here else _size(size_gb(part, accelerator), accelerator)
    return f"{size:<17} {part.purpose}"


def _size(gigabytes: float, accelerator: Accelerator) -> str:
    """Disk space; ROCm's libraries come with torch itself and were not measured."""
    about = "over" if accelerator.key == "rocm" else "about"
    return f"{about} {gigabytes:.1f} GB"
