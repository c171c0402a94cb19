"""Text of a sample's measures."""

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
    ("early_stop", QT_TRANSLATE_NOOP("Training", "stopped early")),
    ("run_on", QT_TRANSLATE_NOOP("Training", "overran")),
    ("wer", QT_TRANSLATE_NOOP("Training", "word errors %1")),
    ("similarity", QT_TRANSLATE_NOOP("Training", "similarity %1")),
    ("dnsmos", QT_TRANSLATE_NOOP("Training", "DNSMOS %1")),
)


def reason(sample: Sample, mark: str) -> str:
    """Return a sample's mark ("best of its category") and measures as text."""
    if sample.fault:
        return sample.fault
    parts = [translated("Training", MARKS[mark])] if mark else []
    for key, text in MEASURE_TEXTS:
        value = sample.measures.get(key)
        if value is None or (not value and key in ("early_stop", "run_on")):
            continue
        parts.append(translated("Training", text).replace("%1", f"{value:.2f}"))
    return ", ".join(parts)
