"""Silent player: positions, speed, loop and loudness by a clock that the tests move."""

import time

import numpy as np
import pytest

from curator.ui.sound import mixer, outputs, silent_player
from curator.ui.sound.loudness import TARGET_LUFS, matching_gain, measure
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.player import SilentPlayer
from tests.helpers.sounds import speech_like, tone

RATE = 48_000
STEP_S = 0.01


class HandClock:
    """A clock that stands until time is made to pass: the player is told in steps of 10 ms."""

    def __init__(self, player: SilentPlayer) -> None:
        self._player, self._now = player, time.perf_counter()

    def perf_counter(self) -> float:
        """In place of the function of ``time``."""
        return self._now

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds / STEP_S)):
            self._now += STEP_S
            self._player._tick()


@pytest.fixture
def clock(silent: SilentPlayer, monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """The only clock that the player knows."""
    clock = HandClock(silent)
    for module in (mixer, outputs, silent_player):
        monkeypatch.setattr(module, "time", clock)
    return clock


def a_clip(seconds: float = 0.4) -> PlayableClip:
    return PlayableClip.of(tone(seconds, 440, RATE), RATE, clip_id=7)


def test_a_clip_is_heard_to_its_end_and_then_said_to_be_finished(
    qtbot, silent: SilentPlayer, clock: HandClock
):
    with qtbot.assertNotEmitted(silent.finished):
        silent.play(a_clip(0.3))
        clock.passes(0.28)
    with qtbot.waitSignal(silent.finished):
        clock.passes(0.04)
    assert silent.position() is None
    assert silent.playing is None


def test_the_position_advances_with_the_clock(silent: SilentPlayer, clock: HandClock):
    silent.play(a_clip(5.0), start_s=1.0)
    clock.passes(0.2)
    assert silent.position() == pytest.approx(1.2, abs=2 * STEP_S)


def test_stopping_is_not_finishing(qtbot, silent: SilentPlayer, clock: HandClock):
    with qtbot.assertNotEmitted(silent.finished):
        silent.play(a_clip(0.1))
        silent.stop()
        clock.passes(0.2)
    assert silent.position() is None


@pytest.mark.parametrize(("start_s", "stop_s", "expected"), [(0, 0.1, 0.0), (-0.1, None, 0.3)])
def test_the_first_or_last_part_alone_can_be_heard(
    qtbot,
    silent: SilentPlayer,
    clock: HandClock,
    start_s: float,
    stop_s: float | None,
    expected: float,
):
    with qtbot.waitSignal(silent.finished):
        silent.play(a_clip(0.4), start_s=start_s, stop_s=stop_s)
        voice = silent.voice
        assert silent.position() == pytest.approx(expected)
        clock.passes(0.12)
    assert voice.stop - voice.start == pytest.approx(0.1 * RATE, abs=1)


def test_a_loop_goes_on_until_it_is_ended(qtbot, silent: SilentPlayer, clock: HandClock):
    clip = a_clip(0.05)
    with qtbot.assertNotEmitted(silent.finished):
        silent.play(clip, loop=True)
        clock.passes(0.2)
    assert 0 <= silent.position() <= 0.05
    with qtbot.waitSignal(silent.finished):
        silent.loop = False
        clock.passes(0.1)


def test_a_clip_that_cannot_be_read_ends_instead_of_waiting_for_ever(qtbot, silent: SilentPlayer):
    clip = a_clip()
    clip.filled = 0
    silent.play(clip)
    with qtbot.waitSignal(silent.finished):
        clip.failure = "show.wav is not there any more."


@pytest.mark.parametrize("speed", [0.5, 0.75, 1.05, 1.5, 2.0])
def test_speed_changes_how_long_it_takes_but_not_the_pitch(
    qtbot, silent: SilentPlayer, clock: HandClock, speed: float
):
    clip = a_clip(1.0)
    silent.speed = speed
    silent.play(clip, start_s=0.25)
    made = silent.voice.clip
    qtbot.waitUntil(lambda: made.whole)
    assert made.seconds == pytest.approx(1.0 / speed, abs=0.001)
    middle = made.samples[made.samples.size // 4 : -made.samples.size // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(middle.size)))
    assert np.argmax(spectrum) * RATE / middle.size == pytest.approx(440, abs=4)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / 2**0.5, rel=0.1)
    assert silent.position() == pytest.approx(0.25, abs=1 / RATE)
    clock.passes(0.1)
    assert silent.position() == pytest.approx(0.25 + 0.1 * speed, abs=2 * STEP_S * speed)


@pytest.mark.parametrize("speed", [0.5, 1.35, 2.0])
def test_at_another_speed_sounds_are_where_they_were(qtbot, silent: SilentPlayer, speed: float):
    sound = np.zeros(6 * RATE, np.float32)
    times = [0.5, 2.0, 5.5]
    for at in times:
        sound[round(at * RATE) :][:2400] = tone(0.05, 400, RATE) * np.hanning(2400)
    silent.speed = speed
    silent.play(PlayableClip.of(sound, RATE))
    made = silent.voice.clip
    qtbot.waitUntil(lambda: made.whole)
    level = np.convolve(np.abs(made.samples), np.ones(960) / 960, "same")
    for at in times:
        near = slice(round((at - 0.3) / speed * RATE), round((at + 0.3) / speed * RATE))
        peak = (near.start + np.argmax(level[near])) / RATE * speed
        assert peak == pytest.approx(at + 0.025, abs=0.03)


def test_changing_the_speed_goes_on_from_where_it_is(qtbot, silent: SilentPlayer, clock: HandClock):
    silent.play(PlayableClip.of(speech_like(4.0, RATE), RATE), start_s=2.0)
    silent.speed = 0.5
    qtbot.waitUntil(lambda: silent.voice.clip.speed == 0.5)
    qtbot.waitUntil(lambda: silent.voice.clip.whole)  # it plays as far as it is rendered
    assert silent.position() == pytest.approx(2.0, abs=0.001)
    clock.passes(0.2)
    assert silent.position() == pytest.approx(2.1, abs=STEP_S)


def test_speeds_are_kept_in_range(silent: SilentPlayer):
    silent.speed = 9.0
    assert silent.speed == 2.0
    silent.speed = 0.1
    assert silent.speed == 0.5


def test_matched_listening_makes_clips_equally_loud_without_touching_them():
    quiet, loud = a_clip(), a_clip()
    quiet.loudness, loud.loudness = -26.0, -14.0
    before = quiet.samples.copy()
    assert matching_gain(quiet) == pytest.approx(10 ** ((TARGET_LUFS + 26) / 20))
    assert matching_gain(loud) == pytest.approx(10 ** ((TARGET_LUFS + 14) / 20))
    assert np.array_equal(quiet.samples, before)


@pytest.mark.parametrize("rate", [8_000, 48_000])
def test_loudness_measured_while_listening_is_the_scorers(rate: int):
    from curator.stages.scoring.scorers.loudness import integrated_loudness

    sound = speech_like(3.0, rate)
    clip = PlayableClip.of(sound, rate)
    measure(clip)
    assert clip.loudness == pytest.approx(integrated_loudness(sound, rate), abs=0.01)


def test_matched_listening_never_distorts_nor_guesses():
    clip = a_clip()
    assert matching_gain(clip) == 1.0
    clip.loudness = -60.0
    assert matching_gain(clip) * np.abs(clip.samples).max() == pytest.approx(1.0, rel=1e-3)


def test_turning_matching_on_is_heard_at_once(qtbot, silent: SilentPlayer, clock: HandClock):
    clip = a_clip(3.0)
    clip.loudness = -26.0
    silent.play(clip)
    assert silent.voice.gain == 1.0
    silent.matched = True
    qtbot.waitUntil(lambda: silent.voice.gain > 1.9)
    assert silent.position() == pytest.approx(0.0)


def test_closing_while_it_plays_leaves_no_thread(qapp):
    import threading

    before = threading.active_count()
    player = SilentPlayer(RATE)
    player.speed = 0.5
    player.play(PlayableClip.of(speech_like(8.0, RATE), RATE))
    player.close()
    assert threading.active_count() == before
