"""Numeric properties of clips (duration, scores): name, unit, better direction."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from curator.stages.scoring.scorers import scorers
from curator.ui.marking import QT_TRANSLATE_NOOP

SIMILARITY = "speaker_similarity"

_OWN = (
    (SIMILARITY, QT_TRANSLATE_NOOP("Measures", "Similarity to the voice"), "", "higher"),
    ("duration", QT_TRANSLATE_NOOP("Measures", "Duration"), "s", "neither"),
    ("confidence", QT_TRANSLATE_NOOP("Measures", "Word confidence"), "", "higher"),
)

_PARTS = {
    "dnsmos_ovrl": QT_TRANSLATE_NOOP("Measures", "DNSMOS overall"),
    "dnsmos_sig": QT_TRANSLATE_NOOP("Measures", "DNSMOS speech"),
    "dnsmos_bak": QT_TRANSLATE_NOOP("Measures", "DNSMOS background"),
    "dnsmos_p808": QT_TRANSLATE_NOOP("Measures", "DNSMOS P.808"),
    "overlap": QT_TRANSLATE_NOOP("Measures", "Overlapping speech"),
    "overlap_start": QT_TRANSLATE_NOOP("Measures", "Overlap start"),
    "overlap_stop": QT_TRANSLATE_NOOP("Measures", "Overlap end"),
    "voice_change": QT_TRANSLATE_NOOP("Measures", "Speaker change"),
    "voice_change_at": QT_TRANSLATE_NOOP("Measures", "Time of speaker change"),
    "lead_silence": QT_TRANSLATE_NOOP("Measures", "Silence at the start"),
    "trail_silence": QT_TRANSLATE_NOOP("Measures", "Silence at the end"),
}
"""Names of scores whose scorer computes several."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A numeric property. key: in queries. better: "higher", "lower" or "neither"."""

    key: str
    name: str
    unit: str
    better: str

    @property
    def column(self) -> str:
        """Name of its column in ClipColumns."""
        return self.key if self.key in ("duration", "confidence") else f"score:{self.key}"

    @property
    def title(self) -> str:
        """Name with its unit."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def format(self, value: float) -> str:
        """A value with three significant digits."""
        text = f"{value:.3g}"
        return f"{value:,.0f}" if "e+" in text else text.replace("-", "\N{MINUS SIGN}")


def measures() -> tuple[Measure, ...]:
    """All measures, the most used first."""
    listed = [
        Measure(key, QCoreApplication.translate("Measures", text), unit, better)
        for key, text, unit, better in _OWN
    ]
    for info in scorers():
        several = len(info.produces) > 1
        for key in info.produces:
            part = key.removeprefix(f"{info.key}_").replace("_", " ")
            name = f"{info.label}: {part}" if several else info.label
            if key in _PARTS:
                name = QCoreApplication.translate("Measures", _PARTS[key])
            listed.append(Measure(key, name, info.unit, info.better))
    return tuple(listed)
