"""Cleaning jobs in a worker: clean recordings and measure the effect on clips."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby

import numpy as np

from curator.audio.cache import cached16
from curator.audio.encode import resampled, to_int16
from curator.audio.excerpts import Excerpts
from curator.audio.waveform import CACHE_RATE
from curator.domain.cleaning import ClipCleaned
from curator.domain.clip import Clip
from curator.domain.errors import CuratorError
from curator.domain.recipe import Recipe, RecipeStep
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.jobs.derive import derive
from curator.jobs.job import Job
from curator.jobs.messages import Cleaned, Message, Partly, Taken
from curator.jobs.queries import each
from curator.jobs.step_table import load_transcriber
from curator.stages import ClipSound, Failed
from curator.stages.cleaning.clean import cleaned
from curator.stages.cleaning.cleaners import Equipment
from curator.stages.cleaning.guard import ClipPair, GuardClips
from curator.stages.cleaning.recipes import of_recordings, parsed
from curator.stages.cleaning.stream import Sound
from curator.stages.cleaning.versions import derived
from curator.stages.speaker.resemblyzer import SpeakerArray
from curator.stages.speaker.similarity import SURELY_THE_SAME, unpacked
from curator.stages.transcription.transcribe import TranscribeClips
from curator.store.project import Project

STAGES = frozenset({"clean", "guard", "try"})
"""Clean recordings; check clips of them; clean and check single clips."""

AROUND_S = 2.0  # context around a clip that is cleaned alone, for the cleaner to settle

Say = Callable[[Message], None]


def serve_cleaning(project: Project, job: Job, say: Say) -> None:
    """Run a job of STAGES, sending each result as soon as it is computed."""
    recipe = parsed(job.recipe)
    equipment = Equipment(job.options.device, job.options.threads)

    def partly(number: int) -> Callable[[float], None]:
        return lambda seconds: say(Partly(number, seconds))

    if job.stage == "clean":
        for number in job.items:
            say(Taken(number))
            recording = project.recordings.get(number)
            try:
                derive(recording, project.cache, recipe.steps, equipment, partly(number))
            except (CuratorError, ValueError, RuntimeError, OSError) as error:
                say(Failed(number, f"{recording.name}: {error}"))
            else:
                say(Cleaned(number))
        return
    for result in _judged(project, job, recipe, equipment, say):
        say(result)


def _judged(
    project: Project, job: Job, recipe: Recipe, equipment: Equipment, say: Say
) -> Iterator[ClipCleaned | Failed]:
    words = TranscribeClips(load_transcriber(project, job.options))
    with Excerpts() as excerpts:
        tryout = _Tryout(excerpts, of_recordings(recipe.steps), equipment)
        pair_of = tryout.pair if job.stage == "try" else _from_cache(project, recipe)
        for number, its in groupby(each(project, job.items), key=lambda clip: clip.recording_id):
            recording = project.recordings.get(number)
            voice = voice_of(project, number)
            guard = GuardClips(recipe.hash, voice, words, project.settings.speaker_encoder)
            yield from guard.run(_pairs(project, recording, list(its), pair_of, say))


PairOf = Callable[[ClipSound, str], ClipPair]


def _pairs(
    project: Project, recording: Recording, clips: Iterable[Clip], pair_of: PairOf, say: Say
) -> Iterator[ClipPair]:
    for clip in clips:
        say(Taken(clip.id))
        try:
            samples16 = cached16(project.cache, recording.cache_key)
            language = clip.language or project.settings.language
            sound = ClipSound(clip.id, recording, clip.span, samples16, language, clip.text, ())
            yield pair_of(sound, clip.text)
        except (CuratorError, OSError, ValueError, RuntimeError) as error:
            say(Failed(clip.id, f"clip {clip.id}: {error}"))


def _from_cache(project: Project, recipe: Recipe) -> PairOf:
    """Clips before and after, from the cleaned recordings in the cache."""
    made: dict[int, Recording | None] = {}

    def pair(sound: ClipSound, text: str) -> ClipPair:
        recording = sound.recording
        if recording.id not in made:
            made.clear()
            made[recording.id] = derived(recording, project.cache, recipe.steps)
        version = made[recording.id]
        if version is None:
            raise CuratorError(f"{recording.name} has not been cleaned.")
        return ClipPair(sound, cached16(project.cache, version.cache_key), text)

    return pair


class _Tryout:
    """Cleans single clips with some context."""

    def __init__(
        self, excerpts: Excerpts, steps: tuple[RecipeStep, ...], equipment: Equipment
    ) -> None:
        self._excerpts = excerpts
        self._steps = steps
        self._equipment = equipment

    def pair(self, sound: ClipSound, text: str) -> ClipPair:
        """Clip before and after, cleaned without its recording."""
        recording, span = sound.recording, sound.span
        around = round(AROUND_S * recording.rate)
        wide = Span(max(0, span.start - around), min(recording.samples, span.stop + around))
        wave = self._excerpts.read(recording, wide)
        alone = replace(recording, samples=wide.samples)
        made = cleaned(lambda: Sound.of(wave.samples, wave.rate), self._steps, self._equipment)
        after16 = to_int16(made.at(CACHE_RATE).all())
        before16 = to_int16(resampled(wave, CACHE_RATE, "HQ"))
        own = replace(
            sound,
            recording=alone,
            span=span.shifted(-wide.start),
            recording16=before16,
        )
        return ClipPair(own, np.resize(after16, before16.size), text)


def voice_of(project: Project, recording: int) -> SpeakerArray | None:
    """Unit mean speaker vector of the target speaker, or of the recording if none is set.

    None without speaker vectors.
    """
    vectors = project.facts.vectors()
    if not vectors:
        return None
    rows = unpacked(vectors)
    ids = [clip for clip, _ in vectors]
    chosen = set(project.decisions.voice()) & set(ids)
    if not chosen:
        its = {clip for clip, number, _ in project.clips.spans(ids) if number == recording}
        return _direction(rows[[clip in its for clip in ids]]) if its else None
    first = _direction(rows[[clip in chosen for clip in ids]])
    sure = rows @ first >= SURELY_THE_SAME
    return _direction(rows[sure]) if sure.any() else first


def _direction(rows: SpeakerArray) -> SpeakerArray:
    mean = rows.mean(axis=0, dtype=np.float64)
    direction: SpeakerArray = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
    return direction
