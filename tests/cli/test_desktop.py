"""Menu entry, icon, file type, and the file that opens a project by double click."""

import configparser
import re
import shutil
import subprocess
import sys
import types
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from curator.cli import desktop
from curator.cli.arguments import window_request
from curator.domain import system
from curator.domain.project_file import CONTENT, OPENER, SUFFIX
from curator.domain.resources import resources
from curator.store.project import Project
from tests.helpers.factories import a_project

LOOK = resources() / "look"
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def entry_of(path):
    entry = configparser.RawConfigParser()
    entry.optionxform = str
    entry.read_string(path.read_text("utf-8"))
    return entry["Desktop Entry"]


def unquoted(value):
    """Words of a desktop entry's command, after both rules of its specification."""
    words = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', value.replace("\\\\", "\\"))
    return [re.sub(r"\\(.)", r"\1", quoted).replace("%%", "%") or bare for quoted, bare in words]


def test_everything_is_installed_and_removed_again(curator, data):
    code, out, _ = curator("desktop", "--install")
    installed = {path for path in data.rglob("*") if path.is_file()}
    assert code == 0
    assert {data / place for place in desktop.FILES.values()} <= installed
    assert out.count("Installed ") == 4
    assert curator("desktop", "--install")[0] == 0  # again, over it
    assert curator("desktop", "--remove")[0] == 0
    assert not [data / place for place in desktop.FILES.values() if (data / place).exists()]
    assert curator("desktop", "--remove")[0] == 0


def test_the_command_of_the_entry_runs_this_program(curator, data):
    curator("desktop", "--install")
    entry = entry_of(data / "applications/voice-curator.desktop")
    *command, file = unquoted(entry["Exec"])
    assert (command, file) == ([sys.executable, "-m", "curator"], "%f")
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("curator ")


@pytest.mark.parametrize("word", ["/a b/python", '/a"b$c`d\\e', "/100%/f"])
def test_odd_paths_in_a_command_are_quoted(word):
    assert unquoted(desktop.quoted(word)) == [word]


def test_names_in_all_files_agree():
    entry = entry_of(LOOK / "voice-curator.desktop")
    info = ElementTree.parse(LOOK / "voice-curator.metainfo.xml").getroot()
    mime = ElementTree.parse(LOOK / "voice-curator.mime.xml").getroot().find(f"{MIME}mime-type")
    assert info.findtext("launchable") == "voice-curator.desktop"
    assert info.findtext("provides/mediatype") == mime.get("type")
    assert entry["MimeType"] == f"{mime.get('type')};"
    assert mime.find(f"{MIME}glob").get("pattern") == f"*{SUFFIX}"
    assert CONTENT.startswith(mime.find(f"{MIME}magic/{MIME}match").get("value").encode())
    assert entry["Icon"] == mime.find(f"{MIME}icon").get("name") == info.findtext("icon")
    assert all(info.find(tag) is not None for tag in ("summary", "description", "content_rating"))


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="needs desktop-file-utils")
def test_the_entry_is_valid_for_its_own_checker():
    subprocess.run(["desktop-file-validate", LOOK / "voice-curator.desktop"], check=True)


def test_the_window_has_the_class_of_the_entry(qapp):
    from curator.ui.app import dress

    dress(qapp)
    entry = entry_of(LOOK / "voice-curator.desktop")
    assert qapp.desktopFileName() == entry["StartupWMClass"] == "voice-curator"
    assert qapp.applicationName() == entry["StartupWMClass"]


def test_the_file_in_a_project_opens_it(curator, tmp_path):
    a_project(tmp_path, 2).close()
    project = tmp_path / "show.curator"
    opener = project / OPENER
    assert opener.read_bytes() == CONTENT
    assert window_request([str(opener)]).project == project
    assert curator("history", opener)[0] == 0
    with Project.open(project) as opened:
        assert opened.verify() == []


def test_an_older_project_gets_the_file_when_it_is_opened_for_writing(tmp_path):
    a_project(tmp_path, 2).close()
    opener = tmp_path / "show.curator" / OPENER
    opener.unlink()
    Project.open(opener.parent, write=False).close()
    assert not opener.exists()
    Project.open(opener.parent).close()
    assert opener.exists()


def test_the_file_type_is_registered_on_windows(curator, monkeypatch):
    """With a stand-in of the registry: it deletes only keys without keys in them."""
    keys = {}

    def delete(_root, key):
        if key not in keys:
            raise FileNotFoundError(key)
        if any(other.startswith(f"{key}\\") for other in keys):
            raise PermissionError(key)
        del keys[key]

    fake = types.SimpleNamespace(
        HKEY_CURRENT_USER=1,
        REG_SZ=1,
        SetValue=lambda _root, key, _kind, value: keys.__setitem__(key, value),
        DeleteKey=delete,
    )
    monkeypatch.setitem(sys.modules, "winreg", fake)
    monkeypatch.setattr(system, "WINDOWS", True)
    assert curator("desktop", "--install")[0] == 0
    program = keys[rf"Software\Classes\{SUFFIX}"]
    command = keys[rf"Software\Classes\{program}\shell\open\command"]
    assert command == f'"{Path(sys.executable)}" -m curator "%1"'
    assert curator("desktop", "--remove")[0] == 0
    assert keys == {}
    assert curator("desktop", "--remove")[0] == 0
