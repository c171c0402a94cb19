"""Titles and units of measures, and the text of a sample's measures."""

from curator.ui.marking import QT_TRANSLATE_NOOP
from curator.ui.training.evaluated import Sample
from curator.ui.wording import translated

ASPECT_NAMES = {
    "voice": QT_TRANSLATE_NOOP("Training", "Voice"),
    "pronunciation": QT_TRANSLATE_NOOP("Training", "Pronunciation"),
    "naturalness": QT_TRANSLATE_NOOP("Training", "Naturalness"),
    "emotion": QT_TRANSLATE_NOOP("Training", "Emotion"),
    "smoothness": QT_TRANSLATE_NOOP("Training", "Smoothness"),
    "consistency": QT_TRANSLATE_NOOP("Training", "Consistency"),
}
MARKS = {
    "best": QT_TRANSLATE_NOOP("Training", "best of its category"),
    "worst": QT_TRANSLATE_NOOP("Training", "worst of its category"),
}
MEASURE_TEXTS = (
    ("early_stop", QT_TRANSLATE_NOOP("Training", "stopped early"), ""),
    ("run_on", QT_TRANSLATE_NOOP("Training", "overran"), ""),
    ("wer", QT_TRANSLATE_NOOP("Training", "word errors %1"), ".0%"),
    ("similarity", QT_TRANSLATE_NOOP("Training", "similarity %1"), ".2f"),
    ("dnsmos", QT_TRANSLATE_NOOP("Training", "DNSMOS %1"), ".2f"),
)
"""Key, text and format of the measures of a sample; a flag without a format."""
MEASURE_TITLES = {
    "mel_ce": QT_TRANSLATE_NOOP("Training", "Audio loss (mel_ce, nats)"),
    "wer": QT_TRANSLATE_NOOP("Training", "Word error rate (%)"),
    "cer": QT_TRANSLATE_NOOP("Training", "Character error rate (%)"),
    "run_on": QT_TRANSLATE_NOOP("Training", "Overran (% of samples)"),
    "early_stop": QT_TRANSLATE_NOOP("Training", "Stopped early (% of samples)"),
    "repeats": QT_TRANSLATE_NOOP("Training", "Repeated words (per sample)"),
    "echo": QT_TRANSLATE_NOOP("Training", "Repetition (correlation)"),
    "length_ratio": QT_TRANSLATE_NOOP("Training", "Length (% of expected)"),
    "tail": QT_TRANSLATE_NOOP("Training", "Silence at the end (s)"),
    "similarity": QT_TRANSLATE_NOOP("Training", "Speaker similarity (cosine)"),
    "dnsmos": QT_TRANSLATE_NOOP("Training", "DNSMOS overall (1 to 5)"),
    "dnsmos_sig": QT_TRANSLATE_NOOP("Training", "DNSMOS speech (1 to 5)"),
    "dnsmos_bak": QT_TRANSLATE_NOOP("Training", "DNSMOS background (1 to 5)"),
    "distillmos": QT_TRANSLATE_NOOP("Training", "DistillMOS (1 to 5)"),
    "pitch": QT_TRANSLATE_NOOP("Training", "Pitch (semitones)"),
    "pitch_spread": QT_TRANSLATE_NOOP("Training", "Pitch standard deviation (semitones)"),
    "energy_spread": QT_TRANSLATE_NOOP("Training", "Loudness standard deviation (dB)"),
    "rate": QT_TRANSLATE_NOOP("Training", "Speech rate (letters/s)"),
    "roughness": QT_TRANSLATE_NOOP("Training", "Spectral change between frames (dB)"),
    "clipping": QT_TRANSLATE_NOOP("Training", "Clipped samples (%)"),
}
"""Title with the unit by the trainer's key."""
OTHER_TITLE = QT_TRANSLATE_NOOP("Training", "Other measure")
SHARES = frozenset({"wer", "cer", "run_on", "early_stop", "length_ratio", "clipping"})
"""Measures from 0 to 1 that are shown in percent."""


def measure_title(key: str) -> str:
    """Title of a measure with its unit; a general one for measures of other versions."""
    return translated("Training", MEASURE_TITLES.get(key, OTHER_TITLE))


def difference_text(key: str, difference: float) -> str:
    """Difference of two values of a measure with its sign, in the unit of the title."""
    return f"{100 * difference:+.2f}" if key in SHARES else f"{difference:+.3f}"


def reason(sample: Sample, mark: str) -> str:
    """Return a sample's mark ("best of its category") and measures as text."""
    if sample.fault:
        return sample.fault
    parts = [translated("Training", MARKS[mark])] if mark else []
    for key, text, form in MEASURE_TEXTS:
        value = sample.measures.get(key)
        if value is None or not (value or form):
            continue
        parts.append(translated("Training", text).replace("%1", format(value, form)))
    return ", ".join(parts)
