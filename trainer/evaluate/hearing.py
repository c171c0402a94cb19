"""From a sound to a sample that can be measured, and from real clips to the speaker's voice."""

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.draws import generator
from trainer.errors import TrainerError
from trainer.evaluate.acoustics import frames_of
from trainer.evaluate.measures import Sample, Voice
from trainer.evaluate.measures.similarity import direction
from trainer.manifest import Bundle, Clip
from trainer.speech.listener import Listener
from trainer.speech.pace import letters, spoken_seconds, usual_rate
from trainer.speech.prior import fit_prior
from trainer.speech.sound import Sound, for_listening, read_sound
from trainer.speech.voice_activity import speech_spans
from trainer.speech.whisper_models import MissingWhisper

PACE_CLIPS = 64  # enough for the 1st and 99th percentile to hold still
USUAL_PACE = (0.15, 1 / 13.0)  # s before the first letter and s a letter, where there are no clips


@dataclass(frozen=True, slots=True)
class Real:
    """A held-out clip as it measures. fault: why there is nothing to measure, or ""."""

    clip: Clip
    sample: Sample | None
    fault: str = ""


def as_sample(
    sound: Sound, texts: Sequence[str], language: str, listener: Listener | None, clip: str = ""
) -> Sample:
    """The sound with everything the measures look at. listener: None hears no words."""
    listening = for_listening(sound)
    heard = None
    if listener is not None:
        try:
            heard = listener.hear(listening, language)
        except MissingWhisper:
            heard = None
    return Sample(
        sound, listening, texts, heard, speech_spans(listening), frames_of(listening), clip
    )


def read_real(bundle: Bundle, clips: Sequence[Clip], listener: Listener | None) -> list[Real]:
    """The clips of a bundle as samples; one whose sound is missing or broken says so."""
    return [_real(bundle, clip, listener) for clip in clips]


def _real(bundle: Bundle, clip: Clip, listener: Listener | None) -> Real:
    sound, fault = read_clip(bundle, clip)
    if sound is None:
        return Real(clip, None, fault)
    return Real(clip, as_sample(sound, [clip.text], clip.language, listener, clip.id))


def read_clip(bundle: Bundle, clip: Clip) -> tuple[Sound | None, str]:
    """The clip's sound, or why there is none."""
    path = bundle.audio(clip)
    if not path.is_file():
        return None, f"{clip.audio} is missing."
    try:
        sound = read_sound(path)
    except (OSError, RuntimeError) as error:  # soundfile's error is a RuntimeError
        return None, f"{clip.audio} cannot be read: {str(error).splitlines()[0]}"
    return (sound, "") if sound.samples.size else (None, f"{clip.audio} holds no sound.")


def voice_of(bundle: Bundle, real: Sequence[Real]) -> Voice:
    """The speaker's pace, from clips drawn from the training part, and the held-out vectors."""
    counts, seconds = [], []
    for clip in pace_clips(bundle):
        sound, _ = read_clip(bundle, clip)
        if sound is not None:
            counts.append(letters(clip.text))
            seconds.append(spoken_seconds(speech_spans(for_listening(sound))))
    vectors = {
        each.clip.id: vector
        for each in real
        if each.sample is not None and (vector := direction(each.sample)) is not None
    }
    return Voice(vectors, fit_prior(counts, seconds, USUAL_PACE), usual_rate(counts, seconds))


def pace_clips(bundle: Bundle) -> list[Clip]:
    """The same clips for the same bundle, at most PACE_CLIPS."""
    clips = sorted(bundle.part("train") or bundle.clips, key=lambda clip: clip.id)
    if len(clips) <= PACE_CLIPS:
        return clips
    draw = generator(0, f"pace {bundle.manifest_sha256}", 0)
    return [clips[at] for at in sorted(draw.choice(len(clips), PACE_CLIPS, replace=False))]


def held_out(bundle: Bundle) -> tuple[Clip, ...]:
    """The clips no checkpoint learnt from; TrainerError without any."""
    clips = bundle.part("eval")
    if not clips:
        raise TrainerError(
            "The bundle has no evaluation clips, so there is no real voice to compare with.",
            "Export it again with an evaluation part.",
        )
    return clips
