"""Apply a recipe to a recording: its steps as a stream of blocks."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from curator.audio.decode import blocks
from curator.audio.waveform import Waveform
from curator.domain.recipe import RecipeStep
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.stages.cleaning.cleaners import Equipment, info_of, made
from curator.stages.cleaning.stream import Sound

BLOCK_S = 10.0


def sound_of(recording: Recording) -> Sound:
    """A recording's file as it flows."""
    return Sound(
        blocks(recording.path, BLOCK_S, recording.decoding), recording.rate, recording.samples
    )


def stops(steps: Sequence[RecipeStep]) -> list[int]:
    """After how many steps what was made is kept: after each costly one, and at the end.

    So a change of a cheap step after a network does not make the network run again.
    """
    costly = [place for place, step in enumerate(steps, 1) if info_of(step.cleaner).is_costly]
    return sorted({*costly, len(steps)} - {0})


def cleaned(
    hear: Callable[[], Sound],
    steps: Sequence[RecipeStep],
    equipment: Equipment,
    wanted_from: float = 0.0,
) -> Sound:
    """Output of the steps, at the recording's rate or a higher one if a step widens the band.

    hear: gives the recording from its start, as often as it is asked. wanted_from: seconds; costly
    steps leave out what comes before, if they can.
    """
    sound = hear()
    home, length = sound.rate, sound.samples
    for place, step in enumerate(steps):
        info = info_of(step.cleaner)
        cleaner = made(step, equipment)
        rate = info.rate or sound.rate
        if info.hears_all:
            before = cleaned(hear, steps[:place], equipment)
            cleaner.listen(before.at(rate))  # type: ignore[union-attr]
        at_its_rate = sound.at(rate)
        if info.is_costly:
            at_its_rate = replace(at_its_rate, wanted_from=wanted_from)
        made_sound = at_its_rate.with_blocks(cleaner.clean(at_its_rate))  # type: ignore[union-attr]
        if info.widens and rate > sound.rate:
            home, length = rate, made_sound.samples
        sound = made_sound.at(home, length)
    return sound


def kept_of_clip(wave: Waveform, steps: Sequence[RecipeStep]) -> Span:
    """The part of a clip that the steps for clips keep, in samples of ``wave``."""
    span = Span(0, wave.samples.size)
    for step in steps:
        part = Waveform(wave.samples[span.start : span.stop], wave.rate)
        kept_part = made(step, Equipment()).kept(part)  # type: ignore[union-attr]
        span = kept_part.shifted(span.start)
    return span
