"""What is said about a system that lacks something; the check runs before anything else does."""

import subprocess
import sys
from pathlib import Path

import pytest

from curator import system_needs
from curator.system_needs import Component, Need, install_line, is_present, lacks

SOUND = Need("portaudio", "audio playback", (Component("libportaudio.so.2", "libportaudio2"),))
SCREEN = Need("xvfb", "tests", (Component("Xvfb", "xvfb"), Component("xvfb-run", "xvfb")))


@pytest.fixture(autouse=True)
def on_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")


def on_debian(monkeypatch, *, as_root: bool):
    monkeypatch.setattr(system_needs.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(system_needs.os, "geteuid", lambda: 0 if as_root else 1000, raising=False)


def elsewhere(monkeypatch):
    monkeypatch.setattr(system_needs.shutil, "which", lambda name: None)


def test_what_is_there_is_not_mentioned():
    assert lacks((SOUND, SCREEN), present=lambda part: True) == []


def test_only_the_absent_part_of_a_need_is_named():
    (lack,) = lacks((SOUND, SCREEN), present=lambda part: part.name != "xvfb-run")
    assert lack.sentence == "Not found: xvfb-run, for tests."


def test_a_package_with_two_absent_parts_is_installed_once(monkeypatch):
    on_debian(monkeypatch, as_root=False)
    missing = lacks((SOUND, SCREEN), present=lambda part: False)
    assert install_line(missing).endswith("--no-install-recommends libportaudio2 xvfb")


def test_elsewhere_than_on_debian_the_parts_themselves_are_named(monkeypatch):
    elsewhere(monkeypatch)
    missing = lacks((SOUND,), present=lambda part: False)
    assert "libportaudio.so.2" in install_line(missing)


def test_systems_whose_wheels_bring_everything_lack_nothing(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert lacks((SOUND,), present=lambda part: False) == []


def test_another_program_may_do_instead(monkeypatch):
    monkeypatch.setattr(
        system_needs.shutil, "which", lambda name: "/bin/it" if name == "new" else None
    )
    assert is_present(Component("old", "package", instead="new"))
    assert not is_present(Component("old", "package"))


def test_a_library_that_does_not_exist_is_absent():
    assert not is_present(Component("libno-such-thing.so.9", "package"))


def test_only_root_on_debian_installs(monkeypatch):
    on_debian(monkeypatch, as_root=True)
    assert system_needs.may_install()
    on_debian(monkeypatch, as_root=False)
    assert not system_needs.may_install()
    elsewhere(monkeypatch)
    assert not system_needs.may_install()


def test_without_the_right_to_install_one_line_is_printed_and_all_goes_on(monkeypatch, capsys):
    on_debian(monkeypatch, as_root=False)
    monkeypatch.setattr(system_needs, "lacks", lambda: lacks((SOUND,), present=lambda part: False))
    assert system_needs.look(may_change=True) == 0
    said = capsys.readouterr().out.splitlines()
    assert (
        said[0]
        == "Not found: libportaudio.so.2, for audio playback. Everything else works without it."
    )
    assert said[1].startswith("To add what is missing: sudo apt-get install")


def test_an_installation_that_fails_says_why_and_all_goes_on(monkeypatch, capsys):
    def refuse(command, **options):
        return subprocess.CompletedProcess(command, 100, "", "E: no such package\n")

    monkeypatch.setattr(system_needs.subprocess, "run", refuse)
    system_needs.install(lacks((SOUND,), present=lambda part: False))
    assert "apt-get install failed: E: no such package" in capsys.readouterr().out


def test_a_command_runs_on_a_virtual_screen_where_there_is_none(monkeypatch):
    ran = []

    def note(command, **options):
        ran.append(list(command))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(system_needs.subprocess, "run", note)
    on_debian(monkeypatch, as_root=True)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    system_needs.main(["--run-on-screen", "pytest", "-q"])
    monkeypatch.setenv("DISPLAY", ":0")
    system_needs.main(["--run-on-screen", "pytest", "-q"])
    assert ran[0][:2] == ["xvfb-run", "-a"]
    assert ran[0][-2:] == ran[1] == ["pytest", "-q"]


def test_the_check_needs_nothing_installed(tmp_path):
    script = Path(system_needs.__file__)
    done = subprocess.run(
        [sys.executable, "-I", "-S", script, "--help"], capture_output=True, cwd=tmp_path
    )
    assert done.returncode == 0
