"""ClipSounds made of samples, for tests of the stages that look at clips."""

from collections.abc import Collection, Sequence
from pathlib import Path

from curator.audio.encode import to_int16
from curator.audio.waveform import CACHE_RATE, Samples, Waveform
from curator.domain.errors import MissingSource
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.stages import ClipSound


def recording(samples: int, rate: int = CACHE_RATE, path: Path = Path("made_up.wav")) -> Recording:
    """A recording that needs no file."""
    return Recording(1, path, "0" * 64, 0, 0, rate, 1, samples, "WAV", "", "")


def clip_sound(
    sound: Samples, clip_id: int = 1, rate: int = CACHE_RATE, text: str = ""
) -> ClipSound:
    """A clip that is a whole recording. sound: at 16 kHz. rate: of the recording it came from."""
    of = recording(round(sound.size * rate / CACHE_RATE), rate)
    samples16 = to_int16(Waveform(sound, CACHE_RATE))
    return ClipSound(clip_id, of, Span(0, of.samples), samples16, "en", text, ())


def clip_sounds(sounds: Sequence[Samples], first_id: int = 1) -> list[ClipSound]:
    """One clip a sound, numbered from ``first_id``."""
    return [clip_sound(sound, first_id + place) for place, sound in enumerate(sounds)]


class FakeExcerpts:
    """Reads what the clips have at 16 kHz, as if their files held it.

    broken: clips whose file is gone. reads: how often it was asked.
    """

    def __init__(self, items: Sequence[ClipSound], broken: Collection[int] = ()) -> None:
        self._waves = {id(item.recording): item.wave for item in items}
        self._broken = {id(item.recording) for item in items if item.clip_id in broken}
        self.reads = 0

    def read(self, recording: Recording, span: Span) -> Waveform:
        """The whole clip, whatever the span."""
        self.reads += 1
        if id(recording) in self._broken:
            raise MissingSource("quiz.wav is gone.", "Put it back.")
        return self._waves[id(recording)]
