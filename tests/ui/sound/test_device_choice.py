"""Choosing the output device, and what happens when it vanishes, with faked lists of devices."""

import sys
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from curator.ui.messages import Messages
from curator.ui.settings import WindowSettings
from curator.ui.settings_dialog import SettingsDialog
from curator.ui.sound import player as player_module
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.player import SoundDevicePlayer
from tests.helpers.sounds import tone

RATE = 16_000


class FakePortAudioError(Exception):
    """What PortAudio raises."""


class FakeStream:
    """An output stream that asks for a block when a test says so."""

    latency = 0.01

    def __init__(self, devices: "FakeDevices", name: str, callback: Callable) -> None:
        self._devices, self.name, self._callback = devices, name, callback
        self.active = False

    def start(self) -> None:
        self.active = True

    def ask(self, frames: int = 512) -> np.ndarray:
        out = np.zeros((frames, 2), np.float32)
        self._callback(out, frames, None, SimpleNamespace(output_underflow=False))
        return out

    def abort(self, ignore_errors: bool) -> None:
        self.active = False

    def close(self, ignore_errors: bool) -> None:
        self.active = False


class FakeDevices:
    """Stands for the module sounddevice. connected: names, the system's default first.

    Like PortAudio, it refreshes its list of devices only when it is restarted.
    """

    PortAudioError = FakePortAudioError

    def __init__(self, *connected: str) -> None:
        self.connected = list(connected)
        self._listed = list(connected)
        self.streams: list[FakeStream] = []

    def query_devices(self, device: object = None, kind: str = "") -> object:
        all_of_them = [{"name": name, "max_output_channels": 2} for name in self._listed]
        if not kind:
            return all_of_them
        if device is None and all_of_them:
            return all_of_them[0]
        for each in all_of_them:
            if each["name"] == device:
                return each
        raise ValueError(f"No output device matching {device!r}")

    def OutputStream(self, *, device: str | None, callback: Callable, **_: object) -> FakeStream:  # noqa: N802
        info = self.query_devices(device, "output")
        if info["name"] not in self.connected:
            raise FakePortAudioError("Device unavailable")
        self.streams.append(FakeStream(self, info["name"], callback))
        return self.streams[-1]

    def unplug(self, name: str) -> None:
        self.connected.remove(name)
        for stream in self.streams:
            if stream.name == name:
                stream.active = False

    def _terminate(self) -> None:
        pass

    def _initialize(self) -> None:
        self._listed = list(self.connected)


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> FakeDevices:
    fake = FakeDevices("Speakers", "Headset")
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    monkeypatch.setattr(player_module, "RETRY_S", 0.02)
    return fake


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def open_player(qtbot, devices: FakeDevices, said: list[str]):
    made: list[SoundDevicePlayer] = []
    messages = Messages()
    messages.said.connect(lambda message: said.append(message.sentence))

    def opening(device: str | None = None) -> SoundDevicePlayer:
        made.append(SoundDevicePlayer(messages, rate=RATE, device=device))
        made[-1].open()
        qtbot.waitUntil(lambda: made[-1].has_device)
        return made[-1]

    yield opening
    for player in made:
        player.close()


def a_clip() -> PlayableClip:
    return PlayableClip.of(tone(30.0, 440, RATE), RATE)


def test_the_settings_list_the_devices_and_the_choice_is_played_on(
    qtbot, devices: FakeDevices, open_player, said: list[str]
):
    settings = WindowSettings()
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    box = dialog.controls["output"]
    assert [box.itemText(at) for at in range(box.count())] == [
        "System default", "Speakers", "Headset",
    ]  # fmt: skip
    player = open_player()
    settings.changed.connect(lambda key: player.choose_device(settings.text(key) or None))
    box.setCurrentIndex(box.findData("Headset"))
    qtbot.waitUntil(lambda: len(devices.streams) == 2)
    qtbot.waitUntil(lambda: player.has_device)
    assert [stream.name for stream in devices.streams] == ["Speakers", "Headset"]
    qtbot.waitUntil(lambda: not devices.streams[0].active)
    player.play(a_clip())
    assert np.abs(devices.streams[1].ask()).max() > 0.1
    assert not devices.streams[0].ask().any()
    assert said == ["Audio output: Headset"]
    dialog.close()


def test_a_chosen_device_that_is_not_connected_stays_listed(qtbot, devices: FakeDevices):
    settings = WindowSettings()
    settings.set("output", "Old interface")
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    box = dialog.controls["output"]
    assert box.currentText() == "Old interface (not connected)"
    dialog.close()


def test_playback_goes_on_on_the_systems_device_when_the_chosen_one_vanishes(
    qtbot, devices: FakeDevices, open_player, said: list[str]
):
    player = open_player("Headset")
    player.play(a_clip(), loop=True)
    devices.streams[0].ask()
    with qtbot.waitSignal(player.device_lost):
        devices.unplug("Headset")
    assert said == ["Audio output lost."]
    qtbot.waitUntil(lambda: len(devices.streams) == 2)
    qtbot.waitUntil(lambda: player.has_device)
    assert devices.streams[1].name == "Speakers"
    assert said[1:] == ["“Headset” is not connected: playing on “Speakers”."]
    assert player.position() is not None
    assert np.abs(devices.streams[1].ask()).max() > 0.1


def test_a_missing_device_is_said_once_at_the_start(devices: FakeDevices, open_player, said):
    player = open_player("Old interface")
    assert [stream.name for stream in devices.streams] == ["Speakers"]
    player.play(a_clip())
    player.stop()
    player.play(a_clip())
    assert said == ["“Old interface” is not connected: playing on “Speakers”."]


def test_without_any_device_it_is_said_once_and_the_position_goes_on(
    qtbot, devices: FakeDevices, open_player, said: list[str]
):
    player = open_player()
    player.play(a_clip(), loop=True)
    devices.unplug("Headset")
    with qtbot.waitSignal(player.device_lost):
        devices.unplug("Speakers")
    before = player.position()
    qtbot.waitUntil(lambda: player.position() != before)
    qtbot.wait(100)  # several attempts to open one
    assert said == ["Audio output lost."]
    devices.connected.append("Speakers")
    with qtbot.waitSignal(player.device_found):
        pass
    assert said == ["Audio output lost.", "Audio output: Speakers"]
