"""Players of clips: on an audio device, or silently by the clock without one."""

import threading
import time
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, SignalInstance, Slot

from curator.ui.messages import Messages
from curator.ui.sound.outputs import ClockOutput, DeviceOutput, NoDevice, rescan_devices
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.silent_player import RATE, SilentPlayer

__all__ = ["Player", "SilentPlayer", "SoundDevicePlayer"]

TOPIC = "audio"
"""Topic of messages about the audio output."""

RETRY_S = 1.0
"""Interval between attempts to open a lost device, in seconds."""

RETRY_FOR_S = 60.0
"""Duration of these attempts; later the device is opened when a clip is played."""


class Player(Protocol):
    """Plays one clip at a time. Times are seconds of the clip at speed 1.

    speed: 0.5..2, pitch kept. matched: whether playback is loudness-matched.
    """

    finished: SignalInstance  # the clip played to its end; not after stop
    device_lost: SignalInstance
    device_found: SignalInstance
    rate: int
    speed: float
    matched: bool

    @property
    def playing(self) -> PlayableClip | None:
        """Playing clip, as given to ``play``."""
        ...

    def play(
        self,
        sound: PlayableClip,
        *,
        start_s: float = 0.0,
        stop_s: float | None = None,
        loop: bool = False,
    ) -> None:
        """Play from ``start_s`` (negative: from the end) to ``stop_s`` (None: the end)."""
        ...

    def stop(self) -> None:
        """Fade out within 3 ms."""
        ...

    def position(self) -> float | None:
        """Playing position in seconds, None while nothing plays."""
        ...


class SoundDevicePlayer(SilentPlayer):
    """Plays on the system's output device; silently, with one message, while there is none.

    Devices are opened on a thread because that may block. A lost device is opened again when it is
    back, and the system's plays until then; playback continues at the current position.
    """

    _opened = Signal(object)  # DeviceOutput or NoDevice

    def __init__(
        self,
        messages: Messages | None = None,
        *,
        rate: int = RATE,
        device: str | int | None = None,
        channels: int | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(rate, parent)
        self._messages = messages
        self._device = device
        self._channels = channels
        self._opening: threading.Thread | None = None
        self._gone: DeviceOutput | None = None  # closed by the thread that opens the next device
        self._warned = self._unfixable = self._closed = False
        self._lost_at = self._tried_at = 0.0
        self._missing = ""  # chosen device that is not connected; the system's plays instead
        self._opened.connect(self._take_device, Qt.ConnectionType.QueuedConnection)
        self._watch_timer = QTimer(self)
        self._watch_timer.setInterval(round(RETRY_S * 250))
        self._watch_timer.timeout.connect(self._check_device)

    def choose_device(self, device: str | int | None) -> None:
        """Play through another device, None for the system's; opened at the next playback."""
        if device == self._device:
            return
        self._device = device
        self.stop()
        if isinstance(self._output, DeviceOutput):
            self._output.forget()
            self._gone = self._output
            self._output = ClockOutput(self._mixer)
        self._warned, self._tried_at = self._messages is not None, 0.0
        self.open()

    @property
    def has_device(self) -> bool:
        """Whether a device is open."""
        return isinstance(self._output, DeviceOutput)

    def open(self) -> None:
        """Open the device on a thread; ``play`` does so too."""
        if not (self.has_device or self._opening or self._unfixable or self._closed):
            self._tried_at = time.perf_counter()
            self._opening = threading.Thread(target=self._open, name="sound device", daemon=True)
            self._opening.start()

    def play(
        self,
        sound: PlayableClip,
        *,
        start_s: float = 0.0,
        stop_s: float | None = None,
        loop: bool = False,
    ) -> None:
        """See Player."""
        if time.perf_counter() - self._tried_at > RETRY_S:
            self.open()
        super().play(sound, start_s=start_s, stop_s=stop_s, loop=loop)

    def close(self) -> None:
        """See SilentPlayer."""
        self._closed = True
        self._watch_timer.stop()
        if self._opening is not None:
            self._opening.join()
            self._opening = None
        super().close()

    def _open(self) -> None:
        """Open the device; runs on its own thread."""
        try:
            if self._tried_before():
                rescan_devices()
            result: DeviceOutput | NoDevice = self._open_device()
        except NoDevice as reason:
            result = reason
        if self._closed and isinstance(result, DeviceOutput):
            result.close()
        else:
            self._opened.emit(result)

    def _open_device(self) -> DeviceOutput:
        """Open the chosen device, or the system's while that one is not connected."""
        self._missing = ""
        try:
            return DeviceOutput(self._mixer, device=self._device, channels=self._channels)
        except NoDevice as reason:
            if self._device is None or not reason.fixable:
                raise
            output = DeviceOutput(self._mixer, device=None, channels=self._channels)
        self._missing = str(self._device)
        return output

    def _tried_before(self) -> bool:
        """Whether PortAudio's device list may be outdated; closes the lost device."""
        gone, self._gone = self._gone, None
        if gone is not None:
            gone.close()
        return gone is not None or self._warned

    @Slot(object)
    def _take_device(self, result: DeviceOutput | NoDevice) -> None:
        if self._opening is not None:
            self._opening.join()
        self._opening = None
        if isinstance(result, NoDevice):
            self._unfixable = not result.fixable
            self._warn_no_device(result)
            return
        if self._closed:
            return
        self._output = result
        self._watch_timer.start()
        self._lost_at = 0.0
        self._say_device(result.name)
        self._warned = False
        self.device_found.emit()

    def _say_device(self, name: str) -> None:
        """Say which device plays, where that is not what a person expects."""
        if self._messages is None:
            return
        if self._missing:
            text = self.tr("“%1” is not connected: playing on “%2”.")
            text = text.replace("%1", self._missing).replace("%2", name)
            self._messages.warn(text, topic=TOPIC)
        elif self._warned:
            self._messages.inform(self.tr("Audio output: %s") % name, topic=TOPIC)

    def _warn_no_device(self, reason: NoDevice) -> None:
        if not self._warned and self._messages is not None:
            self._messages.warn(
                self.tr("No audio output device: playback is silent."),
                self.tr("Reason: %s") % reason,
                topic=TOPIC,
            )
        self._warned = True

    @Slot()
    def _check_device(self) -> None:
        """Check whether the device was lost, or try to open it again."""
        now = time.perf_counter()
        if isinstance(self._output, DeviceOutput):
            if self._output.lost():
                self._lose(self._output)
                self._lost_at = now
            return
        if now - self._lost_at > RETRY_FOR_S:
            self._watch_timer.stop()
        elif now - self._tried_at > RETRY_S:
            self.open()

    def _lose(self, output: DeviceOutput) -> None:
        output.forget()
        self._gone = output
        self._output = ClockOutput(self._mixer)
        if self._messages is not None:
            self._messages.warn(
                self.tr("Audio output lost."),
                self.tr("Reconnect the device to hear sound again."),
                topic=TOPIC,
            )
        self._warned = True
        self.device_lost.emit()
