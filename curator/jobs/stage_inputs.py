"""Input of the analysis stages in a worker: recordings and clips with sound and words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from curator.audio.intake import cached16
from curator.domain.errors import CuratorError
from curator.domain.fact import ClipFact, DeliveryPoint, MapPoint, Producer
from curator.jobs.job import Job
from curator.jobs.messages import Message, Taken
from curator.jobs.queries import each
from curator.jobs.versions import versions
from curator.stages import ClipSound, Failed, RecordingSound
from curator.store.project import Project

Say = Callable[[Message], None]


@dataclass(frozen=True)
class StageInputs:
    """Project, job and message channel of one stage run in a worker.

    say: sends a message to the parent process.
    """

    project: Project
    job: Job
    say: Say

    @property
    def recordings(self) -> Iterator[RecordingSound]:
        """Recordings of the job; each is announced before it is processed."""
        for sound in recording_sounds(self.project, self.job.items, self.say):
            self.say(Taken(sound.recording.id))
            yield sound

    @property
    def clips(self) -> Iterator[ClipSound]:
        """Clips of the job; each is announced before it is processed."""
        for sound in clip_sounds(self.project, self.job.items, self.say):
            self.say(Taken(sound.clip_id))
            yield sound

    def map_facts(
        self, producer: Producer, points: Mapping[int, MapPoint] | Mapping[int, DeliveryPoint]
    ) -> Iterator[ClipFact]:
        """Facts for all points of a map; clips that had none before come last.

        A map that was only partly stored therefore still lacks them, and is computed again.
        """
        spans = {clip: span for clip, _, span in self.project.clips.spans(points)}
        missing = set(self.job.items)
        for clip in sorted(spans, key=lambda clip: clip in missing):
            yield ClipFact(clip, spans[clip], producer, points[clip])


def recording_sounds(
    project: Project, recordings: Iterable[int], say: Say
) -> Iterator[RecordingSound]:
    """Recordings with sound and words; Failed is sent for those without a working copy."""
    for number in recordings:
        recording = project.recordings.get(number)
        try:
            samples16 = cached16(project.cache, recording.cache_key)
        except FileNotFoundError:
            say(Failed(number, f"{recording.name}: the cached audio is missing."))
            continue
        transcript = project.facts.recording_transcript(number)
        yield RecordingSound(recording, samples16, project.settings.language, transcript)


def clip_sounds(project: Project, clips: Iterable[int], say: Say) -> Iterator[ClipSound]:
    """Clips with sound and words, as recorded or cleaned; neighbours share one memory map."""
    sounds: dict[int, RecordingSound | None] = {}
    cleaned = versions(project)
    for clip in each(project, clips):
        number = clip.recording_id
        if number not in sounds:
            sounds.clear()  # clips come by recording: one memory map is enough
            sounds[number] = next(recording_sounds(project, [number], lambda _: None), None)
        sound = sounds[number]
        if sound is None:
            say(Failed(clip.id, f"{clip.recording}: the cached audio is missing."))
            continue
        samples16, version = sound.samples16, None
        if clip.id in cleaned.of_clips:
            try:
                version = cleaned.of(clip.id, clip.span, sound.recording)
                samples16 = cached16(project.cache, version.recording.cache_key)
            except (CuratorError, FileNotFoundError) as error:
                say(Failed(clip.id, f"clip {clip.id}: {error}"))
                continue
        yield ClipSound(
            clip.id,
            sound.recording,
            clip.span,
            samples16,
            clip.language or project.settings.language,
            clip.machine_text,
            clip.words,
            version,
        )
