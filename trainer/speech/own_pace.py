"""How fast the speaker of a bundle speaks, from the speaker's own clips."""

from dataclasses import dataclass

from trainer.bundle.manifest import Bundle, Clip
from trainer.seeded_random import generator
from trainer.speech.pace import letters, spoken_seconds, usual_rate
from trainer.speech.prior import ENOUGH_CLIPS, LengthPrior, fit_prior
from trainer.speech.sound import Sound, for_listening, read_sound
from trainer.speech.voice_activity import speech_spans

CLIPS = 64  # enough for the 1st and 99th percentile to hold still
USUAL = (0.15, 1 / 13.0)  # s before the first letter and s a letter, where there are no clips


@dataclass(frozen=True, slots=True)
class Pace:
    """prior: seconds of speech by letters. rate: letters a second, None without a clip to say."""

    prior: LengthPrior
    rate: float | None


def pace_of(bundle: Bundle) -> Pace:
    """Of clips drawn from the training part, the same for the same bundle."""
    counts, seconds = [], []
    for clip in _drawn(bundle):
        sound, _ = read_clip(bundle, clip)
        if sound is not None:
            counts.append(letters(clip.text))
            seconds.append(spoken_seconds(speech_spans(for_listening(sound))))
    prior = fit_prior(counts, seconds, USUAL)
    known = prior.clips >= ENOUGH_CLIPS  # fewer say nothing of a usual pace
    return Pace(prior, usual_rate(counts, seconds) if known else None)


def _drawn(bundle: Bundle) -> list[Clip]:
    clips = sorted(bundle.part("train") or bundle.clips, key=lambda clip: clip.id)
    if len(clips) <= CLIPS:
        return clips
    draw = generator(0, f"pace {bundle.manifest_sha256}", 0)
    return [clips[at] for at in sorted(draw.choice(len(clips), CLIPS, replace=False))]


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
