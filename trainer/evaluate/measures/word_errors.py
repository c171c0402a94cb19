"""Word and character error rates by Whisper, and repeated words."""

from trainer.evaluate.measures import MeasuredValues, Sample, VoiceStatistics
from trainer.speech.text_normalise import distance, repeated, words

VERSION = 1
KEYS = ("wer", "cer", "repeats")
DIRECTIONS = {"wer": -1, "cer": -1, "repeats": -1}


def measure(sample: Sample, voice: VoiceStatistics) -> MeasuredValues:
    """Errors against the way of writing the text that comes nearest."""
    texts = [expected for text in sample.texts if (expected := words(text))]
    if sample.transcript is None or not texts:
        return {}
    spoken = words(sample.transcript)
    return {
        "wer": min(distance(text, spoken) / len(text) for text in texts),
        "cer": min(_characters(text, spoken) for text in texts),
        "repeats": float(min(repeated(text, spoken) for text in texts)),
    }


def _characters(text: list[str], spoken: list[str]) -> float:
    written, said = " ".join(text), " ".join(spoken)
    return distance(list(written), list(said)) / len(written)
