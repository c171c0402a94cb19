"""How fast the text is spoken: a wrong transcript shows as speech too fast or too slow."""

import numpy as np

from curator.stages.scoring.frames import FRAME_S, speech_frames
from curator.stages.scoring.scorers import ScorerInput, scorer

LONGEST_PAUSE_S = 0.3  # longer ones are pauses, shorter ones belong to the words
SHORTEST_SPEECH_S = 0.1  # keeps the rate finite where speech was hardly found
HIGHEST = 10_000.0


@scorer(
    label="Speech rate",
    unit="characters/s",
    better="neither",
    version=1,
    hears="cache",
    between=(0.0, HIGHEST),
)
class SpeechRate:
    """Speech rate: letters per second of speech."""

    def __call__(self, inputs: ScorerInput) -> dict[str, float]:
        """Letters and digits per second of speech; no number for a clip without text."""
        characters = sum(character.isalnum() for character in inputs.text)
        if characters == 0:
            return {}
        speech = speech_frames(inputs.wave).speech
        seconds = max(_spoken_frames(speech) * FRAME_S, SHORTEST_SPEECH_S)
        return {"speech_rate": min(characters / seconds, HIGHEST)}


def _spoken_frames(speech: "np.typing.NDArray[np.bool_]") -> int:
    """Frames from the first to the last of speech, without the long pauses between."""
    spoken = np.flatnonzero(speech)
    if spoken.size == 0:
        return 0
    steps = np.diff(spoken)
    short = steps * FRAME_S <= LONGEST_PAUSE_S
    return int(steps[short].sum() + np.count_nonzero(~short)) + 1
