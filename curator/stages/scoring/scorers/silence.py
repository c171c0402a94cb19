"""Silence before and after the speech: too much of it is learned, too little cuts words."""

from curator.stages.scoring.frames import FRAME_S, speech_frames
from curator.stages.scoring.scorers import ScorerInput, scorer


@scorer(
    label="Silence at the ends",
    unit="s",
    better="neither",
    version=1,
    hears="cache",
    between=(0.0, 1e6),
    produces=("lead_silence", "trail_silence"),
)
class Silence:
    """Finds the first and the last speech by their energy."""

    def __call__(self, inputs: ScorerInput) -> dict[str, float]:
        """Seconds before the first and after the last; both the whole length for silence."""
        frames = speech_frames(inputs.wave)
        if not frames.speech.any():
            return {"lead_silence": inputs.wave.seconds, "trail_silence": inputs.wave.seconds}
        trail = inputs.wave.seconds - frames.last * FRAME_S
        return {"lead_silence": frames.first * FRAME_S, "trail_silence": max(0.0, trail)}
