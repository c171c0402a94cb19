"""Whether the sample ends where its text ends, by the speaker's own pace."""

from trainer.evaluate.measures import MeasuredValues, Sample, VoiceStatistics
from trainer.speech.pace import letters, spoken_seconds
from trainer.speech.text_normalise import lost_at_the_end, repeated, words

VERSION = 1
KEYS = ("length_ratio", "tail", "run_on", "early_stop")
DIRECTIONS = {"length_ratio": 0, "tail": 0, "run_on": -1, "early_stop": -1}

LONG_TAIL_S = 0.6  # natural ends leave 0.1 to 0.2 s of quiet, run-ons 0.6 s and more
SHARE_LOST = 0.2  # of the words; a single word at the end may be Whisper's own mistake
WORDS_LOST = 2


def measure(sample: Sample, voice: VoiceStatistics) -> MeasuredValues:
    """Length against the expected one, the tail, and the two flags that follow."""
    count = letters(sample.texts[0]) if sample.texts else 0
    if not count:
        return {}
    if not sample.spans:  # nobody speaks, so the text was not said
        return {"length_ratio": 0.0, "tail": None, "run_on": None, "early_stop": 1.0}
    seconds = spoken_seconds(sample.spans)
    band = voice.prior.band(count)
    tail = max(0.0, sample.sound.seconds - sample.spans[-1][1])
    return {
        "length_ratio": seconds / band.expected,
        "tail": tail,
        "run_on": float(seconds > band.most or tail > LONG_TAIL_S or _said_again(sample)),
        "early_stop": float(seconds < band.least or _broke_off(sample)),
    }


def _said_again(sample: Sample) -> bool:
    if sample.transcript is None:
        return False
    spoken = words(sample.transcript)
    return all(repeated(words(text), spoken) > 0 for text in sample.texts)


def _broke_off(sample: Sample) -> bool:
    """Whether the end of the text was not spoken."""
    if sample.transcript is None:
        return False
    spoken = words(sample.transcript)
    texts = [words(text) for text in sample.texts]
    return all(
        lost_at_the_end(text, spoken) >= max(WORDS_LOST, SHARE_LOST * len(text))
        or (not spoken and bool(text))
        for text in texts
    )
