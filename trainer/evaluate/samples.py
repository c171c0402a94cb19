"""From a sound to a sample that can be measured, and from real clips to the speaker's voice."""

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.bundle.manifest import Bundle, Clip
from trainer.errors import TrainerError
from trainer.evaluate.acoustics import frames_of
from trainer.evaluate.measures import Sample, VoiceStatistics
from trainer.evaluate.measures.similarity import direction
from trainer.speech.pace import pace_of, read_clip
from trainer.speech.sound import Sound, for_listening
from trainer.speech.transcriber import Transcriber
from trainer.speech.voice_activity import speech_spans
from trainer.speech.whisper_models import MissingWhisper


@dataclass(frozen=True, slots=True)
class Real:
    """A held-out clip as it measures. fault: why there is nothing to measure, or ""."""

    clip: Clip
    sample: Sample | None
    fault: str = ""


def as_sample(
    sound: Sound,
    texts: Sequence[str],
    language: str,
    transcriber: Transcriber | None,
    clip: str = "",
) -> Sample:
    """The sound with everything the measures look at. transcriber: None hears no words."""
    listening = for_listening(sound)
    transcript = None
    if transcriber is not None:
        try:
            transcript = transcriber.transcribe(listening, language)
        except MissingWhisper:
            transcript = None
    return Sample(
        sound, listening, texts, transcript, speech_spans(listening), frames_of(listening), clip
    )


def read_real(bundle: Bundle, clips: Sequence[Clip], transcriber: Transcriber | None) -> list[Real]:
    """Clips of a bundle as samples; missing or damaged audio is reported."""
    return [_real(bundle, clip, transcriber) for clip in clips]


def _real(bundle: Bundle, clip: Clip, transcriber: Transcriber | None) -> Real:
    sound, fault = read_clip(bundle, clip)
    if sound is None:
        return Real(clip, None, fault)
    return Real(clip, as_sample(sound, [clip.text], clip.language, transcriber, clip.id))


def voice_of(bundle: Bundle, real: Sequence[Real]) -> VoiceStatistics:
    """The speaker's pace, from the training part, and the held-out clips' vectors."""
    vectors = {
        each.clip.id: vector
        for each in real
        if each.sample is not None and (vector := direction(each.sample)) is not None
    }
    pace = pace_of(bundle)
    return VoiceStatistics(vectors, pace.prior, pace.rate)


def held_out(bundle: Bundle) -> tuple[Clip, ...]:
    """The clips no checkpoint learnt from; TrainerError without any."""
    clips = bundle.part("eval")
    if not clips:
        raise TrainerError(
            "The bundle has no evaluation clips, so there is no real voice to compare with.",
            "Export it again with an evaluation part.",
        )
    return clips
