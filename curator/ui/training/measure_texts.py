"""What the measures say of a sample, in words."""

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
SAID = (
    ("early_stop", QT_TRANSLATE_NOOP("Training", "ended early")),
    ("run_on", QT_TRANSLATE_NOOP("Training", "ran on")),
    ("wer", QT_TRANSLATE_NOOP("Training", "word errors %1")),
    ("similarity", QT_TRANSLATE_NOOP("Training", "similarity %1")),
    ("dnsmos", QT_TRANSLATE_NOOP("Training", "DNSMOS %1")),
)


def reason(sample: Sample, mark: str) -> str:
    """Best or worst, and by which measures."""
    if sample.fault:
        return sample.fault
    parts = [translated("Training", MARKS[mark])] if mark else []
    for key, text in SAID:
        value = sample.measures.get(key)
        if value is None or (not value and key in ("early_stop", "run_on")):
            continue
        parts.append(translated("Training", text).replace("%1", f"{value:.2f}"))
    return ", ".join(parts)
