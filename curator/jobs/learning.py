"""Inputs of the whole-set stages, and learning from labels."""

from collections.abc import Callable

from curator.audio.waveform import CACHE_RATE
from curator.domain import suggesting
from curator.domain.decision import Field
from curator.domain.fact import ClipFact, Producer
from curator.jobs.messages import Message, Noted
from curator.stages.delivery.stage import DeliveryInputs
from curator.stages.suggestion.features import ClipFeatures
from curator.stages.suggestion.suggest import Material, Suggest
from curator.stages.transcription.encodings import mean_of, stored_blocks
from curator.store.project import Project


def delivery_inputs(project: Project) -> DeliveryInputs:
    """Delivery vectors, speaker vectors and recordings of a project's clips."""
    vectors = project.facts.delivery_vectors()
    recordings = {clip: number for clip, number, _ in project.clips.spans()}
    return DeliveryInputs(vectors, project.facts.vectors(), recordings)


def encodings(project: Project) -> list[tuple[int, bytes]]:
    """Mean encoder output by clip, little-endian float32, for clips of transcribed recordings."""
    recordings = {each.id: each for each in project.recordings.all()}
    hashes = {number: each.content_hash for number, each in recordings.items()}
    blocks = stored_blocks(project.cache, hashes)
    means = []
    for clip, number, span in project.clips.spans():
        if number in blocks:
            mean = mean_of(blocks[number], span.at_rate(recordings[number].rate, CACHE_RATE))
            if mean is not None:
                means.append((clip, mean.astype("<f4").tobytes()))
    return means


def labels_of(project: Project) -> dict[int, str]:
    """Category by clip, as labelled by the user."""
    given = project.decisions.of_clips(Field.EMOTION)
    return {clip: str(emotion) for clip, emotion in given.items()}


def learn(project: Project, say: Callable[[Message], None]) -> None:
    """Learn from the labels and send the verdict and suggestions; runs in a worker."""
    stage = Suggest()
    learned = stage.run(
        Material(
            ClipFeatures(
                delivery_inputs(project), dict(project.clips.rows("shown")), encodings(project)
            ),
            labels_of(project),
            {emotion.key: emotion.name for emotion in project.settings.emotions.emotions},
        )
    )
    say(Noted(suggesting.FACT, learned.verdict.to_json()))
    made_by = Producer(stage.key, stage.version, stage.options)
    spans = {clip: span for clip, _, span in project.clips.spans()}
    for clip, suggestion in learned.suggestions.items():
        say(ClipFact(clip, spans[clip], made_by, suggestion))
