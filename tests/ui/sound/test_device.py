"""Playback on a PulseAudio null sink, recorded at its monitor."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from curator.audio.waveform import Samples
from curator.ui.messages import Messages
from curator.ui.sound.outputs import rescan_devices
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.player import SoundDevicePlayer
from tests.helpers.sounds import speech_like, tone
from tests.ui.sound.null_sink import RATE, NullSink, aligned, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

TRIES = 15
"""Retries for blocks that come too late on a busy machine."""

OpenPlayer = Callable[[], tuple[SoundDevicePlayer, list[str]]]


@pytest.fixture
def sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NullSink]:
    """Null sink for one test and its PortAudio."""
    made = NullSink(tmp_path / "sound")
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    yield made
    made.kill()


@pytest.fixture
def open_player(qtbot) -> Iterator[OpenPlayer]:
    opened: list[SoundDevicePlayer] = []

    def opening() -> tuple[SoundDevicePlayer, list[str]]:
        rescan_devices()
        messages, said = Messages(), []
        messages.said.connect(lambda message: said.append(message.sentence))
        opened.append(SoundDevicePlayer(messages, rate=RATE, channels=1))
        opened[-1].open()
        return opened[-1], said

    yield opening
    for player in opened:
        player.close()


def undisturbed(take: Callable[[], Samples], good: Callable[[Samples], bool]) -> Samples:
    """What was heard in the first good try, or in the last.

    Not every block that came too late is counted by PortAudio; what is wrong every time is. Where
    the recorder had no processor, nothing was heard.
    """
    heard = take()
    for _ in range(TRIES - 1):
        if heard.size and good(heard):
            break
        heard = take()
    assert heard.size, f"nothing was recorded in {TRIES} tries"
    return heard


def test_what_is_heard_is_the_clip_sample_by_sample(qtbot, sink, open_player):
    sink.start()
    player, said = open_player()
    qtbot.waitUntil(lambda: player.has_device)
    sound = speech_like(1.5, RATE)

    def take() -> Samples:
        with sink.recorded() as heard:
            with qtbot.waitSignal(player.finished):
                player.play(PlayableClip.of(sound, RATE))
            qtbot.wait(150)  # until the recorder has the last of it
        return aligned(heard(), sound)

    inside = slice(RATE // 100, -RATE // 100)

    def furthest(heard: Samples) -> float:
        if heard.size < sound.size:
            return np.inf
        return float(np.abs(heard - sound)[inside].max())

    heard = undisturbed(take, lambda heard: furthest(heard) <= 2 / 32768)
    assert np.corrcoef(heard, sound)[0, 1] >= 0.99
    assert furthest(heard) <= 2 / 32768
    assert said == []


def test_switching_and_stopping_do_not_click(qtbot, sink, open_player):
    sink.start()
    player, _ = open_player()
    qtbot.waitUntil(lambda: player.has_device)
    clips = [PlayableClip.of(tone(3.0, hz, RATE, 0.5), RATE) for hz in (300, 217)]

    def take(switches: int = 7) -> Samples:
        with sink.recorded() as heard:
            for turn in range(1 + switches):
                player.play(clips[turn % 2], start_s=0.3137 * turn)
                qtbot.wait(480 // (1 + switches))
            player.stop()
            qtbot.wait(200)
        return heard()

    most = 0.5 * 2 * np.pi * 300 / RATE + np.pi / 2 / (0.003 * RATE)  # of the tone and a fade

    def is_smooth(heard: Samples) -> bool:
        return bool(np.abs(np.diff(heard)).max() <= most)

    heard = undisturbed(take, is_smooth)
    if not is_smooth(heard) and not is_smooth(undisturbed(lambda: take(switches=0), is_smooth)):
        pytest.skip("this machine is too busy to play a tone without gaps, even a single one")
    assert np.abs(heard).max() > 0.45
    assert np.abs(np.diff(heard)).max() <= most


def test_a_device_lost_while_playing_is_used_again_once_it_is_back(qtbot, sink, open_player):
    sink.start()
    player, said = open_player()
    qtbot.waitUntil(lambda: player.has_device)
    player.play(PlayableClip.of(speech_like(2.0, RATE), RATE), loop=True)
    with qtbot.waitSignal(player.device_lost):
        sink.kill()
    before = player.position()
    qtbot.waitUntil(lambda: player.position() != before)  # it goes on by the clock
    with qtbot.waitSignal(player.device_found):
        sink.start()

    def take() -> Samples:
        with sink.recorded() as heard:
            qtbot.wait(600)
        return heard()

    heard = undisturbed(take, lambda heard: bool(np.abs(heard).max() > 0.05))
    assert np.abs(heard).max() > 0.05
    assert said[0] == "Audio output lost."
    assert said[-1].startswith("Audio output: ")


def test_without_a_device_it_is_said_once_and_clips_still_end(qtbot, sink, open_player):
    player, said = open_player()
    qtbot.waitUntil(lambda: bool(said))
    for _ in range(3):
        with qtbot.waitSignal(player.finished):
            player.play(PlayableClip.of(tone(0.1, 440, RATE), RATE))
    assert said == ["No audio output device: playback is silent."]
    assert not player.has_device


def test_without_portaudio_it_is_said_once_and_never_tried_again(
    qtbot, monkeypatch: pytest.MonkeyPatch
):
    import builtins

    real, tried = builtins.__import__, []

    def without(name: str, *rest: object):
        if name == "sounddevice":
            tried.append(name)
            raise OSError("PortAudio library not found")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    messages, said = Messages(), []
    messages.said.connect(lambda message: said.append(message.text))
    player = SoundDevicePlayer(messages, rate=RATE)
    for _ in range(2):
        with qtbot.waitSignal(player.finished):
            player.play(PlayableClip.of(tone(0.1, 440, RATE), RATE))
    player.open()
    player.close()
    assert len(said) == len(tried) == 1
    assert "PortAudio library not found" in said[0]
