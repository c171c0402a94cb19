"""Findings about training clips, from the scores in the bundle's manifest."""

from collections.abc import Iterator
from dataclasses import dataclass

from trainer.report.blocks import Bullets, Paragraph, Section
from trainer.report.figures import Figure, Inline, inline
from trainer.report.provenance import all_where, line, whole
from trainer.report.rows import Row
from trainer.report.run_figures import RunFigures, joined
from trainer.report.run_files import EVENTS, MANIFEST, REFUSED
from trainer.report.sources import RULE

# Thresholds for a review, the same as on curator's Audit page.
CLIPPED_SHARE = 0.0005
NOISY_SNR_DB = 15.0
NARROW_BAND_HZ = 5_500.0
LONG_SILENCE_S = 0.6
QUIET_LUFS = -38.0
POOR_QUALITY_MOS = 2.0
SHOWN = 8  # clips listed per finding


@dataclass(frozen=True, slots=True)
class Check:
    """A score with the threshold beyond which it is a finding. side: above or below."""

    score: str
    side: str
    limit: str
    sentence: str
    form: str


CHECKS = (
    Check("clipping", "above", "CLIPPED_SHARE", "clips with a share of clipped samples"
                                                " above", ".2%"),
    Check("snr", "below", "NOISY_SNR_DB", "clips with a signal-to-noise ratio in dB below", ".0f"),
    Check("bandwidth", "below", "NARROW_BAND_HZ", "clips with a bandwidth in Hz below", ",.0f"),
    Check("lead_silence", "above", "LONG_SILENCE_S", "clips with leading silence in seconds"
                                                     " above", ".1f"),
    Check("trail_silence", "above", "LONG_SILENCE_S", "clips with trailing silence in seconds"
                                                      " above", ".1f"),
    Check("loudness", "below", "QUIET_LUFS", "clips with a loudness in LUFS below", ".0f"),
    Check("dnsmos_ovrl", "below", "POOR_QUALITY_MOS", "clips with a DNSMOS below", ".1f"),
)  # fmt: skip


def flagged_clips(figures: RunFigures, check: Check) -> list[tuple[int, Row]]:
    """Training clips beyond a check's threshold, worst first."""
    limit = globals()[check.limit]
    side = 1 if check.side == "above" else -1
    rows = [
        (number, row)
        for number, row in figures.run.sources.rows(MANIFEST, split="train")
        if isinstance(row["scores"].get(check.score), int | float)
        and (row["scores"][check.score] - limit) * side > 0
    ]
    return sorted(rows, key=lambda pair: -side * pair[1]["scores"][check.score])


def section(figures: RunFigures) -> Section:
    """One point per finding with the clips to review."""
    result = Section("findings", "Findings in the training set")
    if figures.run.bundle is None:
        result.add(Paragraph(inline("Not available without the bundle.")))
        return result
    points = list(_points(figures))
    scored = any(row["scores"] for _, row in figures.run.sources.rows(MANIFEST, split="train"))
    if points:
        result.add(Bullets(points))
    elif scored:
        result.add(Paragraph(inline("No clip exceeds a threshold.")))
    if not scored:
        result.add(
            Paragraph(inline("The bundle contains no clip scores, so its clips were not checked."))
        )
    result.add(
        Paragraph(
            inline(
                "Scores do not detect wrong words or another voice; review clips on curator's Audit"
                " page."
            ),
            "quiet",
        )
    )
    return result


def _points(figures: RunFigures) -> Iterator[Inline]:
    for check in CHECKS:
        clips = flagged_clips(figures, check)
        if not clips:
            continue
        scores = all_where(MANIFEST, {"split": "train"}, "scores", check.score)
        limit = whole(RULE, __name__, check.limit)
        yield (
            *inline(
                f"{{}} {check.sentence} {{}}: ",
                figures.get(check.side, scores, limit, form="d"),
                figures.get("value", limit, form=check.form),
            ),
            *joined([clip_name(figures, pair) for pair in clips[:SHOWN]]),
            " and more." if len(clips) > SHOWN else ".",
        )
    nameless = all_where(MANIFEST, {"split": "train", "emotion": None}, "id")
    every = all_where(MANIFEST, {"split": "train"}, "id")
    count = figures.get("count", nameless, form="d")
    if count.value and count.value < figures.get("count", every).value:
        yield inline("{} clips have no category although others do.", count)
    rejected = figures.run.events("rejected")
    if rejected:
        names = [
            figures.get("text", line(EVENTS, number, "clip"), form="s") for number, _ in rejected
        ]
        count = figures.get("count", all_where(EVENTS, {"event": "rejected"}), form="d")
        yield (
            *inline("{} clips of the bundle were unusable: ", count),
            *joined(names[:SHOWN]),
            " and more." if len(names) > SHOWN else ".",
        )
    if figures.run.sources.rows(REFUSED):
        yield inline(
            "{} kept clips were refused at export; see refused.jsonl in the bundle.",
            figures.get("count", all_where(REFUSED, {}), form="d"),
        )


def clip_name(figures: RunFigures, pair: tuple[int, Row]) -> Figure:
    """Id of a clip, from its manifest line."""
    return figures.get("text", line(MANIFEST, pair[0], "id"), form="s")
