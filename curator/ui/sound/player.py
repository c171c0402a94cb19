"""Plays clips: on a device if there is one, silently by the clock if not."""

import threading
import time
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, SignalInstance, Slot

from curator.ui.messages import Messages
from curator.ui.sound.outlets import ClockOutlet, DeviceOutlet, NoDevice, look_again
from curator.ui.sound.playable import PlayableClip
from curator.ui.sound.silent_player import RATE, SilentPlayer

__all__ = ["Player", "SilentPlayer", "SoundDevicePlayer"]

RETRY_S = 1.0
"""How often a device that was lost is looked for."""

PATIENCE_S = 60.0
"""How long; after that only when somebody wants to hear something."""


class Player(Protocol):
    """Plays one clip at a time. Times are seconds of the clip as it was spoken, at any speed.

    speed: 0.5..2, pitch kept. matched: whether clips are made equally loud, for the ear only.
    """

    finished: SignalInstance  # the clip was heard to its end; not after stop
    device_lost: SignalInstance
    device_found: SignalInstance
    rate: int
    speed: float
    matched: bool

    def play(
        self,
        sound: PlayableClip,
        *,
        start_s: float = 0.0,
        stop_s: float | None = None,
        loop: bool = False,
    ) -> None:
        """Play from ``start_s`` (negative: counted from the end) to ``stop_s`` (None: the end)."""
        ...

    def stop(self) -> None:
        """Fade out within 3 ms."""
        ...

    def position(self) -> float | None:
        """What is heard now; None while nothing plays."""
        ...


class SoundDevicePlayer(SilentPlayer):
    """Plays on the system's output; silently, saying so once, while there is none.

    Devices are opened on a thread, as that may take long. One that is lost is looked for, and what
    plays then is heard again from where it would be by now.
    """

    _opened = Signal(object)  # DeviceOutlet or NoDevice

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
        self._gone: DeviceOutlet | None = None  # to be closed by the thread that opens the next
        self._said = self._hopeless = self._closed = False
        self._lost_at = self._tried_at = 0.0
        self._opened.connect(self._take_device, Qt.ConnectionType.QueuedConnection)
        self._watch = QTimer(self)
        self._watch.setInterval(round(RETRY_S * 250))
        self._watch.timeout.connect(self._look)

    @property
    def has_device(self) -> bool:
        """Whether what plays can be heard."""
        return isinstance(self._outlet, DeviceOutlet)

    def open(self) -> None:
        """Get the device ready, beside the window's other work; ``play`` does so, too."""
        if not (self.has_device or self._opening or self._hopeless or self._closed):
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
        self._watch.stop()
        if self._opening is not None:
            self._opening.join()
            self._opening = None
        super().close()

    def _open(self) -> None:
        """In a thread of its own."""
        try:
            if self._tried_before():
                look_again()
            found: DeviceOutlet | NoDevice = DeviceOutlet(
                self._mixer, device=self._device, channels=self._channels
            )
        except NoDevice as reason:
            found = reason
        if self._closed and isinstance(found, DeviceOutlet):
            found.close()
        else:
            self._opened.emit(found)

    def _tried_before(self) -> bool:
        """Whether PortAudio's list of devices may be old; closes the one that is gone."""
        gone, self._gone = self._gone, None
        if gone is not None:
            gone.close()
        return gone is not None or self._said

    @Slot(object)
    def _take_device(self, found: DeviceOutlet | NoDevice) -> None:
        if self._opening is not None:
            self._opening.join()
        self._opening = None
        if isinstance(found, NoDevice):
            self._hopeless = not found.fixable
            self._say_none(found)
            return
        if self._closed:
            return
        self._outlet = found
        self._watch.start()
        self._lost_at = 0.0
        if self._said and self._messages is not None:
            self._messages.inform(self.tr("Sound is heard on %s.") % found.name)
        self._said = False
        self.device_found.emit()

    def _say_none(self, reason: NoDevice) -> None:
        if not self._said and self._messages is not None:
            self._messages.warn(
                self.tr("There is no sound output, so nothing is heard. Everything else works."),
                self.tr("Reason: %s") % reason,
            )
        self._said = True

    @Slot()
    def _look(self) -> None:
        """See whether the device still lives, or has come back."""
        now = time.perf_counter()
        if isinstance(self._outlet, DeviceOutlet):
            if self._outlet.lost():
                self._lose(self._outlet)
                self._lost_at = now
            return
        if now - self._lost_at > PATIENCE_S:
            self._watch.stop()
        elif now - self._tried_at > RETRY_S:
            self.open()

    def _lose(self, outlet: DeviceOutlet) -> None:
        outlet.forget()
        self._gone = outlet
        self._outlet = ClockOutlet(self._mixer)
        if self._messages is not None:
            self._messages.warn(
                self.tr("The sound output is gone."), self.tr("It is used again once it is back.")
            )
        self._said = True
        self.device_lost.emit()
