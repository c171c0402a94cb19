"""`make setup` makes the environment once, and never takes a half-made one for a whole one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(
    shutil.which("make") is None or shutil.which("bash") is None, reason="make is not installed"
)

# Stands in for Python: makes an "environment" that holds itself, and writes down what it was asked.
FAKE_PYTHON = """#!/bin/bash
echo "$*" >> "$ASKED"
case "$*" in
    --version) echo "Python 3.11.0" ;;
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m uv "*"/requirements.lock") [ -z "$BREAKS$UV_BREAKS" ] ;;
    *"-r requirements.lock" | *"light.lock") [ -z "$BREAKS" ] ;;
esac
"""


class Checkout:
    """A folder with a Makefile, where a fake Python writes down what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked_file = folder / "asked"
        for name in ("Makefile", "pyproject.toml"):
            shutil.copy(ROOT / name, folder / name)
        (folder / "requirements.lock").write_text("six==1.0\nuv==0.1.2\n")
        (folder / "resources" / "locks").mkdir(parents=True)
        (folder / "resources" / "locks" / "light.lock").write_text("six==1.0\n")
        fake = folder / "fake-python"
        fake.write_text(FAKE_PYTHON)
        fake.chmod(0o755)

    def make(self, *words: str, breaks: bool = False, uv_breaks: bool = False) -> list[str]:
        """Run make; returns what Python was asked to do, or fails as make fails."""
        self.asked_file.write_text("")
        environment = {
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "ASKED": str(self.asked_file),
            "BREAKS": "yes" if breaks else "",
            "UV_BREAKS": "yes" if uv_breaks else "",
        }
        command = ["make", *words, f"PYTHON={self.folder / 'fake-python'}"]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True
        )
        assert bool(done.returncode) == breaks, done.stderr
        return self.asked_file.read_text().splitlines()


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


def installs_all(asked: list[str]) -> bool:
    return any(line.endswith("requirements.lock") for line in asked)


def test_the_environment_is_made_when_it_is_missing_and_then_left_alone(checkout):
    first = checkout.make("setup")
    assert "-m venv .venv" in first
    assert installs_all(first)
    assert any(line.endswith("--no-build-isolation -e .") for line in first)
    assert checkout.make("setup") == ["curator/system_needs.py --install"]


def test_packages_are_installed_without_what_they_declare(checkout):
    for line in checkout.make("setup"):
        assert "pip install" not in line or "--no-deps" in line


def test_uv_of_the_lock_installs_and_pip_where_it_cannot(checkout):
    installs = [line for line in checkout.make("setup") if line.endswith("requirements.lock")]
    assert [line.split()[1] for line in installs] == ["uv"]
    assert "--directory / " in installs[0]  # the overrides of pyproject.toml are for resolving
    assert f"-r {checkout.folder}/requirements.lock" in installs[0]
    shutil.rmtree(checkout.folder / ".venv")
    again = checkout.make("setup", uv_breaks=True)
    assert any(line.endswith(" uv==0.1.2") for line in again)
    installs = [line for line in again if line.endswith("requirements.lock")]
    assert [line.split()[1] for line in installs] == ["uv", "pip"]


def test_an_environment_whose_making_broke_off_is_made_anew(checkout):
    checkout.make("setup", breaks=True)
    left_over = checkout.folder / ".venv" / "half-installed"
    left_over.touch()
    again = checkout.make("setup")
    assert "-m venv .venv" in again
    assert not left_over.exists()


def test_a_changed_lock_is_installed_into_the_environment(checkout):
    checkout.make("setup")
    (checkout.folder / "requirements.lock").write_text("six==2.0\n")
    again = checkout.make("setup")
    assert installs_all(again)
    assert "-m venv .venv" not in again


def test_an_environment_elsewhere_serves_a_second_checkout(checkout, tmp_path):
    shared = tmp_path / "shared-environment"
    checkout.make("setup", f"VENV={shared}")
    second = tmp_path / "second"
    second.mkdir()
    asked = Checkout(second).make("setup", f"VENV={shared}")
    assert not installs_all(asked)
    assert any(line.endswith("-e .") for line in asked)


def test_every_command_of_the_readme_makes_what_it_needs(checkout):
    for command in ("demo", "test", "lint", "bench"):
        shutil.rmtree(checkout.folder / ".venv", ignore_errors=True)
        (checkout.folder / ".venv/bin").mkdir(parents=True)
        lint = checkout.folder / ".venv/bin/lint-imports"
        lint.write_text("#!/bin/sh\n")
        lint.chmod(0o755)
        assert installs_all(checkout.make(command)), command


def test_run_makes_the_light_environment_once(checkout):
    first = checkout.make("run")
    assert "-m venv .venv-light" in first
    assert not installs_all(first)
    assert any(line.endswith("--no-deps -r resources/locks/light.lock") for line in first)
    assert first[-1] == "-m curator"
    assert checkout.make("run", "ARGS=clips p.curator") == ["-m curator clips p.curator"]


def test_a_light_environment_that_broke_off_is_completed(checkout):
    checkout.make("run", breaks=True)
    again = checkout.make("run")
    assert any(line.endswith("-r resources/locks/light.lock") for line in again)
    assert again[-1] == "-m curator"


def test_run_uses_the_whole_environment_where_it_is_made(checkout):
    checkout.make("setup")
    assert checkout.make("run")[-1] == "-m curator"
    assert not (checkout.folder / ".venv-light").exists()


# Stands in for make: writes down what it was asked, and fails for what $FAILING is a part of.
FAKE_MAKE = """#!/bin/bash
echo "$*" >> asked
case "$*" in *"$FAILING"*) echo "failed: $*"; exit 2 ;; *) echo "passed: $*" ;; esac
"""
ELSEWHERE = "--ignore=tests/trainer --ignore=tests/contract"
PARTS = {
    'test ARGS=--durations=20 -m "not slow"',
    'test ARGS=--durations=20 -m "slow and not long" tests/trainer',
    "test ARGS=--durations=20 -m slow tests/contract",
    f'test ARGS=--durations=20 -m "slow and not long" {ELSEWHERE}',
}


@pytest.fixture
def run_ci(tmp_path):
    """Function that runs .ci/run with a fake make: what it asked of make, and how it ended."""
    programs = tmp_path / "programs"
    for folder in (tmp_path / ".ci", programs):
        folder.mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    (programs / "make").write_text(FAKE_MAKE)
    (programs / "make").chmod(0o755)

    def run(failing: str) -> tuple[list[str], subprocess.CompletedProcess[str]]:
        environment = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "FAILING": failing,
        }
        ended = subprocess.run(
            [".ci/run"], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        return (tmp_path / "asked").read_text().splitlines(), ended

    return run


def test_ci_runs_what_people_run(run_ci):
    asked, ended = run_ci("nothing")
    assert asked[:2] == ["setup", "lint"]
    assert set(asked[2:]) == PARTS
    assert ended.returncode == 0, ended.stderr
    passed, outcome = ended.stdout.split("\nOutcome of all parts:\n")
    assert set(passed.splitlines()) == {f"passed: {command}" for command in asked}
    assert outcome.count("ended with 0: pytest") == len(PARTS)


def test_ci_runs_every_part_and_fails_when_one_fails(run_ci):
    asked, ended = run_ci('long" tests/trainer')
    assert set(asked[2:]) == PARTS
    assert ended.returncode != 0
    assert 'failed: test ARGS=--durations=20 -m "slow and not long" tests/trainer' in ended.stdout
    outcome = ended.stdout.rpartition("Outcome of all parts:")[2]
    assert 'ended with 2: pytest -m "slow and not long" tests/trainer\n' in outcome


def test_ci_ends_at_lint_that_fails(run_ci):
    asked, ended = run_ci("lint")
    assert asked == ["setup", "lint"]
    assert ended.returncode != 0
